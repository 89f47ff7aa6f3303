using System.ComponentModel.DataAnnotations;
using System.Reflection;
using IconDiffusion.Imaging;
using IconDiffusion.Kernels;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace IconDiffusion.Silo.Hosting;

/// <summary>How a silo runs. Weakest to strongest: these defaults, <c>appsettings.json</c>, the environment, flags.</summary>
public sealed class SiloOptions
{
    /// <summary>Section of <c>appsettings.json</c>, and beginning of the environment's <c>ICONDIFFUSION_SILO__NAME</c> and others.</summary>
    public const string Section = "Silo";

    private const string EnvironmentPrefix = "ICONDIFFUSION_";

    // The silo's two, those of the console and of the engine, and those that every appsettings.json has.
    private static readonly string[] KnownSections =
    [
        Section, ClusterSettings.Section, "Url", "Token", "Data", KernelLibrary.Variable[EnvironmentPrefix.Length..],
        EmojiFont.FileVariable[EnvironmentPrefix.Length..], "Logging", "AllowedHosts",
    ];

    /// <summary>Where this machine reaches the API: http://127.0.0.1:5480. Port 0 is one of the system's choice.</summary>
    public string Url { get; set; } = "http://127.0.0.1:5480";

    /// <summary>Address of this machine that others may reach the API at, or <c>0.0.0.0</c> for all; none: this machine alone.</summary>
    public string? Listen { get; set; }

    /// <summary>Names in the Internet's DNS that the API is reached by, such as <c>desktop.example.org</c>; addresses, and names that only a local network knows, need not be told.</summary>
    public string[] Hosts { get; set; } = [];

    /// <summary>
    /// PEM file of the certificate, and those between it and its root, by which other machines reach the API; none: one of the cluster's authority, or of
    /// an authority of this silo's own.
    /// </summary>
    public string? Certificate { get; set; }

    /// <summary>PEM file of the private key of <see cref="Certificate"/>; none: it is in the same file.</summary>
    public string? Key { get; set; }

    /// <summary>Whether other machines reach the API without encryption, behind a web server or a tunnel that encrypts: no.</summary>
    public bool PlainHttp { get; set; }

    /// <summary>The folder that holds everything made here: <c>artifacts</c>.</summary>
    public string Data { get; set; } = "artifacts";

    /// <summary>What the cluster calls this silo: the machine's name.</summary>
    public string Name { get; set; } = Environment.MachineName;

    /// <summary>Devices to work on; none: every CUDA GPU, else the CPU.</summary>
    public string[] Devices { get; set; } = [];

    /// <summary>CPU threads of a device, on which a result's last bits depend: all processors.</summary>
    [Range(1, 1024)]
    public int Threads { get; set; } = Environment.ProcessorCount;

    /// <summary>The only experiment to work for; none: all.</summary>
    public string? Only { get; set; }

    /// <summary>Store that runs are shared over, a folder or <c>s3://bucket/prefix</c>; none: the data folder alone.</summary>
    public string? Artifacts { get; set; }

    /// <summary>File by which this silo is one of a cluster, as <c>icon cluster init</c> made it for this machine; none: the section Cluster says whether it is.</summary>
    public string? Join { get; set; }

    /// <summary>How long a stop waits for checkpoints: 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>OTLP/HTTP collector of metrics and traces, such as http://localhost:4318; none: nothing is sent.</summary>
    public string? Otlp { get; set; }

    /// <summary>Least weighty messages that are logged: Information.</summary>
    public LogLevel LogLevel { get; set; } = LogLevel.Information;

    /// <summary>Largest request but for data sets: 32 MiB.</summary>
    [Range(1024, 1 << 30)]
    public long MaxBodyBytes { get; set; } = 32 << 20;

    /// <summary>Largest data set that can be uploaded: 512 MiB.</summary>
    [Range(1024, int.MaxValue)]
    public long MaxDatasetBytes { get; set; } = 512 << 20;

    /// <summary>Most cells of an experiment: 10000.</summary>
    [Range(1, 100_000)]
    public int MaxCells { get; set; } = 10_000;

    /// <summary>Most connections at a time: 1000.</summary>
    [Range(1, 100_000)]
    public int MaxConnections { get; set; } = 1000;

    /// <summary>Most event streams at a time: 250.</summary>
    [Range(1, 100_000)]
    public int MaxWatchers { get; set; } = 250;

    /// <summary>How long a watcher may leave an event unread before it is dropped: 15 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan WatcherTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Several silos share the queue, and may share the data folder; otherwise this silo is alone with both.</summary>
    internal bool IsCluster => Cluster is not null;

    /// <summary>The cluster that this silo joins; null: it is embedded.</summary>
    internal ClusterSettings? Cluster { get; private set; }

