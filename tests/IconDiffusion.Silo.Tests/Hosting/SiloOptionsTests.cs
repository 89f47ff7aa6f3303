using IconDiffusion.Silo.Hosting;

namespace IconDiffusion.Silo.Tests.Hosting;

/// <summary>Reads the process's environment and working directory, so nothing else of its kind runs beside it.</summary>
[Collection(nameof(SiloOptionsTests))]
[CollectionDefinition(nameof(SiloOptionsTests), DisableParallelization = true)]
public sealed class SiloOptionsTests
{
    [Fact]
    public void WithoutAnything_TheSiloListensOnLoopbackAlone()
    {
        var options = SiloOptions.Load(new Dictionary<string, string?>());

        Assert.Equal("http://127.0.0.1:5480", options.Url);
        Assert.Null(options.Listen);
    }

    [Fact]
    public void FlagsAreStrongerThanTheEnvironment_WhichIsStrongerThanTheFile()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["appsettings.json"], """{ "Silo": { "Threads": 2, "MaxCells": 20, "MaxWatchers": 30, "Devices": ["cpu", "cuda"] } }""");
        var present = Directory.GetCurrentDirectory();
        Directory.SetCurrentDirectory(folder.Path);
        Environment.SetEnvironmentVariable("ICONDIFFUSION_SILO__MAXCELLS", "21");
        Environment.SetEnvironmentVariable("ICONDIFFUSION_SILO__MAXWATCHERS", "31");
        try
        {
            var options = SiloOptions.Load(new Dictionary<string, string?> { ["MaxWatchers"] = "32", ["Devices:0"] = "RTX 3080", ["Only"] = null });

            Assert.Equal((2, 21, 32), (options.Threads, options.MaxCells, options.MaxWatchers));
            Assert.Equal(["RTX 3080"], options.Devices);
        }
        finally
        {
            Environment.SetEnvironmentVariable("ICONDIFFUSION_SILO__MAXCELLS", null);
            Environment.SetEnvironmentVariable("ICONDIFFUSION_SILO__MAXWATCHERS", null);
            Directory.SetCurrentDirectory(present);
        }
    }

    [Theory]
    [InlineData("Url", "http://0.0.0.0:5480", "which other machines can reach")]
    [InlineData("Url", "https://127.0.0.1", "wanted an address such as")]
    [InlineData("Url", "nonsense", "wanted an address such as")]
    [InlineData("Listen", "everyone", "wanted an IP address")]
    [InlineData("Key", "own.key", "wanted --certificate FILE too")]
    [InlineData("PlainHttp", "perhaps", "PlainHttp is 'perhaps'; wanted true or false.")]
    [InlineData("Data", " ", "wanted a folder")]
    [InlineData("Name", "a/b", "wanted 1 to 64 letters")]
    [InlineData("Devices:0", "", "empty entry")]
    [InlineData("Threads", "0", "Threads is 0; wanted 1 to 1024.")]
    [InlineData("Threads", "many", "Threads is 'many'; wanted a whole number.")]
    [InlineData("ShutdownTimeout", "30", "wanted 00:00:00 to 01:00:00")]
    [InlineData("ShutdownTimeout", "soon", "wanted hours:minutes:seconds")]
    [InlineData("Otlp", "collector", "wanted an address such as")]
    [InlineData("LogLevel", "loud", "wanted one of Trace")]
    [InlineData("MaxBodyBytes", "1", "wanted 1024 to")]
    [InlineData("MaxWatchers", "0", "wanted 1 to")]
    [InlineData("Thread", "1", "Silo:Thread is unknown; known are Url, Listen")]
    public void AWrongOption_IsNamedInOneSentence(string key, string value, string part)
    {
        var exception = Assert.Throws<SiloOptionsException>(() => SiloOptions.Load(new Dictionary<string, string?> { [key] = value }));

        Assert.Contains(part, Assert.Single(exception.Faults));
    }

    // Whoever means a cluster never gets a silo alone.
    [Theory]
    [InlineData("CLUSTER__DATABASE", "", "Cluster:Database is empty")]
    [InlineData("CLUSTER__DATABASE", " ", "Cluster:Database is empty")]
    [InlineData("CLUSTER__PORT", "11112", "Cluster:Database is empty")]
    [InlineData("CLUSTER__DATABSE", "Host=db", "DATABSE is unknown; known are Database, Id, Address, Port.")]
    [InlineData("CLUSTR__DATABASE", "Host=db", "CLUSTR is unknown in the settings; known are Silo and Cluster")]
    [InlineData("CLUSTER_DATABASE", "Host=db", "CLUSTER_DATABASE is unknown in the settings")]
    public void AClusterThatIsMissaid_IsNoSiloAlone(string variable, string value, string part)
    {
        Environment.SetEnvironmentVariable($"ICONDIFFUSION_{variable}", value);
        try
        {
            var failure = Assert.Throws<SiloOptionsException>(() => SiloOptions.Load(new Dictionary<string, string?>()).IsCluster);
            Assert.Contains(part, Assert.Single(failure.Faults));
        }
        finally
        {
            Environment.SetEnvironmentVariable($"ICONDIFFUSION_{variable}", null);
        }
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("Host=db;Username=icon;Database=icon", true)]
    public void ADatabaseMakesACluster(string? database, bool isCluster)
    {
        Environment.SetEnvironmentVariable("ICONDIFFUSION_CLUSTER__DATABASE", database);
        try
        {
            Assert.Equal(isCluster, SiloOptions.Load(new Dictionary<string, string?>()).IsCluster);
        }
        finally
        {
            Environment.SetEnvironmentVariable("ICONDIFFUSION_CLUSTER__DATABASE", null);
        }
    }

    // Without keys a silo speaks to this machine's alone.
    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("::1", true)]
    [InlineData("0.0.0.0", false)]
    [InlineData("192.0.2.7", false)]
    public void AnAddressOfOtherMachines_WantsAJoinFile(string address, bool isTaken)
    {
        var settings = new ClusterSettings { Database = "Host=db", Address = address };

        var failure = Record.Exception(() => settings.Resolve());

        Assert.Equal(isTaken, failure is null);
        Assert.True(failure is null or SiloOptionsException);
    }

    [Theory]
    [InlineData("ICONDIFFUSION_URL")]
    [InlineData("ICONDIFFUSION_TOKEN")]
    [InlineData("ICONDIFFUSION_DATA")]
    [InlineData("ICONDIFFUSION_KERNELS")]
    [InlineData("ICONDIFFUSION_EMOJI_FONT")]
    public void VariablesOfTheConsoleAndTheEngine_AreNoFaults(string variable)
    {
        var present = Environment.GetEnvironmentVariable(variable);
        Environment.SetEnvironmentVariable(variable, "something");
        try
        {
            Assert.Equal("artifacts", SiloOptions.Load(new Dictionary<string, string?>()).Data);
        }
        finally
        {
            Environment.SetEnvironmentVariable(variable, present);
        }
    }

    [Fact]
    public void EveryFaultIsTold()
    {
        var exception = Assert.Throws<SiloOptionsException>(() => SiloOptions.Load(new Dictionary<string, string?> { ["Threads"] = "0", ["Data"] = "" }));

        Assert.Equal(2, exception.Faults.Count);
    }

    [Fact]
    public void AFileThatIsNotJson_IsNamed()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["appsettings.json"], "{ \"Silo\": ");
        var present = Directory.GetCurrentDirectory();
        Directory.SetCurrentDirectory(folder.Path);
        try
        {
            var exception = Assert.Throws<SiloOptionsException>(() => SiloOptions.Load(new Dictionary<string, string?>()));

            Assert.Contains("appsettings.json", exception.Message);
        }
        finally
        {
            Directory.SetCurrentDirectory(present);
        }
    }
}
