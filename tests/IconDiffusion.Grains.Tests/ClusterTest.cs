using IconDiffusion.Grains.Tests.Cluster;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;

namespace IconDiffusion.Grains.Tests;

/// <summary>A cluster for each test; every suite runs embedded, with calls in order and with calls shuffled, and on PostgreSQL.</summary>
public abstract class ClusterTest(bool shuffled, bool onPostgres) : IAsyncLifetime
{
    private TestCluster? _cluster;

    protected Disk Disk { get; } = new();

    protected TestCluster Cluster => _cluster!;

    /// <summary>The first silo, which has one device of class cpu.</summary>
    protected TestSilo Silo => Cluster.Silo();

    public virtual Task InitializeAsync() => BeginAsync("a");

    public async Task DisposeAsync()
    {
        if (_cluster is not null)   // not skipped
            await Cluster.DisposeAsync();
        if (Disk.Postgres is { } database)
            await database.DisposeAsync();
        Disk.Dispose();
    }

    /// <summary>Starts a process over the disk; the first silo gets a processor.</summary>
    protected async Task BeginAsync(params string[] silos)
    {
        if (onPostgres)
            Disk.Postgres ??= await (await PostgresServer.GetAsync()).CreateDatabaseAsync();
        _cluster = await TestCluster.StartAsync(Disk, shuffled, silos);
        Silo.With(DeviceClass.Cpu, id: "cpu");
    }

    /// <summary>The process dies, and a new one begins with the same silos and devices.</summary>
    protected async Task CrashAsync()
    {
        await Cluster.DropAsync();
        await BeginAsync("a");
        Silo.Crash();
    }

    /// <summary>Lets time pass with reports from all silos.</summary>
    protected Task PassAsync(TimeSpan time)
    {
        var end = Cluster.Time.GetUtcNow() + time;
        return Cluster.UntilAsync(() => Task.FromResult(Cluster.Time.GetUtcNow() >= end), "time passes", TimeSpan.FromSeconds(1), []);
    }

    protected async Task<ExperimentStatus> StatusAsync(ExperimentSpec spec) => (await Cluster.Experiment(spec).GetStatusAsync())!;

    protected Task FinishedAsync(ExperimentSpec spec) => StateAsync(spec, ExperimentState.Finished);

    protected Task StateAsync(ExperimentSpec spec, ExperimentState state) =>
        Cluster.UntilAsync(async () => (await StatusAsync(spec)).State == state, $"{spec.Name} is {state}");

    /// <summary>Waits until a silo works on something that fits.</summary>
    protected async Task<WorkOrder> RunningAsync(Func<WorkOrder, bool>? which = null, string? silo = null)
    {
        WorkOrder? found = null;
        await Cluster.UntilAsync(() => (found = Cluster.Silo(silo).Running.FirstOrDefault(which ?? (_ => true))) is not null, "work runs");
        return found!;
    }

    protected Task<WorkOrder> RunningAsync(WorkKind kind, int attempt = 1) =>
        RunningAsync(order => order.Work.Kind == kind && order.Attempt == attempt);

    protected static Task DoneAsync(TestSilo silo, WorkOrder order) => silo.EndAsync(order, Outcomes.Of(order.Spec));
}
