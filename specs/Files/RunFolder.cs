namespace IconDiffusion.Specs.Files;

/// <summary>
/// Where each file of one run lies: <c>spec.json</c>, <c>dataset.txt</c>, <c>origins.json</c>, <c>tags.json</c>, <c>loss.jsonl</c>, <c>window.jsonl</c>, <c>strips/step-00000200.png</c>,
/// <c>checkpoints/step-00000200.safetensors</c> with its manifest <c>.json</c>, <c>weights.safetensors</c> once training has ended,
/// <c>samples/SAMPLER/00000.png</c> and <c>results/RESULT/</c>, a run being drawn from and scored in more ways than one; and, of what
/// worked on it, <c>events.jsonl</c> and <c>attempt.json</c>; and <c>shown.json</c> once icons of it have been shown to the public.
/// </summary>
public sealed class RunFolder
{
    /// <summary>Names the folder; nothing is created until something is written.</summary>
    public RunFolder(string path) => Path = System.IO.Path.GetFullPath(path);

    /// <summary>Absolute path of the folder itself.</summary>
    public string Path { get; }

    /// <summary>Another run's, in the same data folder.</summary>
    public RunFolder Beside(string runId) => new(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Path)!, runId));

    /// <summary>The data folder that it lies in.</summary>
    public DataFolder Data => new(System.IO.Path.Combine(Path, "..", ".."));

    public string SpecFile => In("spec.json");

    /// <summary>The fingerprint of the data set that it is trained on, one line.</summary>
    public string DatasetFile => In("dataset.txt");

    /// <summary>The tags of the data set, of a run whose model is told them: their names, and which of them each training icon has.</summary>
    public string TagsFile => In("tags.json");

    /// <summary>The weights that its training started from, and those that they started from; of a run that started from some.</summary>
    public string OriginsFile => In("origins.json");

    public string LossLogFile => In("loss.jsonl");

    /// <summary>The looks at the network while it was trained, one JSON line each; see <c>WindowPoint</c>.</summary>
    public string WindowFile => In("window.jsonl");

    /// <summary>What happened to the run: attempts, warnings, errors; one JSON line each.</summary>
    public string EventsFile => In("events.jsonl");

    /// <summary>Notes of <c>AttemptFence</c>: of the training, or of the work of that name on the trained model.</summary>
    public string AttemptFile(string? part = null) => part is null ? In("attempt.json") : In("attempts", part + ".json");

    /// <summary>The averaged weights, there once training has reached a limit.</summary>
    public string WeightsFile => In("weights.safetensors");

    public string Strips => In("strips");

    /// <summary>Pictures of the looks.</summary>
    public string Looks => In("looks");

    /// <summary>The first icons of the look after optimiser step <paramref name="step"/>, each above its nearest training icon, copies framed.</summary>
    public string LookFile(long step) => In("looks", StepName(step) + ".png");

    /// <summary>Holds the averaged weights of the best look so far.</summary>
    public string Best => In("best");

    /// <summary>The averaged weights after optimiser step <paramref name="step"/>, the best look so far; as <see cref="WeightsFile"/>.</summary>
    public string BestFile(long step) => In("best", StepName(step) + ".safetensors");

    public string Checkpoints => In("checkpoints");

    /// <summary>The strip drawn after optimiser step <paramref name="step"/>.</summary>
    public string StripFile(long step) => In("strips", StepName(step) + ".png");

    /// <summary>Weights and optimiser state after optimiser step <paramref name="step"/>.</summary>
    public string CheckpointFile(long step) => In("checkpoints", StepName(step) + ".safetensors");

    /// <summary>What <see cref="CheckpointFile"/> must hold; written only once that file has been verified.</summary>
    public string ManifestFile(long step) => In("checkpoints", StepName(step) + ".json");

    /// <summary>Icons drawn with <paramref name="sampler"/>.</summary>
    public string Samples(SamplerSpec sampler) => In("samples", RunIdentity.Samples(sampler));

    /// <summary>Features of those icons, a file for each network.</summary>
    public string SampleFeatures(SamplerSpec sampler) => In("samples", RunIdentity.Samples(sampler), "features");

    /// <summary>Icon <paramref name="index"/> drawn with <paramref name="sampler"/>.</summary>
    public string SampleFile(SamplerSpec sampler, int index) => In("samples", RunIdentity.Samples(sampler), $"{index:D5}.png");

    /// <summary>A film between icons drawn with <paramref name="sampler"/>, or a picture of mixed styles.</summary>
    /// <param name="kind"><c>film</c>, <c>mix</c>.</param>
    /// <param name="name">What it shows.</param>
    public string Drawing(SamplerSpec sampler, string kind, string name) => In($"{kind}s", $"{RunIdentity.Samples(sampler)}-{name}");

    /// <summary>A film through icons drawn with <paramref name="sampler"/> and back to the first: PNG frames, and <c>film.gif</c>.</summary>
    /// <param name="framesBetween">Frames from one icon to the next.</param>
    public string Film(SamplerSpec sampler, IEnumerable<int> icons, int framesBetween) => Drawing(sampler, "film", $"{string.Join('-', icons)}x{framesBetween}");

    /// <summary>Scores and pictures of the run as <paramref name="spec"/> draws from it and scores it.</summary>
    public string Result(RunSpec spec) => In("results", RunIdentity.Result(spec));

    /// <summary>Step of the newest checkpoint that was written whole; null: there is none.</summary>
    public long? NewestCheckpoint() => !Directory.Exists(Checkpoints) ? null : Directory
        .EnumerateFiles(Checkpoints, "step-*.json")
        .Select(file => long.TryParse(System.IO.Path.GetFileNameWithoutExtension(file)["step-".Length..], out var step) ? step : (long?)null)
        .Max();

    /// <summary>Which of its icons have been shown to people who asked for a new one.</summary>
    public string ShownFile => In("shown.json");

    public string LockFile => In("run.lock");

    public string OwnerFile => In("run.owner.txt");

    private static string StepName(long step) => $"step-{step:D8}";

    private string In(params ReadOnlySpan<string> parts) => System.IO.Path.Join(Path, System.IO.Path.Join(parts!));
}
