namespace IconDiffusion.EmbeddedActors;

/// <summary>
/// Starts work on a grain's scheduler in a clean execution context, so that nothing of the caller's flows into the grain:
/// between two machines nothing would.
/// </summary>
internal static class Turn
{
    private static readonly ExecutionContext Clean = CaptureClean();
    private static readonly ContextCallback RunRequest = state => ((Request)state!).Start();
    private static readonly ContextCallback RunAction = state => ((Action)state!)();
    private static readonly Action<object?> RequestTask = state => ExecutionContext.Run(Clean, RunRequest, state);
    private static readonly Action<object?> ActionTask = state => ExecutionContext.Run(Clean, RunAction, state);

    public static void Post(TaskScheduler scheduler, Request request) => Post(scheduler, RequestTask, request);

    public static void Post(TaskScheduler scheduler, Action action) => Post(scheduler, ActionTask, action);

    private static void Post(TaskScheduler scheduler, Action<object?> body, object state)
    {
        if (ExecutionContext.IsFlowSuppressed())
        {
            new Task(body, state).Start(scheduler);
            return;
        }
        using (ExecutionContext.SuppressFlow())
            new Task(body, state).Start(scheduler);
    }

    private static ExecutionContext CaptureClean()
    {
        ExecutionContext? context = null;
        var thread = new Thread(() => context = ExecutionContext.Capture());
        thread.UnsafeStart();
        thread.Join();
        return context!;
    }
}
