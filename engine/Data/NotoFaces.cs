using System.Globalization;
using IconDiffusion.Engine.Imaging;
using IconDiffusion.Specs;

namespace IconDiffusion.Engine.Data;

/// <summary>
/// Human face emoji of Google's Noto Color Emoji font (OFL 1.1): people's heads of all ages, hair, beards and skin tones,
/// from one studio in one style. The order is fixed: the faces of the table one by one, each in its six skin tones.
/// </summary>
public static class NotoFaces
{
    /// <summary>How many faces the table has; an older font may lack some.</summary>
    public static int Available => Faces.Count * Tones.Length;

    /// <summary>The first faces that the installed font has, <see cref="HeldOutSplit.Pool"/> of them.</summary>
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
        var heldOut = Math.Min(icons.Count, HeldOutSplit.HeldOut(spec, icons.Count));
        return new()
        {
            Icons = icons.Count - heldOut,
            HeldOut = heldOut,
            Problems = Shortage(spec, icons.Count) is { } problem ? [problem] : [],
            Unreadable = [.. missing.Select(name => new UnreadableFile(name, $"The installed font '{EmojiFont.Family}' does not have it."))],
            Duplicates = [.. Duplicates.Find(icons)],
        };
    }

    private static string? Shortage(NotoFacesSpec spec, int found)
    {
        var wanted = (spec.Count ?? 2) + (spec.HeldOut ?? 0);
        return found < wanted ? $"The installed font '{EmojiFont.Family}' has {found} of the {Available} faces; {wanted} are wanted." : null;
    }

    private static (List<NamedIcon> Icons, List<string> Missing) Render(NotoFacesSpec spec)
    {
        var background = Rgb.Parse(spec.Background);
        var (icons, missing) = (new List<NamedIcon>(), new List<string>());
        var pool = HeldOutSplit.Pool(spec, Available);
        foreach (var (name, sequence) in Sequences())
        {
            if (icons.Count == pool) break;
            if (EmojiFont.TryRender(sequence, spec.ImageSize, background) is { } icon) icons.Add(new(name, icon));
            else missing.Add(name);
        }
        return (icons, missing);
    }

    private static IEnumerable<(string Name, string Sequence)> Sequences() =>
        from face in Faces
        from tone in Tones
        select (face.Name + tone.Suffix, Sequence(face.CodePoints, tone.Modifier));

    // A skin tone follows the person, the first code point; what is joined to it comes after.
    private static string Sequence(string codePoints, string modifier)
    {
        var parts = codePoints.Split(' ').Select(part => char.ConvertFromUtf32(int.Parse(part, NumberStyles.HexNumber))).ToList();
        return parts[0] + modifier + string.Concat(parts.Skip(1));
    }

    private static readonly (string Suffix, string Modifier)[] Tones =
    [
        ("", ""),
        ("-light", "\U0001F3FB"),
        ("-medium-light", "\U0001F3FC"),
        ("-medium", "\U0001F3FD"),
        ("-medium-dark", "\U0001F3FE"),
        ("-dark", "\U0001F3FF"),
    ];

    private static readonly List<(string Name, string CodePoints)> Faces =
    [
        // Bare heads, young to old.
        ("baby", "1F476"),
        ("child", "1F9D2"),
        ("boy", "1F466"),
        ("girl", "1F467"),
        ("person", "1F9D1"),
        ("man", "1F468"),
        ("woman", "1F469"),
        ("person-beard", "1F9D4"),
        ("man-beard", "1F9D4 200D 2642 FE0F"),
        ("woman-beard", "1F9D4 200D 2640 FE0F"),
        ("older-person", "1F9D3"),
        ("older-man", "1F474"),
        ("older-woman", "1F475"),
        // Heads with hair of all kinds, and a bit of shoulder.
        ("person-blond", "1F471"),
        ("man-blond", "1F471 200D 2642 FE0F"),
        ("woman-blond", "1F471 200D 2640 FE0F"),
        .. PersonManWoman("red-hair", "200D 1F9B0"),
        .. PersonManWoman("curly-hair", "200D 1F9B1"),
        .. PersonManWoman("white-hair", "200D 1F9B3"),
        .. PersonManWoman("bald", "200D 1F9B2"),
        // Covered heads.
        ("skullcap", "1F472"),
        ("headscarf", "1F9D5"),
        .. Genders("turban", "1F473"),
        .. Genders("veil", "1F470"),
        ("person-crown", "1FAC5"),
        ("prince", "1F934"),
        ("princess", "1F478"),
        ("santa", "1F385"),
        ("mrs-claus", "1F936"),
        ("mx-claus", "1F9D1 200D 1F384"),
        ("angel", "1F47C"),
        .. Genders("police", "1F46E"),
        .. Genders("guard", "1F482"),
        .. Genders("builder", "1F477"),
        // Dressed for work: head and shoulders, some with a tool.
        .. Genders("tuxedo", "1F935"),
        .. PersonManWoman("health", "200D 2695 FE0F"),
        .. PersonManWoman("student", "200D 1F393"),
        .. PersonManWoman("office", "200D 1F4BC"),
        .. PersonManWoman("pilot", "200D 2708 FE0F"),
        .. PersonManWoman("astronaut", "200D 1F680"),
        .. PersonManWoman("firefighter", "200D 1F692"),
        .. PersonManWoman("factory", "200D 1F3ED"),
        .. PersonManWoman("cook", "200D 1F373"),
        .. PersonManWoman("farmer", "200D 1F33E"),
        .. PersonManWoman("mechanic", "200D 1F527"),
        .. PersonManWoman("scientist", "200D 1F52C"),
        .. PersonManWoman("judge", "200D 2696 FE0F"),
        .. PersonManWoman("artist", "200D 1F3A8"),
        .. PersonManWoman("singer", "200D 1F3A4"),
        .. PersonManWoman("teacher", "200D 1F3EB"),
        .. PersonManWoman("technologist", "200D 1F4BB"),
    ];

    private static (string, string)[] PersonManWoman(string name, string joined) =>
        [("person-" + name, "1F9D1 " + joined), ("man-" + name, "1F468 " + joined), ("woman-" + name, "1F469 " + joined)];

    private static (string, string)[] Genders(string name, string person) =>
        [("person-" + name, person), ("man-" + name, person + " 200D 2642 FE0F"), ("woman-" + name, person + " 200D 2640 FE0F")];
}
