using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;

namespace IconDiffusion.Pipeline.Experiments;

/// <summary>Draws what somebody asks of a trained run for, as <c>icon sample</c> does.</summary>
public static class DrawingStage
{
    /// <inheritdoc cref="TrainingStage.Run"/>
    /// <exception cref="Data.ConsentException">The consent for the data set has ended.</exception>
    /// <exception cref="ExperimentException">The run is not trained, or not here.</exception>
    public static DrawingDone Run(DrawingWork work, WorkContext context, CancellationToken cancellation)
    {
        context.Fence?.Enter(takeOver: true);
        context.Bench.Clear();
        var run = TrainedRun.Find(context.Data, work.RunId, context.Time).DrawnBy(work.Run.Sampling);
        var start = context.Time.GetTimestamp();
        double icons = work.Count ?? 0, frames = (work.Film?.Count ?? 0) * work.Frames;
        var there = work.Count is { } count ? run.Draw(count, context.Bench.Device, (done, total) => Report(icons * done / total), cancellation) : 0;
        var film = work.Film is { } through ? run.DrawFilm(through, work.Frames, context.Bench.Device, (done, _) => Report(icons + done), cancellation) : null;
        context.Fence?.Verify();
        return new(there, Place(run.SamplesFolder), film is null ? null : $"{Place(film)}/{TrainedRun.FilmFile}");

        void Report(double done) => context.Report(new() { Done = done, Total = icons + frames, Worked = context.Time.GetElapsedTime(start) });

        string Place(string path) => Path.GetRelativePath(run.Folder.Path, path).Replace(Path.DirectorySeparatorChar, '/');
    }
}
