using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace IconDiffusion.Grains.Tests.Cluster;

/// <summary>
/// Real grains on the real runtime over a real database, with a clock that the test moves.
/// </summary>
public sealed class TestCluster : IExperimentServices, IAsyncDisposable
{
    private GrainHost _host = null!;
    private readonly LogKeeper _log = new();
    private readonly Dictionary<string, TestSilo> _silos = [];
    private readonly Shuffle? _shuffle;
    private bool _isDropped;

    private TestCluster(Disk disk, Shuffle? shuffle) => (Disk, _shuffle) = (disk, shuffle);

    public Disk Disk { get; }
    public TestClock Time { get; } = new();
    public IGrainFactory Grains => _host.Grains;
    public ISchedulerGrain Scheduler => Grains.GetGrain<ISchedulerGrain>("default");
    public IReadOnlyCollection<string> Log => _log.Lines;

    /// <summary>Memory that each piece of work is said to need.</summary>
    public long MemoryOfWork { get; set; } = 1_000_000_000;

    public static async Task<TestCluster> StartAsync(Disk disk, bool shuffled, params string[] silos)
    {
        var cluster = new TestCluster(disk, shuffled ? Shuffle.Create() : null);
        foreach (var name in silos)
            cluster._silos.Add(name, new(name, () => cluster.Grains, disk));
        cluster._host = GrainHost.Create(disk, cluster._shuffle, cluster.Configure, silos, cluster.Silo);
        await cluster._host.StartAsync();
        return cluster;
    }

    /// <summary>Of one silo.</summary>
    internal IServiceProvider Services => _host.Services;

    /// <summary>Where grains keep their states.</summary>
    internal IGrainStorage Storage => _host.Storage;

    /// <summary>The silo on which a grain lives.</summary>
    public Task<string> HomeAsync(IAddressable grain) => _host.HomeAsync(grain);

    /// <summary>One silo dies without a word, with all that it did.</summary>
    public Task KillAsync(string silo)
    {
        Silo(silo).Crash();
        return _host.KillAsync(silo);
    }

    /// <summary>A silo that was killed comes back.</summary>
    public Task RestartAsync(string silo) => _host.RestartAsync(silo);

    public TestSilo Silo(string? name = null) => name is null ? _silos.Values.First() : _silos[name];

    public IExperimentGrain Experiment(ExperimentSpec spec) => Grains.GetGrain<IExperimentGrain>(RunIdentity.Experiment(spec));

    public async Task<IExperimentGrain> SubmitAsync(ExperimentSpec spec, int priority = 0)
    {
        var grain = Experiment(spec);
        await grain.SubmitAsync(TestSpecs.Submission(spec, priority));
        return grain;
    }

    /// <summary>All silos report themselves.</summary>
    public Task BeatAsync() => Task.WhenAll(_silos.Values.Select(silo => silo.BeatAsync()));

    /// <summary>
    /// Lets seconds pass, with a report of these silos in each, until this holds. What messages are under way has no bound in
    /// seconds, so the clock goes on until then.
    /// </summary>
    public Task UntilAsync(Func<Task<bool>> holds, string what, params string[] silos) => UntilAsync(holds, what, TimeSpan.FromSeconds(0.05), silos);

    /// <summary>As above, with so much time between two looks.</summary>
    public async Task UntilAsync(Func<Task<bool>> holds, string what, TimeSpan step, string[] silos)
    {
        var (limit, done) = (DateTime.UtcNow + Patience.Limit, WorkDone);
        while (!await holds())
        {
            // Whoever gets on with it has all the time in the world, on however busy a machine.
            if (WorkDone != done)
                (limit, done) = (DateTime.UtcNow + Patience.Limit, WorkDone);
            if (DateTime.UtcNow > limit)
                throw new TimeoutException($"Never: {what}.{(_shuffle is null ? "" : $" Repeat with ICON_TEST_SEED={_shuffle.Seed}.")} Log:\n{string.Join('\n', Log.TakeLast(60))}");
            foreach (var silo in silos.Length > 0 ? silos : [.. _silos.Keys])
                await _silos[silo].BeatAsync();
            await Task.Delay(1);
            Time.Advance(step);
        }
    }

    public Task UntilAsync(Func<bool> holds, string what, params string[] silos) => UntilAsync(() => Task.FromResult(holds()), what, silos);

    /// <summary>The process dies without a word: no grain ends in good order, nothing more is written.</summary>
    public Task DropAsync()
    {
        _isDropped = true;
        foreach (var silo in _silos.Values)
            silo.Crash();
        return _host.KillAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_isDropped)
            return;
        await _host.DisposeAsync();
    }

    private int WorkDone => Disk.Started.Count + Disk.Finished.Count;

    private void Configure(IHostApplicationBuilder builder)
    {
        builder.Logging.AddProvider(_log).SetMinimumLevel(LogLevel.Information);
        builder.Services.AddSingleton<TimeProvider>(Time);
        builder.Services.AddSingleton<IExperimentServices>(this);
    }

    long IExperimentServices.MemoryBytes(WorkSpec work, bool onGpu) => MemoryOfWork;

    void IExperimentServices.WriteTable(string experimentId, IReadOnlyList<RunResult> results)
    {
        if (Disk.IsFull)
            throw new IOException("No space left on device");
        Disk.Tables.Enqueue((experimentId, results.Count));
    }
}
