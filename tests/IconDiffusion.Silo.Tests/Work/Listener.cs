using System.Threading.Channels;
using IconDiffusion.Grains;
using IconDiffusion.Specs.Cluster;
using Orleans;
using Orleans.Runtime;

namespace IconDiffusion.Silo.Tests.Work;

/// <summary>Stands where the grains are and hears what a work service says to them.</summary>
internal sealed class Listener : IGrainFactory, IWorkGrain
{
    private readonly Channel<(int Attempt, WorkOutcome Outcome)> _ends = Channel.CreateUnbounded<(int, WorkOutcome)>();
    private readonly Channel<(int Attempt, WorkProgress Progress)> _reports = Channel.CreateUnbounded<(int, WorkProgress)>();

    /// <summary>What reports are answered.</summary>
    public Func<int, bool> Wants { get; set; } = _ => true;

    /// <summary>Calls of <see cref="EndedAsync"/> that fail before one succeeds.</summary>
    public int DeafFor { get; set; }

    public async Task<(int Attempt, WorkOutcome Outcome)> EndAsync() => await _ends.Reader.ReadAsync().AsTask().WaitAsync(Patience.Limit);

    /// <summary>The first report that fits.</summary>
    public async Task<WorkProgress> ReportAsync(Func<WorkProgress, bool>? fits = null)
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        while (true)
        {
            var (_, progress) = await _reports.Reader.ReadAsync(patience.Token);
            if (fits?.Invoke(progress) ?? true) return progress;
        }
    }

    public bool HasEnds => _ends.Reader.TryPeek(out _);

    public Task<bool> ReportAsync(int attempt, WorkProgress progress)
    {
        _reports.Writer.TryWrite((attempt, progress));
        return Task.FromResult(Wants(attempt));
    }

    public Task EndedAsync(int attempt, WorkOutcome outcome)
    {
        if (DeafFor-- > 0) throw new TimeoutException("The cluster does not answer.");
        _ends.Writer.TryWrite((attempt, outcome));
        return Task.CompletedTask;
    }

    public TGrainInterface GetGrain<TGrainInterface>(GrainId grainId) where TGrainInterface : IAddressable => (TGrainInterface)(object)this;

    // The rest of Orleans' interface, which nothing here calls.
    public TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null) where TGrainInterface : IGrainWithStringKey => throw new NotSupportedException();
    public TGrainInterface GetGrain<TGrainInterface>(Guid primaryKey, string? grainClassNamePrefix = null) where TGrainInterface : IGrainWithGuidKey => throw new NotSupportedException();
    public TGrainInterface GetGrain<TGrainInterface>(long primaryKey, string? grainClassNamePrefix = null) where TGrainInterface : IGrainWithIntegerKey => throw new NotSupportedException();
    public TGrainInterface GetGrain<TGrainInterface>(Guid primaryKey, string keyExtension, string? grainClassNamePrefix = null) where TGrainInterface : IGrainWithGuidCompoundKey => throw new NotSupportedException();
    public TGrainInterface GetGrain<TGrainInterface>(long primaryKey, string keyExtension, string? grainClassNamePrefix = null) where TGrainInterface : IGrainWithIntegerCompoundKey => throw new NotSupportedException();
    public TGrainObserverInterface CreateObjectReference<TGrainObserverInterface>(IGrainObserver obj) where TGrainObserverInterface : IGrainObserver => throw new NotSupportedException();
    public void DeleteObjectReference<TGrainObserverInterface>(IGrainObserver obj) where TGrainObserverInterface : IGrainObserver => throw new NotSupportedException();
    public IGrain GetGrain(Type grainInterfaceType, Guid grainPrimaryKey) => throw new NotSupportedException();
    public IGrain GetGrain(Type grainInterfaceType, long grainPrimaryKey) => throw new NotSupportedException();
    public IGrain GetGrain(Type grainInterfaceType, string grainPrimaryKey) => throw new NotSupportedException();
    public IGrain GetGrain(Type grainInterfaceType, Guid grainPrimaryKey, string keyExtension) => throw new NotSupportedException();
    public IGrain GetGrain(Type grainInterfaceType, long grainPrimaryKey, string keyExtension) => throw new NotSupportedException();
    public IAddressable GetGrain(GrainId grainId) => throw new NotSupportedException();
    public IAddressable GetGrain(GrainId grainId, GrainInterfaceType interfaceType) => throw new NotSupportedException();
    public IAddressable GetGrain(Type interfaceType, IdSpan grainKey, string grainClassNamePrefix) => throw new NotSupportedException();
    public IAddressable GetGrain(Type interfaceType, IdSpan grainKey) => throw new NotSupportedException();

    public Task<WorkPhase> PrepareAsync(WorkSpec spec, bool retry) => throw new NotSupportedException();

    public Task<LeaseUse> StartAsync(Lease lease) => throw new NotSupportedException();

    public Task StopAsync() => throw new NotSupportedException();

    public Task LostAsync(string silo) => throw new NotSupportedException();

    public Task<WorkStatus> GetStatusAsync() => throw new NotSupportedException();
}
