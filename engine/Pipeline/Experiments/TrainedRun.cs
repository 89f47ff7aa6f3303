using System.Text.Json;
using IconDiffusion.Data;
using IconDiffusion.Generators.Methods;
using IconDiffusion.Generators.Models;
using IconDiffusion.Generators.Sampling;
using IconDiffusion.Generators.Training;
using IconDiffusion.Imaging;
using IconDiffusion.Reports;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;
using static TorchSharp.torch;

namespace IconDiffusion.Pipeline.Experiments;

/// <summary>A run in the data folder whose training has ended.</summary>
public sealed class TrainedRun
{
    /// <summary>The film beside its frames.</summary>
    public const string FilmFile = "film.gif";

    // Small icons are enlarged, as viewers of animations show them as they are.
    private const int FilmSide = 128;
    private static readonly TimeSpan FrameTime = TimeSpan.FromMilliseconds(80);

    private readonly DataFolder _data;
    private readonly RunFolder _folder;
    private readonly TimeProvider _time;

    private TrainedRun(string id, RunSpec spec, DataFolder data, TimeProvider time) =>
        (Id, Spec, _data, _folder, _time, DatasetFingerprint) = (id, spec, data, new(data.Run(id)), time, FingerprintOf(new(data.Run(id))));

    /// <summary>See <see cref="RunIdentity.Run"/>.</summary>
    public string Id { get; }

    /// <summary>What the run was asked to be.</summary>
    public RunSpec Spec { get; }

    /// <summary>Of the data set that it was trained on; null: a run of an early version that was never scored does not say.</summary>
    public string? DatasetFingerprint { get; }

    /// <summary>Where scores, pictures and the novelty report lie.</summary>
    public string ResultFolder => _folder.Result(Spec);

    /// <summary>Icon <paramref name="index"/>, whether it has been drawn or not.</summary>
    public string SampleFile(int index) => _folder.SampleFile(Spec.Sampling.Sampler, index);

    /// <summary>Its files.</summary>
    public RunFolder Folder => _folder;

    /// <summary>Where <see cref="Draw"/> puts the icons.</summary>
    public string SamplesFolder => _folder.Samples(Spec.Sampling.Sampler);

    /// <summary>The same run, drawn from with StyleGAN2's truncation ψ, which gets a samples folder of its own.</summary>
    /// <exception cref="ExperimentException">The method has no truncation, or ψ is out of range.</exception>
    public TrainedRun Truncated(double truncation) => DrawnBy(Truncated(Spec, truncation).Sampling);

    /// <summary>A run's spec, drawn from with StyleGAN2's truncation ψ.</summary>
    /// <exception cref="ExperimentException">The method has no truncation, or ψ is out of range.</exception>
    public static RunSpec Truncated(RunSpec spec, double truncation) => Checked(spec with { Sampling = spec.Sampling with { Sampler = (spec.Sampling.Sampler as LatentSpec ?? new()) with { Truncation = truncation } } });

    /// <summary>The same run, drawn from as this says.</summary>
    internal TrainedRun DrawnBy(SamplingSpec sampling) => new(Id, Spec with { Sampling = sampling }, _data, _time);

