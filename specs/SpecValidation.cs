using System.Globalization;
using static IconDiffusion.Specs.SpecRanges;

namespace IconDiffusion.Specs;

/// <summary>What a record's types cannot say: ranges and shapes that do not fit together.</summary>
public static class SpecValidation
{
    /// <summary>Every fault of the experiment, one sentence each; none: it can run.</summary>
    public static IEnumerable<string> Check(ExperimentSpec experiment) =>
        CheckName(experiment.Name).Concat(experiment.Runs.SelectMany(Check)).Concat(CheckSources(experiment.Runs)).Concat(experiment.Runs.SelectMany(run => CheckBases(run, experiment.Runs))).Concat(Check(experiment.Monitoring)).Distinct();

    private static bool IsOfExperiment(TrainingSpec training) => training.From?.StartsWith('#') == true;

    // What is known of the runs that others of the same experiment start from; weights that are there already are looked at where they are.
    private static IEnumerable<string> CheckSources(EquatableList<RunSpec> runs)
    {
        foreach (var run in runs.Where(run => IsOfExperiment(run.Training)))
        {
            var source = SourceName.IndexOf(run.Training.From) is { } index && index < runs.Count ? runs[index] : null;
            if (source is null)
                yield return $"training.from is '{run.Training.From}'; wanted one of the experiment's {runs.Count} runs, from #0.";
            else if (source.Training.From is not null)
                yield return $"training.from is '{run.Training.From}', which starts from other weights itself; wanted a run that starts from random ones.";
            else if (DifferenceFrom(source, run) is { } difference)
                yield return $"training.from is a run of the experiment {difference}";
        }
    }

    // A stage of a cascade enlarges the icons of a run of the same experiment.
    private static IEnumerable<string> CheckBases(RunSpec run, EquatableList<RunSpec> runs)
    {
        foreach (var below in run.Bases)
        {
            var found = SourceName.IndexOf(below.Run) is { } index && index < runs.Count ? runs[index] : null;
            if (found is null)
                yield return $"sampling.sampler.base.run is '{below.Run}'; wanted one of the experiment's {runs.Count} runs, from #0.";
            else if (found.Training.From is not null)
                yield return $"sampling.sampler.base.run is '{below.Run}', which starts from other weights; wanted a run that starts from random ones.";
            else if ((found.Seed, found.Dataset.ImageSize, found.Model) != (below.Seed, below.ImageSize, below.Model))
                yield return $"sampling.sampler.base is {below.Model.Label} at {below.ImageSize} px of seed {below.Seed}, but run {below.Run} is {found.Model.Label} at {found.Dataset.ImageSize} px of seed {found.Seed}; wanted the same.";
        }
    }

    // A stage of a cascade, and what it enlarges, know the same sizes.
    private static IEnumerable<string> CheckEnlarging(RunSpec run)
    {
        var (enlarges, below) = ((run.Model as DdpmSpec)?.Enlarges, run.Bases.FirstOrDefault());
        if (enlarges is null != below is null)
            yield return $"{(below is null ? "model.enlarges" : "sampling.sampler.base")} is set without {(below is null ? "sampling.sampler.base" : "model.enlarges")}; wanted both or neither: a file states a model of the kind \"cascade\".";
        if (enlarges is null || below is null) yield break;
        if (enlarges.From < 1 || enlarges.From >= run.Dataset.ImageSize || run.Dataset.ImageSize % enlarges.From != 0)
            yield return $"model.enlarges.from is {enlarges.From}; wanted a part of dataset.imageSize ({run.Dataset.ImageSize}), such as {run.Dataset.ImageSize / 2}.";
        if (below.ImageSize != enlarges.From)
            yield return $"sampling.sampler.base has icons of {below.ImageSize} px; wanted {enlarges.From}, which model.enlarges.from says.";
        foreach (var fault in (string[])[.. EnlargeSpec.LevelFaults("model.enlarges.noise", enlarges.Noise, 1), .. EnlargeSpec.LevelFaults("sampling.sampler.base.noise", below.Noise, enlarges.Noise)])
            yield return fault;
        if (run.Model is DdpmSpec { Condition: not ModelCondition.None })
            yield return "model.condition is set for a stage of a cascade; wanted none, as it is told the smaller icon.";
        if (run.Training is { From: not null } or { Stop: TrainingStop.Window })
            yield return $"training.{(run.Training.From is null ? "stop is window" : "from is set")} for a stage of a cascade; wanted neither from nor stop.";
        if (run.Base is { } drawn)
            foreach (var fault in Check(drawn))
                yield return $"Of sampling.sampler.base: {fault}";
    }

