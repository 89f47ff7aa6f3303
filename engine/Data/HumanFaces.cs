using System.Globalization;
using IconDiffusion.Specs;

namespace IconDiffusion.Data;

/// <summary>One emoji of a person's head.</summary>
/// <param name="Name">Such as <c>man-beard-medium</c>.</param>
/// <param name="CodePoints">Hexadecimal, as in Unicode's emoji-test.txt, such as <c>1F9D4 1F3FD 200D 2642 FE0F</c>.</param>
/// <param name="EmojiVersion">The Emoji version that brought the face (its six skin tones count as one).</param>
public sealed record HumanFace(string Name, string CodePoints, double EmojiVersion)
{
    /// <summary>The text that a font shows as this emoji.</summary>
    public string Sequence => string.Concat(
        CodePoints.Split(' ').Select(part => char.ConvertFromUtf32(int.Parse(part, NumberStyles.HexNumber, CultureInfo.InvariantCulture))));
}

/// <summary>
/// The emoji of human heads, all ages, hair, beards and skin tones: one list for every artist who drew them. The order is
/// fixed: the faces of the table one by one, each in its six skin tones.
/// </summary>
public static class HumanFaces
{
    /// <summary>The last version whose faces count as early: of 2016, before the emoji without a gender and the hair styles.</summary>
    public const double LastEarlyVersion = 4.0;

    // A skin tone follows the person, the first code point; what is joined to it comes after.
    private static readonly (string Suffix, string Modifier)[] Tones =
    [
        ("", ""),
        ("-light", " 1F3FB"),
        ("-medium-light", " 1F3FC"),
        ("-medium", " 1F3FD"),
        ("-medium-dark", " 1F3FE"),
        ("-dark", " 1F3FF"),
    ];

    // Versions from Unicode's emoji-test.txt.
    private static readonly (string Name, string CodePoints, double Version)[] Table =
    [
        // Bare heads, young to old.
        ("baby", "1F476", 0.6),
        ("child", "1F9D2", 5),
        ("boy", "1F466", 0.6),
        ("girl", "1F467", 0.6),
        ("person", "1F9D1", 5),
        ("man", "1F468", 0.6),
        ("woman", "1F469", 0.6),
        ("person-beard", "1F9D4", 5),
        ("man-beard", "1F9D4 200D 2642 FE0F", 13.1),
        ("woman-beard", "1F9D4 200D 2640 FE0F", 13.1),
        ("older-person", "1F9D3", 5),
        ("older-man", "1F474", 0.6),
        ("older-woman", "1F475", 0.6),
        // Heads with hair of all kinds, and a bit of shoulder.
        ("person-blond", "1F471", 0.6),
        ("man-blond", "1F471 200D 2642 FE0F", 4),
        ("woman-blond", "1F471 200D 2640 FE0F", 4),
        .. Hair("red-hair", "1F9B0"),
        .. Hair("curly-hair", "1F9B1"),
        .. Hair("white-hair", "1F9B3"),
        .. Hair("bald", "1F9B2"),
        // Covered heads.
        ("skullcap", "1F472", 0.6),
        ("headscarf", "1F9D5", 5),
        .. Genders("turban", "1F473", 0.6, 4),
        .. Genders("veil", "1F470", 0.6, 13),
        ("person-crown", "1FAC5", 14),
        ("prince", "1F934", 3),
        ("princess", "1F478", 0.6),
        ("santa", "1F385", 0.6),
        ("mrs-claus", "1F936", 3),
        ("mx-claus", "1F9D1 200D 1F384", 13),
        ("angel", "1F47C", 0.6),
        .. Genders("police", "1F46E", 0.6, 4),
        .. Genders("guard", "1F482", 0.6, 4),
        .. Genders("builder", "1F477", 0.6, 4),
        // Dressed for work: head and shoulders, some with a tool.
        .. Genders("tuxedo", "1F935", 3, 13),
        .. AtWork("health", "2695 FE0F"),
        .. AtWork("student", "1F393"),
        .. AtWork("office", "1F4BC"),
        .. AtWork("pilot", "2708 FE0F"),
        .. AtWork("astronaut", "1F680"),
        .. AtWork("firefighter", "1F692"),
        .. AtWork("factory", "1F3ED"),
        .. AtWork("cook", "1F373"),
        .. AtWork("farmer", "1F33E"),
        .. AtWork("mechanic", "1F527"),
        .. AtWork("scientist", "1F52C"),
        .. AtWork("judge", "2696 FE0F"),
        .. AtWork("artist", "1F3A8"),
        .. AtWork("singer", "1F3A4"),
        .. AtWork("teacher", "1F3EB"),
        .. AtWork("technologist", "1F4BB"),
    ];

    /// <summary>Every face, 618.</summary>
    public static IReadOnlyList<HumanFace> All { get; } =
    [
        .. from face in Table
           from tone in Tones
           let parts = face.CodePoints.Split(' ', 2)
           select new HumanFace(face.Name + tone.Suffix, parts[0] + tone.Modifier + (parts is [_, var joined] ? " " + joined : ""), face.Version),
    ];

    /// <summary>The faces of a release, in the order of <see cref="All"/>.</summary>
    public static IReadOnlyList<HumanFace> Of(FaceRelease release) => release switch
    {
        FaceRelease.Early => [.. All.Where(face => face.EmojiVersion <= LastEarlyVersion)],
        FaceRelease.New => [.. All.Where(face => face.EmojiVersion > LastEarlyVersion)],
        _ => All,
    };

    private static (string, string, double)[] Hair(string name, string hair) => PersonManWoman(name, hair, 12.1, 11);

    private static (string, string, double)[] AtWork(string name, string tool) => PersonManWoman(name, tool, 12.1, 4);

    private static (string, string, double)[] PersonManWoman(string name, string joined, double person, double gendered) =>
    [
        ("person-" + name, "1F9D1 200D " + joined, person),
        ("man-" + name, "1F468 200D " + joined, gendered),
        ("woman-" + name, "1F469 200D " + joined, gendered),
    ];

    private static (string, string, double)[] Genders(string name, string codePoint, double person, double gendered) =>
    [
        ("person-" + name, codePoint, person),
        ("man-" + name, codePoint + " 200D 2642 FE0F", gendered),
        ("woman-" + name, codePoint + " 200D 2640 FE0F", gendered),
    ];
}