    /// <summary>Reads and checks the options.</summary>
    /// <param name="flags">Strongest; keys as the properties, <c>Devices:0</c> for the first of a list. A null is no flag.</param>
    /// <exception cref="SiloOptionsException">One fault or more; those of a join file come alone.</exception>
    public static SiloOptions Load(IReadOnlyDictionary<string, string?> flags)
    {
        ArgumentNullException.ThrowIfNull(flags);
        var given = flags.Where(flag => flag.Value is not null).ToArray();
        var isListGiven = given.Any(flag => flag.Key.StartsWith($"{nameof(Devices)}:", StringComparison.OrdinalIgnoreCase));
        var weaker = Read(new ConfigurationBuilder()
            .AddJsonFile(Path.GetFullPath("appsettings.json"), optional: true)
            .AddEnvironmentVariables(EnvironmentPrefix));

        // A list of flags takes the place of a weaker list, instead of being laid over its first items.
        var kept = weaker.AsEnumerable().Where(pair =>
            !isListGiven || !pair.Key.StartsWith($"{Section}:{nameof(Devices)}:", StringComparison.OrdinalIgnoreCase));
        var all = Read(new ConfigurationBuilder()
            .AddInMemoryCollection(kept)
            .AddInMemoryCollection(given.Select(flag => KeyValuePair.Create($"{Section}:{flag.Key}", flag.Value))));
        var options = new SiloOptions();
        var faults = all.GetChildren().Where(child => !KnownSections.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
            .Select(child => $"{child.Path} is unknown in the settings; known are {Section} and {ClusterSettings.Section}, in the environment {EnvironmentPrefix}{Section.ToUpperInvariant()}__… and {EnvironmentPrefix}{ClusterSettings.Section.ToUpperInvariant()}__….")
            .ToList();
        faults.AddRange(SettingsSection.Bind(all.GetSection(Section), options));
        faults.AddRange(options.Faults());
        if (all.GetSection(ClusterSettings.Section) is var cluster && (cluster.Exists() || options.Join is not null))
        {
            options.Cluster = new();
            var unread = SettingsSection.Bind(cluster, options.Cluster).ToArray();
            if (options.Join is { } join)
                options.Cluster.Join(join);
            faults.AddRange(unread.Length > 0 ? unread : options.Cluster.Faults());
        }
        return faults.Count == 0 ? options : throw new SiloOptionsException(faults);
    }

    /// <summary>What is wrong, one sentence each.</summary>
    public IEnumerable<string> Faults()
    {
        foreach (var property in typeof(SiloOptions).GetProperties())
            if (property.GetCustomAttribute<RangeAttribute>() is { } range && property.GetValue(this) is var value && !range.IsValid(value))
                yield return $"{property.Name} is {value}; wanted {range.Minimum} to {range.Maximum}.";
        foreach (var fault in HttpServer.Faults(Url, Listen, port: 5480))
            yield return fault;
        if (Key is not null && Certificate is null)
            yield return $"{nameof(Key)} is '{Key}', and there is no certificate that it is of; wanted --certificate FILE too.";
        if (PlainHttp && Certificate is not null)
            yield return $"{nameof(PlainHttp)} and {nameof(Certificate)} are set; wanted one of them.";
        if (string.IsNullOrWhiteSpace(Data) || Data.Contains('\0'))
            yield return $"{nameof(Data)} is '{Data}'; wanted a folder.";
        if (Name.Length is < 1 or > 64 || !Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
            yield return $"{nameof(Name)} is '{Name}'; wanted 1 to 64 letters, digits, '-', '_' or '.'.";
        if (Devices.Any(string.IsNullOrWhiteSpace))
            yield return $"{nameof(Devices)} has an empty entry; wanted cpu, cuda, cuda:N or a device's name.";
        if (Hosts.FirstOrDefault(host => Uri.CheckHostName(host) == UriHostNameType.Unknown) is { } wrong)
            yield return $"{nameof(Hosts)} has '{wrong}'; wanted a name such as desktop.example.org, without a port.";
        if (Otlp is not null && !(Uri.TryCreate(Otlp, UriKind.Absolute, out var otlp) && otlp.Scheme is "http" or "https"))
            yield return $"{nameof(Otlp)} is '{Otlp}'; wanted an address such as http://localhost:4318.";
        if (!Enum.IsDefined(LogLevel))
            yield return $"{nameof(LogLevel)} is {LogLevel}; wanted one of {string.Join(", ", Enum.GetNames<LogLevel>())}.";
    }

    private static IConfigurationRoot Read(IConfigurationBuilder sources)
    {
        try
        {
            return sources.Build();
        }
        catch (InvalidDataException exception)
        {
            throw new SiloOptionsException([$"{exception.Message} {exception.InnerException?.Message}".Trim()]);
        }
    }
}

/// <summary>A silo cannot run with these options.</summary>
/// <param name="faults">One sentence each.</param>
public sealed class SiloOptionsException(IReadOnlyList<string> faults) : Exception(string.Join(' ', faults))
{
    public IReadOnlyList<string> Faults { get; } = faults;
}
