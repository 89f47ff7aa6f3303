using System.Globalization;

namespace IconDiffusion.Specs;

/// <summary>What <see cref="TrainingSpec.From"/> says: in a person's file, between the programs, and once it is settled.</summary>
public static class SourceName
{
    /// <summary>In a file: the run that it describes under the key of this name.</summary>
    public const string OfFile = "source";

    private const string Extension = ".safetensors";

    /// <summary>Whether it is the path of a file.</summary>
    public static bool IsPath(string from) => from.EndsWith(Extension, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether it is the SHA-256 of a file that the data folder keeps.</summary>
    public static bool IsHash(string from) => from.Length == 64 && from.All(char.IsAsciiHexDigitLower);

    /// <summary>Whether it is a run's id, or the beginning of one.</summary>
    public static bool IsRun(string from) => from.Length is >= 1 and <= RunIdentity.RunLength && from.All(char.IsAsciiHexDigitLower);

    /// <summary>Another run of the same experiment, counted from 0.</summary>
    public static string OfRun(int index) => string.Create(CultureInfo.InvariantCulture, $"#{index}");

    /// <summary>The place of that run; null: it is something else.</summary>
    public static int? IndexOf(string? from) =>
        from is ['#', .. var digits] && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : null;
}
