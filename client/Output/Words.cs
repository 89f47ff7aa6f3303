namespace IconDiffusion.Client.Output;

/// <summary>Numbers as people read them.</summary>
internal static class Words
{
    /// <summary><c>45 s</c>, <c>3 min 05 s</c>, <c>12 h 04 min</c>.</summary>
    public static string Duration(TimeSpan time) => time switch
    {
        { TotalMinutes: < 1 } => $"{Math.Max(0, time.TotalSeconds):0} s",
        { TotalHours: < 1 } => $"{time.Minutes} min {time.Seconds:00} s",
        _ => $"{(long)time.TotalHours} h {time.Minutes:00} min",
    };

    /// <summary><c>512 B</c>, <c>3.4 MB</c>, <c>1.2 GB</c> (powers of 1000).</summary>
    public static string Bytes(long bytes) => bytes switch
    {
        < 1_000 => $"{bytes} B",
        < 1_000_000 => $"{bytes / 1e3:0.#} kB",
        < 1_000_000_000 => $"{bytes / 1e6:0.#} MB",
        _ => $"{bytes / 1e9:0.#} GB",
    };
}
