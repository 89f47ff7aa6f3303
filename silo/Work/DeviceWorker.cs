using System.Collections.Concurrent;
using IconDiffusion.Kernels;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Silo.Devices;

namespace IconDiffusion.Silo.Work;

/// <summary>The thread of one device, which does one piece of work after the other.</summary>
internal sealed class DeviceWorker : IDisposable
{
    // The scheduler gives a device one piece at a time; the next may come while the last one is being put away.
    private const int MostWaiting = 4;

    private readonly BlockingCollection<WorkAttempt> _handOver = new(MostWaiting);
    private readonly SiloDevice _device;
    private readonly int _threads;
    private readonly Action<WorkAttempt, Func<Workbench>> _work;
    private readonly Thread _thread;

    /// <param name="threads">CPU threads that it computes with.</param>
    /// <param name="work">Does a piece of work and ends it; throws nothing.</param>
    public DeviceWorker(SiloDevice device, int threads, Action<WorkAttempt, Func<Workbench>> work)
    {
        (_device, _threads, _work) = (device, threads, work);
        _thread = new Thread(Run) { IsBackground = true, Name = $"work on {device.Id}" };
        _thread.Start();
    }

    public SiloDevice Device => _device;

    /// <summary>Hands work over without waiting; false: too much of it waits already.</summary>
    public bool TryAdd(WorkAttempt attempt) => _handOver.TryAdd(attempt);

    /// <summary>Takes no more work. Does not wait for what is in hand.</summary>
    public void Dispose() => _handOver.CompleteAdding();

    private void Run()
    {
        // Opened with the first work, and on this thread: libtorch keeps its number of threads per thread.
        Workbench? bench = null;
        foreach (var attempt in _handOver.GetConsumingEnumerable())
        {
            _work(attempt, () => bench ??= new Workbench(ComputeDevice.Open(_device.Compute, _threads)));
            LibTorch.ReleaseMemory();
        }
        bench?.Dispose();
    }
}
