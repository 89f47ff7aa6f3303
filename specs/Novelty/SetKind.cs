using System.Text.Json.Serialization;

namespace IconDiffusion.Specs.Novelty;

/// <summary>What a row of a novelty report is of: the generated icons, or a control, whose answer is known beforehand.</summary>
public enum SetKind
{
    [JsonStringEnumMemberName("generated")]
    Generated,

    /// <summary>The training icons themselves.</summary>
    [JsonStringEnumMemberName("copycat")]
    Copycat,

    [JsonStringEnumMemberName("shifted copy")]
    Shifted,

    [JsonStringEnumMemberName("mirrored copy")]
    Mirrored,

    [JsonStringEnumMemberName("recoloured background")]
    Recoloured,

    /// <summary>New icons by the same hand.</summary>
    [JsonStringEnumMemberName("held-out")]
    HeldOut,

    [JsonStringEnumMemberName("uniform noise")]
    Noise,
}

/// <summary>What is said of kinds of sets.</summary>
public static class SetKinds
{
    /// <summary>A row's heading, and its name in every format.</summary>
    public static string Name(this SetKind kind) => kind switch
    {
        SetKind.Generated => "generated",
        SetKind.Copycat => "copycat",
        SetKind.Shifted => "shifted copy",
        SetKind.Mirrored => "mirrored copy",
        SetKind.Recoloured => "recoloured background",
        SetKind.HeldOut => "held-out",
        SetKind.Noise => "uniform noise",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Wanted a kind of set."),
    };

    /// <summary>Such as <c>shifted copies</c>.</summary>
    public static string Plural(this SetKind kind) => kind switch
    {
        SetKind.Copycat => "exact copies",
        SetKind.Shifted => "shifted copies",
        SetKind.Mirrored => "mirrored copies",
        SetKind.Recoloured => "copies on another background",
        SetKind.HeldOut => "held-out icons",
        SetKind.Noise => "icons of uniform noise",
        _ => $"{kind.Name()} icons",
    };

    /// <summary>Whether the right answer is that every icon is a copy.</summary>
    public static bool AreCopies(this SetKind kind) => kind is SetKind.Copycat or SetKind.Shifted or SetKind.Mirrored or SetKind.Recoloured;
}
