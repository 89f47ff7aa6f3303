using System.Collections.Concurrent;
using IconDiffusion.Grains;
using IconDiffusion.Silo.Hosting;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;

namespace IconDiffusion.Silo.Tests.Hosting;

/// <summary>A device that takes work and does nothing about it until the test says so.</summary>
internal sealed class TestWork : ISiloWork, IExperimentServices
{
    private readonly ConcurrentDictionary<WorkId, WorkOrder> _running = [];
    private readonly ConcurrentQueue<TaskCompletionSource<WorkOrder>> _waiting = [];

    public event Action Changed = () => { };

    public IReadOnlyList<DeviceInfo> Devices { get; } =
        [new() { Id = "rtx-3080#1", Name = "RTX 3080", Class = "rtx-3080", MemoryBytes = 10L << 30, FreeMemoryBytes = 10L << 30 }];

    public IReadOnlyList<string> Running => [.. _running.Keys.Select(work => work.Key)];

    public bool HasStopped { get; private set; }

    /// <summary>The next order that comes, or one that has come.</summary>
    public async Task<WorkOrder> OrderAsync()
    {
        var next = new TaskCompletionSource<WorkOrder>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting.Enqueue(next);
        foreach (var order in _running.Values)
            Hand(order);
        return await next.Task.WaitAsync(Patience.Limit);
    }

    public Task<int> NewestAttemptAsync(WorkId work, WorkSpec spec) => Task.FromResult(0);

    public void Start(WorkOrder order)
    {
        _running[order.Work] = order;
        Changed();
        Hand(order);
    }

    public bool Stop(WorkId work, int attempt) => _running.TryRemove(work, out _);

    public bool IsRunning(WorkId work, int attempt) => _running.TryGetValue(work, out var order) && order.Attempt == attempt;

    public Task StopAsync(CancellationToken cancellationToken)
    {
        HasStopped = true;
        _running.Clear();
        return Task.CompletedTask;
    }

    public long MemoryBytes(WorkSpec work, bool onGpu) => 1 << 20;

    public void WriteTable(string experimentId, IReadOnlyList<RunResult> results)
    {
    }

    private void Hand(WorkOrder order)
    {
        if (_waiting.TryDequeue(out var next))
            next.SetResult(order);
    }
}
