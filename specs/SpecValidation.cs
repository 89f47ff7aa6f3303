using System.Globalization;
using static IconDiffusion.Specs.SpecRanges;

namespace IconDiffusion.Specs;

/// <summary>What a record's types cannot say: ranges and shapes that do not fit together.</summary>
public static class SpecValidation
{
    /// <summary>Every fault of the experiment, one sentence each; none: it can run.</summary>
    public static IEnumerable<string> Check(ExperimentSpec experiment) =>
        CheckName(experiment.Name).Concat(experiment.Runs.SelectMany(Check)).Concat(LineageValidation.Check(experiment.Runs)).Concat(Check(experiment.Monitoring)).Distinct();

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
            .. LineageValidation.Check(run),
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
        DdpmSpec ddpm => [.. Check(ddpm.Unet, run.Dataset.ImageSize), .. Check(ddpm.Diffusion), .. CheckTags(run)],
        GanSpec gan => [.. GanValidation.Check(gan, run), .. CheckTags(run)],
        StyleTransferSpec style => StyleTransferValidation.Check(style, run),
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

    private static IEnumerable<string> CheckTags(RunSpec run)
    {
        var sampler = run.Sampling.Sampler as AskedSpec;
        var guidance = (sampler as ReverseSpec)?.Guidance;
        if (run.Model.IsToldTags && !run.Dataset.Tags)
            yield return "dataset.tags is false; a model whose condition is tags wants true.";
        if (!run.Model.IsToldTags && (guidance is not null || sampler is { With: not null } or { TagsOf: not null }))
            yield return $"sampling.sampler.{(sampler!.With is not null ? "with" : sampler.TagsOf is not null ? "tagsOf" : "guidance")} is set; wanted a model whose condition is tags.";
        if (sampler is { With: not null, TagsOf: not null })
            yield return "sampling.sampler.with and tagsOf are both set; wanted one of them.";
        if (sampler?.TagsOf == TagsOf.HeldOut && run.Dataset.HeldOut == 0)
            yield return "sampling.sampler.tagsOf is held-out, and dataset.heldOut is 0; wanted held-out icons.";
        if (guidance is not null and not (>= 0 and <= 100))
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
            .. sampling.Sampler is LbfgsSpec && model is DdpmSpec
                ? ["sampling.sampler is l-bfgs, which is a style transfer's; a diffusion model wants ancestral, ddim or dpm-solver++."]
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
