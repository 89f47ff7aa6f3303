using IconDiffusion.Imaging;
using IconDiffusion.Specs;

namespace IconDiffusion.Data.Sources;

/// <summary>
/// Human face emoji of Google's Noto Color Emoji font (OFL 1.1): people's heads of all ages, hair, beards and skin tones,
/// from one studio in one style, in the order of <see cref="HumanFaces"/>. An older font may lack some.
/// </summary>
public static class NotoFaces
{
    /// <summary>The first faces that the installed font has, <see cref="DatasetSpec.PoolOf"/> of them.</summary>
    /// <exception cref="DatasetException">The font has fewer than are wanted.</exception>
    /// <exception cref="ImageException">The font is missing.</exception>
    public static IconDataset Prepare(NotoFacesSpec spec)
    {
        var (icons, _) = Render(spec);
        if (Shortage(spec, icons.Count) is { } problem) throw new DatasetException(problem);
        return IconDataset.Pack(spec, icons);
    }

    /// <summary>What <see cref="Prepare"/> would find, with the faces that the font lacks.</summary>
    public static DatasetReport Check(NotoFacesSpec spec)
    {
        var (icons, missing) = Render(spec);
        var heldOut = Math.Min(icons.Count, spec.HeldOutOf(icons.Count));
        return new()
        {
            Icons = icons.Count - heldOut,
            HeldOut = heldOut,
            Problems = Shortage(spec, icons.Count) is { } problem ? [problem] : [],
            Unreadable = [.. missing.Select(name => new UnreadableFile(name, $"The installed font '{EmojiFont.Family}' does not have it."))],
            Duplicates = [.. Duplicates.Groups(icons)],
        };
    }

    private static string? Shortage(NotoFacesSpec spec, int found)
    {
        var wanted = (spec.Count ?? 2) + (spec.HeldOut ?? 0);
        return found < wanted ? $"The installed font '{EmojiFont.Family}' has {found} of the {HumanFaces.Of(spec.Release).Count} faces; {wanted} are wanted." : null;
    }

    private static (List<NamedIcon> Icons, List<string> Missing) Render(NotoFacesSpec spec)
    {
        var background = Rgb.Parse(spec.Background);
        var (icons, missing) = (new List<NamedIcon>(), new List<string>());
        var faces = HumanFaces.Of(spec.Release);
        var pool = spec.PoolOf(faces.Count);
        foreach (var face in faces)
        {
            if (icons.Count == pool) break;
            if (EmojiFont.TryRender(face.Sequence, spec.ImageSize, background) is { } icon) icons.Add(new(face.Name, icon) { Tags = FaceTags.Of(face) });
            else missing.Add(face.Name);
        }
        return (icons, missing);
    }
}
