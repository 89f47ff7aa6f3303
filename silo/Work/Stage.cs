using IconDiffusion.Data;
using IconDiffusion.Generators.Training;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Reports;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Silo.Work;

/// <summary>
/// How a silo does each <see cref="WorkKind"/>: the stage, the device memory that it takes, the files that it needs and leaves. Files are
/// named for silos with data folders of their own, see <see cref="Artifacts.StoreTransfer"/>; missing ones are the stage's business.
/// </summary>
internal sealed class Stage
{
    /// <summary>One row for each kind.</summary>
    public static readonly IReadOnlyDictionary<WorkKind, Stage> All = new Dictionary<WorkKind, Stage>
    {
        [WorkKind.Training] = Row<TrainingWork>(
            run: (work, context, cancellation) => new TrainingDone(TrainingStage.Run(work, context, cancellation)),
            memory: (work, onGpu) => MemoryEstimate.Training(work.Run, onGpu),
            attempt: _ => null,
            needs: (work, files) => [.. Shared(work, files), .. Content(work, files), .. Network(work, files), .. work.Run.Training.From is { } from ? TransferSource.Needs(files.Data, from) : [], .. NewestCheckpoint(files)],
            leaves: (work, files) => [files.Folder.SpecFile, files.Folder.DatasetFile, .. Origins(work, files), .. Tags(work, files), .. WorkFiles.In(files.Folder.Strips), files.Folder.WindowFile, .. WorkFiles.In(files.Folder.Looks), .. WorkFiles.In(files.Folder.Best), files.Folder.WeightsFile],
            hasCheckpoints: true),

        [WorkKind.Samples] = Row<SampleWork>(
            run: (work, context, cancellation) => new SamplesDone(SampleStage.Run(work, context, cancellation)),
            memory: (work, onGpu) => MemoryEstimate.Samples(work.Run, work.Count, onGpu),
            attempt: work => $"{RunIdentity.Samples(work.Run.Sampling.Sampler)}-{work.First:D5}-{work.Count}",
            needs: (work, files) => [.. Shared(work, files), .. Origins(work, files), .. Tags(work, files), .. Bases(work, files), .. Network(work, files), files.Folder.WeightsFile, .. Icons(work, files, work.First, work.Count)],
            leaves: (work, files) => [.. Icons(work, files, work.First, work.Count), .. WorkFiles.In(files.Folder.SampleFeatures(work.Run.Sampling.Sampler))]),

        [WorkKind.Evaluation] = Row<EvaluationWork>(
            run: (work, context, cancellation) => new EvaluationDone(EvaluationStage.Run(work, context, cancellation)),
            memory: (work, onGpu) => MemoryEstimate.Evaluation(work.Run, work.Sampling.Count, onGpu),
            attempt: work => RunIdentity.Result(work.Run),
            needs: (work, files) =>
            [
                .. Shared(work, files),
                .. work.Run.ContentFingerprint is null ? [] : (string[])[files.Folder.WeightsFile],
                .. Icons(work, files, 0, work.Sampling.Count),
                // A stage that enlarges does so with held-out icons.
                .. EnlargingStage.WithoutBase(work.Run) is null ? [] : (string[])[files.Folder.WeightsFile],
                .. files.ThereIn(files.Folder.SampleFeatures(work.Run.Sampling.Sampler)),
                .. files.ThereIn(files.Folder.Result(work.Run)),
            ],
            leaves: (work, files) => WorkFiles.In(files.Folder.Result(work.Run)).OrderBy(path => Path.GetFileName(path) == RunReport.ResultFile)),

        [WorkKind.Report] = Row<ReportWork>(
            run: (work, context, cancellation) => new ReportDone(ReportStage.Run(work, context, cancellation)),
            memory: (work, _) => MemoryEstimate.Report(work),
            attempt: _ => null,
            needs: (work, files) => ReportStage.Needs(work, files.Data),
            leaves: (work, files) => ReportStage.Leaves(work, files.Data),
            areReplaced: true),

        [WorkKind.Drawing] = Row<DrawingWork>(
            run: (work, context, cancellation) => DrawingStage.Run(work, context, cancellation),
            memory: (work, onGpu) => MemoryEstimate.Drawing(work.Run, onGpu),
            attempt: work => $"drawing-{work.Name}",
            needs: (work, files) => [.. Shared(work, files), files.Folder.SpecFile, files.Folder.DatasetFile, .. Origins(work, files), .. Tags(work, files), .. Bases(work, files), .. Network(work, files), files.Folder.WeightsFile, .. Drawn(work, files)],
            leaves: (work, files) => [.. Drawn(work, files), .. work.Film is { } film ? WorkFiles.In(files.Folder.Film(work.Run.Sampling.Sampler, film, work.Frames)) : []]),
    };

    private Stage()
    {
    }

    /// <summary>Does a piece of work to its end. It takes up what it finds in the folder, so it may be interrupted anywhere and repeated at will.</summary>
    /// <exception cref="OperationCanceledException">Cancelled; the same call goes on from there.</exception>
    /// <exception cref="SupersededException">A newer attempt has begun.</exception>
    public required Func<WorkSpec, WorkContext, CancellationToken, WorkOutcome> Run { get; init; }

    /// <summary>Estimate of the bytes that it holds on its device at its peak; the flag says whether that is a GPU.</summary>
    public required Func<WorkSpec, bool, long> MemoryBytes { get; init; }

