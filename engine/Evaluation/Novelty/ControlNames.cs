namespace IconDiffusion.Evaluation.Novelty;

/// <summary>The sets of icons whose answer is known beforehand.</summary>
public static class ControlNames
{
    public const string Generated = "generated";

    /// <summary>The training icons themselves.</summary>
    public const string Copycat = "copycat";

    public const string Shifted = "shifted copy";

    public const string Mirrored = "mirrored copy";

    public const string Recoloured = "recoloured background";

    /// <summary>New icons by the same hand.</summary>
    public const string HeldOut = "held-out";

    public const string Noise = "uniform noise";

    /// <summary>Whether the right answer is that every icon is a copy.</summary>
    public static bool AreCopies(string name) => name is Copycat or Shifted or Mirrored or Recoloured;

    /// <summary>Such as <c>shifted copies</c>.</summary>
    public static string Plural(string name) => name switch
    {
        Copycat => "exact copies",
        Shifted => "shifted copies",
        Mirrored => "mirrored copies",
        Recoloured => "copies on another background",
        HeldOut => "held-out icons",
        Noise => "icons of uniform noise",
        _ => $"{name} icons",
    };
}