    /// <summary>Why a run's weights are of no use to another that is to start from them, beyond their shapes: what differs, as the end of a sentence; null: nothing.</summary>
    public static string? DifferenceFrom(RunSpec source, RunSpec run) => (source.Model, run.Model) switch
    {
        _ when source.Dataset.ImageSize != run.Dataset.ImageSize =>
            $"whose icons have {source.Dataset.ImageSize} px (dataset.imageSize); wanted {run.Dataset.ImageSize}, as here.",
        (DdpmSpec from, DdpmSpec to) when from.Unet != to.Unet || from.Condition != to.Condition || from.Enlarges != to.Enlarges =>
            $"whose network is {from.Label} in groups of {from.Unet.ResnetBlockGroups}; wanted {to.Label} in groups of {to.Unet.ResnetBlockGroups}, as here.",
        (DdpmSpec from, DdpmSpec to) when Predicted(from) != Predicted(to) =>
            $"whose network predicts {Words(from)}; wanted {Words(to)}, as here.",
        (DdpmSpec, DdpmSpec) => null,
        _ => $"which is {source.Model.Label}; wanted {run.Model.Label}, as here.",
    };

    private static (int, BetaSchedule, Objective) Predicted(DdpmSpec model) => (model.Diffusion.Timesteps, model.Diffusion.Schedule, model.Diffusion.Objective);

    private static string Words(DdpmSpec model) => $"{model.Diffusion.Objective} over {model.Diffusion.Timesteps} steps of the {model.Diffusion.Schedule} schedule".ToLowerInvariant();