    /// <summary>Names the note of attempts at it; null: at the folder itself.</summary>
    public required Func<WorkSpec, string?> Attempt { get; init; }

    /// <summary>What it reads, in the order in which it is to be fetched.</summary>
    public required Func<WorkSpec, WorkFiles, IEnumerable<string>> Needs { get; init; }

    /// <summary>What it has written, in the order in which others are to see it.</summary>
    public required Func<WorkSpec, WorkFiles, IEnumerable<string>> Leaves { get; init; }

    /// <summary>Whether it makes checkpoints, which are brought away while it goes on.</summary>
    public bool HasCheckpoints { get; private init; }

    /// <summary>Whether what it leaves takes the place of older files of the same names; other files never change once they are written.</summary>
    public bool AreReplaced { get; private init; }

    /// <summary>The row of a piece of work.</summary>
    public static Stage Of(WorkSpec work) => All[WorkKind.Of(work)];

    /// <summary>Where attempts at a piece of work are noted.</summary>
    public static string AttemptFile(DataFolder data, WorkSpec work) => WorkFiles.FolderOf(data, work).AttemptFile(Of(work).Attempt(work));

    private static Stage Row<T>(
        Func<T, WorkContext, CancellationToken, WorkOutcome> run, Func<T, bool, long> memory, Func<T, string?> attempt,
        Func<T, WorkFiles, IEnumerable<string>> needs, Func<T, WorkFiles, IEnumerable<string>> leaves, bool hasCheckpoints = false,
        bool areReplaced = false)
        where T : WorkSpec => new()
        {
            Run = (work, context, cancellation) => run((T)work, context, cancellation),
            MemoryBytes = (work, onGpu) => memory((T)work, onGpu),
            Attempt = work => attempt((T)work),
            Needs = (work, files) => needs((T)work, files),
            Leaves = (work, files) => leaves((T)work, files),
            HasCheckpoints = hasCheckpoints,
            AreReplaced = areReplaced,
        };

    private static IEnumerable<string> Shared(RunWork work, WorkFiles files) =>
        [new DatasetStore(files.Data.Datasets).PathOf(work.DatasetFingerprint), files.Data.InceptionWeights];

    private static IEnumerable<string> Tags(RunWork work, WorkFiles files) =>
        work.Run.Model.IsToldTags ? [files.Folder.TagsFile] : [];

    private static IEnumerable<string> Origins(RunWork work, WorkFiles files) => work.Run.Training.From is null && work.Run.ContentFingerprint is null ? [] : [files.Folder.OriginsFile];

    // Of a style transfer, whose trained runs hold them.
    private static IEnumerable<string> Content(RunWork work, WorkFiles files) => work.Run.ContentFingerprint is { } content ? [new DatasetStore(files.Data.Datasets).PathOf(content)] : [];

    // What a style transfer sees with, where that does not come with the program.
    private static IEnumerable<string> Network(RunWork work, WorkFiles files) => work.Run.Model is StyleTransferSpec { Network: StyleNetworkKind.Vgg19 } ? [files.Data.Vgg19Weights] : [];

    // The stages of a cascade before this one.
    private static IEnumerable<string> Bases(RunWork work, WorkFiles files) => work.Run.Bases.SelectMany(below => TransferSource.Needs(files.Data, below.Run));

    private static IEnumerable<string> Icons(RunWork work, WorkFiles files, int first, int count) =>
        Enumerable.Range(first, count).Select(i => files.Folder.SampleFile(work.Run.Sampling.Sampler, i));

    private static IEnumerable<string> Drawn(DrawingWork work, WorkFiles files) => Icons(work, files, 0, work.Count ?? 0);

    // Unless there is one as new here: logs and weights first, the manifest last, as it makes the checkpoint count.
    private static IEnumerable<string> NewestCheckpoint(WorkFiles files)
    {
        var folder = files.Folder;
        var newest = files.ThereIn(folder.Checkpoints).Where(path => path.EndsWith(".json", StringComparison.Ordinal))
            .Select(path => long.Parse(Path.GetFileNameWithoutExtension(path).AsSpan("step-".Length))).DefaultIfEmpty(-1).Max();
        return newest < 0 || folder.NewestCheckpoint() >= newest ? []
            : [folder.LossLogFile, folder.WindowFile, .. files.ThereIn(folder.Best), folder.CheckpointFile(newest), folder.ManifestFile(newest)];
    }
}

/// <summary>The files around a piece of work: here, in the data folder, and there, in the store.</summary>
/// <param name="Data">Here.</param>
/// <param name="Folder">Where the work writes.</param>
/// <param name="There">The store's files of the work's folder, by the paths that they have or would have here.</param>
internal sealed record WorkFiles(DataFolder Data, RunFolder Folder, IReadOnlySet<string> There)
{
    /// <summary>Where in a data folder a piece of work writes.</summary>
    public static RunFolder FolderOf(DataFolder data, WorkSpec work) => new(Path.Combine(data.Path, work.Folder));

    /// <summary>The finished files of a folder here.</summary>
    public static IEnumerable<string> In(string folder) =>
        Directory.Exists(folder) ? Directory.EnumerateFiles(folder).Where(path => !path.EndsWith(".tmp", StringComparison.Ordinal)) : [];

    /// <summary>The store's files below a folder.</summary>
    public IEnumerable<string> ThereIn(string folder) => There.Where(path => path.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal));
}