    /// <summary>
    /// The same run, drawn from in few steps where its method takes many: a diffusion model by DDIM with fresh noise at each step (η = 1), which mends what a network that has
    /// learned little gets wrong, a GAN as it is, a style transfer by as many steps as are asked for.
    /// </summary>
    /// <param name="steps">Model calls for an icon; null: 16, or all T where these are fewer.</param>
    /// <exception cref="ExperimentException">The method takes one step, or the forward process has not so many.</exception>
    public TrainedRun InFewSteps(int? steps)
    {
        if (Spec.Sampling.Sampler is LbfgsSpec descent)
            return DrawnBy(Checked(Spec with { Sampling = Spec.Sampling with { Sampler = descent with { Steps = steps ?? descent.Steps } } }).Sampling);
        if (Spec.Model is not DdpmSpec { Diffusion.Timesteps: var timesteps })
            return steps is null ? this : throw new ExperimentException($"--steps is {steps}, but the run {Id} is {Spec.Model.Label}, which draws an icon in one step; leave it away.");
        var calls = steps ?? Math.Min(16, timesteps);
        if (calls < 2 || calls > timesteps)
            throw new ExperimentException($"--steps is {steps}; wanted 2 to {timesteps}, the length of the run's forward process.");
        var asked = Spec.Sampling.Sampler as ReverseSpec;
        return DrawnBy(Spec.Sampling with { Sampler = new DdimSpec { Steps = calls, Eta = 1, Guidance = asked?.Guidance, With = asked?.With, TagsOf = asked?.TagsOf, Base = asked?.Base } });
    }

    /// <summary>The same run, drawn from with other tags or another guidance than its spec's, which gets a samples folder of its own.</summary>
    /// <param name="with">The tags of every icon, as <see cref="TagNames.Of"/> writes them; null: as the spec says.</param>
    /// <param name="guidance">See <see cref="ReverseSpec.Guidance"/>; null: as the spec says.</param>
    /// <exception cref="ExperimentException">The run was trained without tags, no training icon has one of them, or the guidance is out of range or of a GAN, which knows none.</exception>
    public TrainedRun Asked(EquatableList<string>? with, double? guidance) => DrawnBy(Asked(Spec, () => IconTags.Read(_folder), with, guidance).Sampling);

    /// <summary>A run's spec, drawn from with other tags or another guidance.</summary>
    /// <param name="tags">Reads those that it was trained with; asked only where it was trained with tags.</param>
    /// <inheritdoc cref="Asked(EquatableList{string}?, double?)"/>
    public static RunSpec Asked(RunSpec spec, Func<IconTags> tags, EquatableList<string>? with, double? guidance)
    {
        if (spec is not { Model.IsToldTags: true, Sampling.Sampler: AskedSpec sampler })
            throw new ExperimentException($"The run is {spec.Model.Label}, which was trained without tags; tags and guidance want one whose model has \"condition\": \"tags\".");
        if (guidance is not null && sampler is not ReverseSpec)
            throw new ExperimentException($"The run is {spec.Model.Label}, which is asked once for each icon; guidance wants a diffusion model, leave it away.");
        EquatableList<string>? asked = with is null ? sampler.With : [.. with.Order(StringComparer.Ordinal)];
        tags().PlacesOf(asked ?? []);
        sampler = sampler with { With = asked, TagsOf = asked is null ? sampler.TagsOf : null };
        if (sampler is ReverseSpec reverse) sampler = reverse with { Guidance = guidance ?? reverse.Guidance };
        return Checked(spec with { Sampling = spec.Sampling with { Sampler = sampler } });
    }

    /// <summary>The same run as a stage of a cascade alone, which enlarges icons from anywhere: nothing is asked of its base, nor of those whose icons that was trained on.</summary>
    /// <param name="seed">Of the noise; null: the run's.</param>
    /// <exception cref="ExperimentException">It enlarges nothing.</exception>
    public TrainedRun AsStage(int? seed) => EnlargingStage.WithoutBase(Spec) is { } alone
        ? new(Id, alone with { Seed = seed ?? Spec.Seed }, _data, _time)
        : throw new ExperimentException($"The run {Id} is {Spec.Model.Label}, which enlarges nothing; wanted a stage of a cascade after the first.");

    private static RunSpec Checked(RunSpec spec) => SpecValidation.Check(spec).FirstOrDefault() is { } fault ? throw new ExperimentException(fault) : spec;

    /// <summary>Opens the trained model to draw from; its caller asks <see cref="RequireConsent"/> before each icon.</summary>
    public IIconSource Open(ComputeDevice device) => MethodTable.Of(Spec.Model).Open(_folder, Spec, device.Device);