    // It becomes the name of a folder and part of an address.
    internal static IEnumerable<string> CheckName(string name)
    {
        if (name.Length is < 1 or > 64 || name[0] == '.' || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
            yield return $"name is '{name}'; wanted 1 to 64 letters, digits, '-', '_' or '.', not starting with '.'.";
    }

    /// <summary>Every fault of one run.</summary>
    public static IEnumerable<string> Check(RunSpec run) =>
        ((IEnumerable<string>)[
            .. Positive("seed", run.Seed, allowZero: true),
            .. Check(run.Dataset),
            .. Check(run.Model, run),
            .. Check(run.Training),
            .. CheckTransfer(run),
            .. CheckEnlarging(run),
            .. Check(run.Sampling, run.Model),
        ]).Distinct();

    /// <summary>Every fault of a data set's description.</summary>
    public static IEnumerable<string> Check(DatasetSpec dataset)
    {
        if (dataset.ImageSize is < 8 or > 1024)
            yield return $"dataset.imageSize is {dataset.ImageSize}; wanted 8 to 1024 pixels.";
        if (dataset.Count is < 2)
            yield return $"dataset.count is {dataset.Count}; wanted at least 2 images, since a distribution is fitted to them.";
        var colour = dataset.Background;
        if (colour.Length != 7 || colour[0] != '#' || !int.TryParse(colour.AsSpan(1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _))
            yield return $"dataset.background is '{colour}'; wanted #RRGGBB, such as \"#FFFFFF\" for white.";
        if (dataset is LayeredArtSpec { Variants: var variants, MostVariants: var most } && (variants < 2 || variants > most))
            yield return $"dataset.variants is {variants}; wanted 2 to {most} of each layer.";
        if (dataset is LayeredArtSpec { Seed: < 0 and var seed })
            yield return $"dataset.seed is {seed}; wanted 0 or more.";
        if (dataset is DiceBearSpec { Style: "" })
            yield return "dataset.style is empty; wanted the name of a style, such as \"toon-head\".";
        if (dataset is FolderSpec { Path: "" })
            yield return "dataset.path is empty; wanted a folder of images.";
        if (dataset.HeldOut is < 0)
            yield return $"dataset.heldOut is {dataset.HeldOut}; wanted 0 or more icons.";
        if (dataset.Repeat is { Icons: < 1 } or { Times: < 2 })
            yield return $"dataset.repeat is {dataset.Repeat.Icons} icons {dataset.Repeat.Times} times; wanted at least 1 icon at least 2 times.";
        else if (dataset.Repeat?.Icons > dataset.Count)
            yield return $"dataset.repeat.icons is {dataset.Repeat.Icons}; the data set has {dataset.Count}.";
    }

    private static IEnumerable<string> Check(ModelSpec model, RunSpec run) => model switch
    {
        DdpmSpec ddpm => [.. Check(ddpm.Unet, run.Dataset.ImageSize), .. Check(ddpm.Diffusion), .. Check(ddpm.Condition, run)],
        GanSpec gan => GanValidation.Check(gan, run),
        CascadeSpec => ["model.kind is cascade, which an experiment file alone can state; wanted a run of each stage."],
        _ => [],
    };

    private static IEnumerable<string> Check(UnetSpec unet, int imageSize)
    {
        if (unet.Dim is < 4 or > 1024 || unet.Dim % 2 != 0)
            yield return $"model.unet.dim is {unet.Dim}; wanted an even number from 4 to 1024.";
        if (unet.DimMults.Count is < 1 or > 8 || unet.DimMults.Any(m => m is < 1 or > 64))
            yield return $"model.unet.dimMults is {unet.DimMults}; wanted 1 to 8 multipliers from 1 to 64.";
        if (unet.ResnetBlockGroups < 1 || unet.Dim % unet.ResnetBlockGroups != 0)
            yield return $"model.unet.resnetBlockGroups is {unet.ResnetBlockGroups}; wanted a divisor of model.unet.dim ({unet.Dim}).";
        if (imageSize % unet.DownSampling != 0)
            yield return $"dataset.imageSize is {imageSize}, which model.unet.dimMults {unet.DimMults} halves {unet.DimMults.Count - 1} times; wanted a multiple of {unet.DownSampling}.";
        foreach (var level in unet.Knockout.SkipLevels)
            if (level < 0 || level >= unet.DimMults.Count)
                yield return $"model.unet.knockout.skipLevels names level {level}; wanted 0 to {unet.DimMults.Count - 1}.";
    }

    private static IEnumerable<string> Check(DiffusionSpec diffusion)
    {
        if (diffusion.Timesteps is < 2 or > 100_000)
            yield return $"model.diffusion.timesteps is {diffusion.Timesteps}; wanted 2 to 100000.";
        if (diffusion is { Schedule: BetaSchedule.Linear, Timesteps: <= 20 })
            yield return $"model.diffusion.timesteps is {diffusion.Timesteps}; the linear schedule wants more than 20, below that β reaches 1.";
        if (diffusion.MinSnrGamma is { } gamma && !(gamma > 0 && double.IsFinite(gamma)))
            yield return $"model.diffusion.minSnrGamma is {gamma}; wanted a number above 0.";
    }

    private static IEnumerable<string> Check(ModelCondition condition, RunSpec run)
    {
        var sampler = run.Sampling.Sampler as ReverseSpec;
        if (condition == ModelCondition.Tags && !run.Dataset.Tags)
            yield return "dataset.tags is false; a model whose condition is tags wants true.";
        if (condition == ModelCondition.None && sampler is { Guidance: not null } or { With: not null } or { TagsOf: not null })
            yield return $"sampling.sampler.{(sampler.With is not null ? "with" : sampler.TagsOf is not null ? "tagsOf" : "guidance")} is set; wanted a model whose condition is tags.";
        if (sampler is { With: not null, TagsOf: not null })
            yield return "sampling.sampler.with and tagsOf are both set; wanted one of them.";
        if (sampler?.TagsOf == TagsOf.HeldOut && run.Dataset.HeldOut == 0)
            yield return "sampling.sampler.tagsOf is held-out, and dataset.heldOut is 0; wanted held-out icons.";
        if (sampler?.Guidance is { } guidance && !(guidance is >= 0 and <= 100))
            yield return $"sampling.sampler.guidance is {guidance}; wanted 0 to 100.";
        if (sampler?.With is { Count: 0 })
            yield return "sampling.sampler.with is an empty list; wanted at least one tag.";
    }

    private static IEnumerable<string> Check(TrainingSpec training) =>
    [
        .. Duration("training.budget", training.Budget),
        .. training.Steps is { } steps ? Positive("training.steps", steps) : [],
        .. Positive("training.batchSize", training.BatchSize),
        .. Positive("training.gradientAccumulation", training.GradientAccumulation),
        .. training.GradientClip is { } clip ? Above("training.gradientClip", clip) : [],
        .. Above("training.adam.learningRate", training.Adam.LearningRate),
        .. Fraction("training.adam.beta1", training.Adam.Beta1),
        .. Fraction("training.adam.beta2", training.Adam.Beta2),
        .. Above("training.adam.epsilon", training.Adam.Epsilon),
        .. Fraction("training.ema.decay", training.Ema.Decay),
        .. Positive("training.ema.updateEvery", training.Ema.UpdateEvery),
        .. Positive("training.ema.updateAfterStep", training.Ema.UpdateAfterStep, allowZero: true),
    ];

    private static IEnumerable<string> CheckTransfer(RunSpec run)
    {
        var training = run.Training;
        if (training.From is { } from && !IsOfExperiment(training) && !SourceName.IsPath(from) && !SourceName.IsHash(from) && !SourceName.IsRun(from))
            yield return $"training.from is '{from}'; wanted the first digits of a run's id, a file whose name ends in .safetensors, or \"{SourceName.OfFile}\".";
        if (training.From is not null && run.Model is not DdpmSpec)
            yield return $"training.from is set for {run.Model.Label}; wanted a diffusion model, since a GAN's weights lack the network that judges.";
        if (training.Adaptation is not null && training.From is null)
            yield return "training.adaptation is set; wanted training.from beside it, the network to keep close to.";
        if (training.Adaptation is not PairwiseSpec pairwise) yield break;
        if (training.BatchSize < 3)
            yield return $"training.batchSize is {training.BatchSize}; wanted at least 3 for training.adaptation, which compares the distances between icons of a batch.";
        if (run.Dataset.ImageSize % 2 != 0)
            yield return $"dataset.imageSize is {run.Dataset.ImageSize}; wanted an even number for training.adaptation, whose wavelet halves it.";
        foreach (var (key, weight) in ((string, double)[])[("images", pairwise.Images), ("highFrequencies", pairwise.HighFrequencies), ("details", pairwise.Details)])
            if (!(weight >= 0 && double.IsFinite(weight)))
                yield return $"training.adaptation.{key} is {weight}; wanted a number of 0 or more.";
    }

    private static IEnumerable<string> Check(SamplingSpec sampling, ModelSpec model)
    {
        var timesteps = (model as DdpmSpec)?.Diffusion.Timesteps ?? int.MaxValue;
        (string Name, int Steps)? limited = sampling.Sampler switch
        {
            DdimSpec ddim => ("ddim", ddim.Steps),
            DpmSolverSpec solver => ("dpm-solver++", solver.Steps),
            _ => null,
        };
        return
        [
            .. Positive("sampling.count", sampling.Count),
            .. sampling.Count == 1 ? ["sampling.count is 1; wanted at least 2 icons, since a distribution is fitted to them."] : Array.Empty<string>(),
            .. Duration("sampling.budget", sampling.Budget),
            .. Positive("sampling.batchSize", sampling.BatchSize),
            .. limited is { } l && (l.Steps < 1 || l.Steps > timesteps)
                ? [$"sampling.sampler.steps is {l.Steps} for {l.Name}; wanted 1 to model.diffusion.timesteps ({timesteps})."]
                : Array.Empty<string>(),
            .. sampling.Sampler is LatentSpec && model is DdpmSpec
                ? ["sampling.sampler is latent, which is a GAN's; a diffusion model wants ancestral, ddim or dpm-solver++."]
                : Array.Empty<string>(),
            .. sampling.Sampler is DdimSpec { Eta: var eta } && !(eta is >= 0 and <= 1)
                ? [$"sampling.sampler.eta is {eta}; wanted 0 to 1."]
                : Array.Empty<string>(),
        ];
    }

    private static IEnumerable<string> Check(MonitoringSpec monitoring) =>
    [
        .. monitoring.CheckpointEvery is { } every ? Duration("monitoring.checkpointEvery", every) : [],
        .. Positive("monitoring.stripEvery", monitoring.StripEvery),
    ];
}
