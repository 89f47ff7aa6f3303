namespace IconDiffusion.Specs;

/// <summary>What a command line calls a data set: the name of a built-in one, or a folder.</summary>
public static class DatasetName
{
    /// <summary>The built-in ones, such as <c>noto-faces</c>, <c>noto-faces-early</c>, <c>openmoji-faces-new</c>.</summary>
    public static IReadOnlyDictionary<string, DatasetSpec> BuiltIn { get; } = Faces("noto-faces", new NotoFacesSpec())
        .Concat(Faces("openmoji-faces", new OpenMojiFacesSpec()))
        .Concat(Faces("twemoji-faces", new TwemojiFacesSpec()))
        .Append(new("layered", new LayeredSpec()))
        .ToDictionary();

    /// <summary>For help texts.</summary>
    public const string Help = "noto-faces, openmoji-faces or twemoji-faces, each also with -early (Emoji 4.0 and before) or -new behind it, layered, or a folder of PNG, JPEG, WebP or GIF images";

    /// <summary>The data set of a name; a folder where no built-in one has it.</summary>
    public static DatasetSpec Read(string text) => BuiltIn.GetValueOrDefault(text) ?? new FolderSpec { Path = text };

    private static IEnumerable<KeyValuePair<string, DatasetSpec>> Faces(string name, HumanFacesSpec faces) =>
    [
        new(name, faces),
        new($"{name}-early", faces with { Release = FaceRelease.Early }),
        new($"{name}-new", faces with { Release = FaceRelease.New }),
    ];
}