    /// <summary>Looks a run up by the first characters of its id.</summary>
    /// <param name="time">Tells whether a consent has expired; null: the system's.</param>
    /// <exception cref="ExperimentException">None or several begin so, or the run is not trained.</exception>
    public static TrainedRun Find(DataFolder data, string prefix, TimeProvider? time = null)
    {
        string[] ids = Directory.Exists(data.Runs)
            ? [.. Directory.EnumerateDirectories(data.Runs).Select(path => Path.GetFileName(path)).Order()]
            : [];
        string[] matches = [.. ids.Where(id => id.StartsWith(prefix, StringComparison.Ordinal))];
        if (prefix.Length == 0 || matches.Length != 1)
            throw new ExperimentException(matches.Length > 1 && prefix.Length > 0
                ? $"'{prefix}' begins several runs: {string.Join(", ", matches)}; wanted more digits."
                : $"No run '{prefix}' in '{data.Runs}'; there {(ids.Length == 1 ? "is" : "are")} {(ids.Length == 0 ? "none" : string.Join(", ", ids))}.");
        var folder = new RunFolder(data.Run(matches[0]));
        if (!File.Exists(folder.WeightsFile))
            throw new ExperimentException($"The run {matches[0]} is not trained to its end; 'icon run' with its experiment file goes on.");
        var spec = JsonSerializer.Deserialize<RunSpec>(File.ReadAllText(folder.SpecFile), SpecJson.Indented)!;
        return new(matches[0], spec, data, time ?? TimeProvider.System);
    }

    /// <summary>The fingerprint of the data set that a run was trained on; null: nothing says.</summary>
    public static string? FingerprintOf(RunFolder folder)
    {
        if (File.Exists(folder.DatasetFile)) return File.ReadAllText(folder.DatasetFile).Trim();
        var results = Path.Combine(folder.Path, "results");
        return Directory.Exists(results)
            ? Directory.EnumerateDirectories(results).Where(each => File.Exists(Path.Combine(each, RunReport.ResultFile))).Select(each => RunReport.ReadResult(each).DatasetFingerprint).FirstOrDefault()
            : null;
    }

    /// <summary>The newest consent that its data set rests on; null: there is none. Drawing asks first.</summary>
    /// <exception cref="ConsentException">It, or that of weights that its training started from, was revoked or has expired.</exception>
    public ConsentRecord? RequireConsent()
    {
        RequireOrigins();
        return DatasetFingerprint is { } fingerprint ? ConsentGate.Require(_data, fingerprint, _time) : null;
    }

    /// <summary>The consents that the weights rest on which its training started from, the nearest first; null: there is none for that one.</summary>
    /// <exception cref="ConsentException">One was revoked or has expired.</exception>
    public IReadOnlyList<(WeightsOrigin Origin, ConsentRecord? Consent)> RequireOrigins() =>
        TransferSource.RequireConsents(_data, _folder, Spec, _time);

    /// <summary>Draws icons until there are <paramref name="count"/> or the run's budget is used up; returns how many there are.</summary>
    /// <param name="report">(batches done, in fractions, and batches in all), about once per model call.</param>
    /// <exception cref="ConsentException">The consent for the data set has ended.</exception>
    public int Draw(int count, ComputeDevice device, Action<double, double> report, CancellationToken cancellation)
    {
        RequireConsent();
        using var run = RunLock.Take(_folder);
        using var icons = Open(device);
        using var time = new AwakeTime(_time);
        var start = time.GetTimestamp();
        return new IconWriter(_folder, Spec.Sampling, icons).Draw(0, count, report, Likely, cancellation);

        // The next batch is started only if it is likely to end within the budget.
        bool Likely(int done)
        {
            RequireConsent();
            var worked = time.GetElapsedTime(start);
            return worked + worked / done <= Spec.Sampling.Budget;
        }
    }

