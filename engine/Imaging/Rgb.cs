using System.Globalization;

namespace IconDiffusion.Imaging;

/// <summary>An sRGB colour, 0…255 each.</summary>
public readonly record struct Rgb(byte R, byte G, byte B)
{
    /// <summary>#FFFFFF.</summary>
    public static Rgb White => new(255, 255, 255);

    /// <summary>#000000.</summary>
    public static Rgb Black => new(0, 0, 0);

    /// <summary>Reads <c>#RRGGBB</c>, either case.</summary>
    /// <exception cref="ImageException">Any other text.</exception>
    public static Rgb Parse(string text)
    {
        if (text is ['#', ..] && text.Length == 7
            && uint.TryParse(text.AsSpan(1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            return new((byte)(value >> 16), (byte)(value >> 8), (byte)value);
        throw new ImageException($"'{text}' is not a colour; wanted #RRGGBB, such as #FFFFFF.");
    }

    /// <inheritdoc/>
    public override string ToString() => $"#{R:X2}{G:X2}{B:X2}";
}
