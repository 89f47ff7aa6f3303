using System.Text.RegularExpressions;

namespace IconDiffusion.Specs.Cluster;

/// <summary>
/// Kinds of devices between which work may not be exchanged: <c>rtx-3080</c>, <c>cpu</c>. A run's bits are only promised on one class.
/// </summary>
public static partial class DeviceClass
{
    /// <summary>What an experiment without a <c>gpu</c> asks for: the first device that is free, a GPU if there is one.</summary>
    public const string Any = "any";

    /// <summary>All processors are one class; their models are not told apart.</summary>
    public const string Cpu = "cpu";

    /// <summary>The class of a GPU's name as people or drivers write it: <c>NVIDIA GeForce RTX 3080</c> and <c>RTX 3080</c> are <c>rtx-3080</c>.</summary>
    public static string Normalize(string? name) =>
        string.IsNullOrWhiteSpace(name) ? Any : Separators().Replace(Vendors().Replace(name.ToLowerInvariant(), ""), "-").Trim('-') is { Length: > 0 } kind ? kind : Any;

    /// <summary>Whether work that asks for <paramref name="wanted"/> may run on a device of class <paramref name="offered"/>.</summary>
    public static bool Matches(string wanted, string offered) => wanted == Any || wanted == offered;

    [GeneratedRegex(@"\b(nvidia|geforce|amd|radeon)\b")]
    private static partial Regex Vendors();

    [GeneratedRegex("[^a-z0-9]+")]
    private static partial Regex Separators();
}
