using IconDiffusion.Specs;

namespace IconDiffusion.Engine.Data;

/// <summary>From a dataset's description to its icons.</summary>
public static class DatasetSource
{
    /// <param name="clock">Tells whether a consent has expired.</param>
    /// <exception cref="DatasetException">The source has too few icons, unreadable ones, or the description is impossible.</exception>
    /// <exception cref="ImageException">libvips or the font is missing.</exception>
    public static IconDataset Prepare(DatasetSpec spec, TimeProvider clock)
    {
        Validate(spec);
        return spec switch
        {
            NotoFacesSpec faces => NotoFaces.Prepare(faces),
            FolderSpec folder => IconFolder.Prepare(folder, clock),
            _ => throw Unknown(spec),
        };
    }

    /// <summary>What <see cref="Prepare"/> would find; see <see cref="DatasetReport"/>.</summary>
    /// <exception cref="DatasetException">The folder is missing or unreadable, or the description is impossible.</exception>
    /// <exception cref="ImageException">libvips or the font is missing.</exception>
    public static DatasetReport Check(DatasetSpec spec, TimeProvider clock)
    {
        Validate(spec);
        return spec switch
        {
            NotoFacesSpec faces => NotoFaces.Check(faces),
            FolderSpec folder => IconFolder.Check(folder, clock),
            _ => throw Unknown(spec),
        };
    }

    private static void Validate(DatasetSpec spec)
    {
        if (SpecValidation.Check(spec).FirstOrDefault() is { } fault)
            throw new DatasetException(fault);
    }

    private static DatasetException Unknown(DatasetSpec spec) => new($"{spec.GetType().Name} is not a known source of icons.");
}
