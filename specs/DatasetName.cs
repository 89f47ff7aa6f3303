namespace IconDiffusion.Specs;

/// <summary>What a command line calls a data set: the name of a built-in one, or a folder.</summary>
public static class DatasetName
{
    /// <summary>The built-in ones, such as <c>noto-faces</c>, <c>noto-faces-early</c>, <c>openmoji-faces-new</c>.</summary>
    public static IReadOnlyDictionary<string, DatasetSpec> BuiltIn { get; } = Faces("noto-faces", new NotoFacesSpec())
        .Concat(Faces("openmoji-faces", new OpenMojiFacesSpec()))
        .Concat(Faces("twemoji-faces", new TwemojiFacesSpec()))
        .Append(new("layered", new LayeredSpec()))
        .Concat(new[] { "adventurer", "toon-head", "micah", "lorelei" }.Select(style => new KeyValuePair<string, DatasetSpec>(DiceBear + style, new DiceBearSpec { Style = style })))
        .ToDictionary();

    // What the name of every style of DiceBear's package has before it.
    private const string DiceBear = "dicebear-";

    /// <summary>For help texts.</summary>
    public const string Help = "noto-faces, openmoji-faces or twemoji-faces, each also with -early (Emoji 4.0 and before) or -new behind it, layered, dicebear-adventurer, dicebear-toon-head, dicebear-micah, dicebear-lorelei or dicebear- and another style's name, or a folder of PNG, JPEG, WebP or GIF images";

    /// <summary>The data set of a name; a folder where no built-in one has it. <c>dicebear-NAME</c> is a style of that name, known or not.</summary>
    public static DatasetSpec Read(string text) => BuiltIn.GetValueOrDefault(text) ?? (text.StartsWith(DiceBear, StringComparison.Ordinal)
        ? new DiceBearSpec { Style = text[DiceBear.Length..] }
        : new FolderSpec { Path = text });

    private static IEnumerable<KeyValuePair<string, DatasetSpec>> Faces(string name, HumanFacesSpec faces) =>
    [
        new(name, faces),
        new($"{name}-early", faces with { Release = FaceRelease.Early }),
        new($"{name}-new", faces with { Release = FaceRelease.New }),
    ];
}
