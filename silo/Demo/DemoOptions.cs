using IconDiffusion.Silo.Hosting;

namespace IconDiffusion.Silo.Demo;

/// <summary>How the public page of a run is served.</summary>
internal sealed record DemoOptions
{
    /// <summary>The usual port, beside a silo's 5480.</summary>
    public const int Port = 5490;

    /// <summary>Where this machine reaches the page. Port 0 is one of the system's choice.</summary>
    public string Url { get; init; } = $"http://127.0.0.1:{Port}";

    /// <summary>Address of this machine that others may reach the page at, or 0.0.0.0 for all; null: this machine alone.</summary>
    public string? Listen { get; init; }

    /// <summary>The page's address as visitors know it, which its QR code shows; null: where it listens.</summary>
    public string? PublicUrl { get; init; }

    /// <summary>Icons that one address may wait for at a time.</summary>
    public int PlacesOfAnAddress { get; init; } = 3;

    /// <summary>Icons that all together may wait for at a time.</summary>
    public int PlacesInAll { get; init; } = 60;

    /// <summary>Icons that one address may ask for in a minute.</summary>
    public int IconsAMinute { get; init; } = 12;

    /// <summary>Requests of any kind of one address in a minute.</summary>
    public int RequestsAMinute { get; init; } = 120;

    /// <summary>Requests of all in a minute.</summary>
    public int RequestsAMinuteInAll { get; init; } = 6000;

    /// <summary>How often is looked whether the consent still holds; each icon asks too.</summary>
    public TimeSpan LookEvery { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>What is wrong, one sentence each.</summary>
    public IEnumerable<string> Faults() =>
    [
        .. HttpServer.Faults(Url, Listen, Port),
        .. PublicUrl is null || (Uri.TryCreate(PublicUrl, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && PublicUrl.Length <= 500)
            ? Array.Empty<string>()
            : [$"--public-url is '{PublicUrl}'; wanted the page's address as visitors know it, such as https://icons.example.org."],
    ];
}
