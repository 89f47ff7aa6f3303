using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace IconDiffusion.Specs;

/// <summary>Durations as <c>hours:minutes:seconds</c>, hours unbounded: <c>12:00:00</c>, <c>36:00:00</c>, <c>00:00:90.5</c> is refused.</summary>
public sealed class DurationConverter : JsonConverter<TimeSpan>
{
    /// <summary>Reads <c>[-]h:mm:ss[.fff]</c>; false when the text is anything else.</summary>
    public static bool TryParse(string? text, out TimeSpan value)
    {
        value = default;
        var negative = text?.StartsWith('-') ?? false;
        var parts = text?.TrimStart('-').Split(':');
        if (parts is not [var hours, var minutes, var seconds] ||
            !long.TryParse(hours, NumberStyles.None, CultureInfo.InvariantCulture, out var h) || h > 1_000_000 ||
            !int.TryParse(minutes, NumberStyles.None, CultureInfo.InvariantCulture, out var m) || m > 59 ||
            !decimal.TryParse(seconds, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var s) || s >= 60)
            return false;
        value = TimeSpan.FromTicks((h * 3600 + m * 60) * TimeSpan.TicksPerSecond + (long)(s * TimeSpan.TicksPerSecond));
        if (negative)
            value = -value;
        return true;
    }

    /// <summary>Writes what <see cref="TryParse"/> reads, fractions of a second only where there are any.</summary>
    public static string Format(TimeSpan value)
    {
        var absolute = value.Duration();
        var text = $"{(long)absolute.TotalHours:00}:{absolute:mm\\:ss}";
        var fraction = absolute.Ticks % TimeSpan.TicksPerSecond;
        if (fraction != 0)
            text += $".{fraction:0000000}".TrimEnd('0');
        return value < TimeSpan.Zero ? "-" + text : text;
    }

    public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && TryParse(reader.GetString(), out var value)
            ? value
            : throw new JsonException();

    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Format(value));
}