    /// <summary>Draws a film that passes through icons and returns to the first: frames as PNG files, and <see cref="FilmFile"/>.</summary>
    /// <param name="icons">Numbers of at least two icons.</param>
    /// <param name="framesBetween">Frames from one icon to the next.</param>
    /// <param name="report">(frames done, frames in all).</param>
    /// <returns>The folder.</returns>
    /// <exception cref="ConsentException">As <see cref="Draw"/>.</exception>
    public string DrawFilm(IReadOnlyList<int> icons, int framesBetween, ComputeDevice device, Action<double, double> report, CancellationToken cancellation)
    {
        RequireConsent();
        using var run = RunLock.Take(_folder);
        using var source = Open(device);
        IconPoint[] points =
        [
            .. icons.SelectMany((icon, i) => Enumerable.Range(0, framesBetween)
                .Select(frame => new IconPoint(icon, icons[(i + 1) % icons.Count], (double)frame / framesBetween))),
        ];
        var folder = _folder.Film(Spec.Sampling.Sampler, icons, framesBetween);
        var frames = new List<Image>();
        foreach (var batch in points.Chunk(Spec.Sampling.BatchSize))
        {
            using var scope = NewDisposeScope();
            foreach (var image in IconImages.From(source.DrawBetween(batch, cancellation)))
            {
                ImageFile.SavePng(Path.Combine(folder, $"{frames.Count:D5}.png"), image);
                frames.Add(image);
            }
            report(frames.Count, points.Length);
        }
        var factor = Math.Max(1, FilmSide / frames[0].Width);
        ImageFile.SaveGif(Path.Combine(folder, FilmFile), [.. frames.Select(frame => frame.Enlarged(factor))], FrameTime);
        return folder;
    }

    /// <summary>Draws a table of icons with the shape of the icon at their left and the finer look of the one above them.</summary>
    /// <param name="coarse">Numbers of the icons at the left.</param>
    /// <param name="fine">Numbers of those above.</param>
    /// <param name="cutoff">See <see cref="LatentIcons.Mix"/>.</param>
    /// <returns>The picture's file.</returns>
    /// <exception cref="ExperimentException">The method has no styles to mix, or no such layer.</exception>
    /// <exception cref="ConsentException">As <see cref="Draw"/>.</exception>
    public string DrawMix(IReadOnlyList<int> coarse, IReadOnlyList<int> fine, int? cutoff, ComputeDevice device, CancellationToken cancellation)
    {
        RequireConsent();
        using var run = RunLock.Take(_folder);
        using var source = Open(device);
        if (Spec.Model is not StyleGan2Spec || source is not LatentIcons styles)
            throw new ExperimentException($"The run {Id} is {Spec.Model.Label}, which has no styles to mix; wanted a StyleGAN2.");
        using var scope = NewDisposeScope();
        Image[] Draw(int icon) => IconImages.From(source.Draw(icon, 1, null, cancellation));
        var above = fine.SelectMany(Draw).ToArray();
        Image[] mixed;
        try
        {
            mixed = IconImages.From(styles.Mix(coarse, fine, cutoff));
        }
        catch (ArgumentOutOfRangeException exception)
        {
            throw new ExperimentException($"--cutoff is {cutoff}: {exception.Message}");
        }
        List<Image> table = [new(above[0].Width, above[0].Height, Rgb.White), .. above];
        foreach (var (i, row) in mixed.Chunk(fine.Count).Index())
            table.AddRange([.. Draw(coarse[i]), .. row]);
        var file = _folder.Drawing(Spec.Sampling.Sampler, "mix", $"{string.Join('-', coarse)}x{string.Join('-', fine)}{(cutoff is { } layer ? $"@{layer}" : "")}.png");
        ImageFile.SavePng(file, ContactSheet.Compose(table, fine.Count + 1));
        return file;
    }
}
