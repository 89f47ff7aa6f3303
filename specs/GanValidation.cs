using static IconDiffusion.Specs.SpecRanges;

namespace IconDiffusion.Specs;

/// <summary>What can be wrong with a GAN: with its own settings, and with those around it that it cannot use.</summary>
internal static class GanValidation
{
    private static readonly TrainingSpec Unused = new();

    /// <summary>Every fault, one sentence each.</summary>
    public static IEnumerable<string> Check(GanSpec model, RunSpec run) =>
    [
        .. model is StyleGan2Spec ? Size(run, 8, 1024) : Size(run, 32, 128),
        .. Range("model.latentDim", model.LatentDim, 1, 4096),
        .. Above("model.learningRate", model.LearningRate),
        .. Fraction("model.beta1", model.Beta1),
        .. Fraction("model.beta2", model.Beta2),
        .. model switch
        {
            DcganSpec dcgan => Check(dcgan),
            WganGpSpec wgan => Check(wgan),
            StyleGan2Spec style => Check(style, run.Training.BatchSize),
            _ => [],
        },
        .. run.Dataset.Count < run.Training.BatchSize
            ? [$"dataset.count is {run.Dataset.Count}; a GAN wants at least as many images as training.batchSize ({run.Training.BatchSize})."]
            : NoFault,
        .. CheckUnused(run.Training),
        .. Check(run.Sampling.Sampler, model),
    ];

    private static IEnumerable<string> Size(RunSpec run, int least, int most)
    {
        var size = run.Dataset.ImageSize;
        if (size < least || size > most || !int.IsPow2(size))
            yield return $"dataset.imageSize is {size}; {run.Model.Label} wants a power of two from {least} to {most}.";
    }

    private static IEnumerable<string> Check(DcganSpec model) =>
    [
        .. Range("model.generatorChannels", model.GeneratorChannels, 1, 1024),
        .. Range("model.discriminatorChannels", model.DiscriminatorChannels, 1, 1024),
    ];

    private static IEnumerable<string> Check(WganGpSpec model) =>
    [
        .. Range("model.dim", model.Dim, 1, 1024),
        .. Range("model.criticSteps", model.CriticSteps, 1, 100),
        .. NotNegative("model.gradientPenalty", model.GradientPenalty),
    ];

    private static IEnumerable<string> Check(StyleGan2Spec model, int batchSize) =>
    [
        .. Range("model.channelBase", model.ChannelBase, 1, 1 << 20),
        .. Range("model.channelMax", model.ChannelMax, 1, 4096),
        .. Range("model.mappingLayers", model.MappingLayers, 1, 32),
        .. Group(model.MinibatchStdGroup, batchSize),
        .. model.R1 is { } r1 ? [.. NotNegative("model.r1.gamma", r1.Gamma), .. Range("model.r1.interval", r1.Interval, 1, 1 << 20)] : NoFault,
        .. model.PathLength is { } path
            ? [.. NotNegative("model.pathLength.weight", path.Weight), .. Range("model.pathLength.interval", path.Interval, 1, 1 << 20)]
            : NoFault,
        .. Probability("model.styleMixing", model.StyleMixing),
        .. Above("model.ema.halfLifeKimg", model.Ema.HalfLifeKimg),
        .. model.Ema.Rampup is { } rampup ? Above("model.ema.rampup", rampup) : NoFault,
        .. Check(model.Augment),
    ];

    private static IEnumerable<string> Group(int group, int batchSize)
    {
        if (group < 1)
            yield return $"model.minibatchStdGroup is {group}; wanted 1 or more.";
        else if (batchSize < group || batchSize % group != 0)
            yield return $"training.batchSize is {batchSize}; wanted a multiple of model.minibatchStdGroup ({group}).";
    }

    private static string[] Check(AugmentSpec augment) => augment switch
    {
        DiffAugmentSpec { Policy.Count: 0 } => ["model.augment.policy is empty; wanted at least one, or the kind \"none\"."],
        AdaSpec ada =>
        [
            .. Probability("model.augment.target", ada.Target),
            .. Probability("model.augment.cap", ada.Cap),
            .. Range("model.augment.interval", ada.Interval, 1, 1 << 20),
            .. Above("model.augment.kimg", ada.Kimg),
            .. ada.Transforms.Count == 0 ? ["model.augment.transforms is empty; wanted at least one, or the kind \"none\"."] : NoFault,
        ],
        _ => NoFault,
    };

    private static IEnumerable<string> CheckUnused(TrainingSpec training)
    {
        (string Key, bool IsSet)[] keys =
        [
            ("gradientAccumulation", training.GradientAccumulation != Unused.GradientAccumulation),
            ("gradientClip", training.GradientClip != Unused.GradientClip),
            ("adam", training.Adam != Unused.Adam),
            ("ema", training.Ema != Unused.Ema),
        ];
        foreach (var (key, _) in keys.Where(key => key.IsSet))
            yield return $"training.{key} is set, which a GAN does not use; its own settings are keys of model.";
    }

    private static string[] Check(SamplerSpec sampler, GanSpec model) => sampler switch
    {
        LatentSpec { Truncation: not (>= 0 and <= 2) } latent => [$"sampling.sampler.truncation is {latent.Truncation}; wanted 0 to 2."],
        LatentSpec { Truncation: not 1 } latent when model is not StyleGan2Spec =>
            [$"sampling.sampler.truncation is {latent.Truncation}; {model.Label} has none, wanted 1."],
        LatentSpec => NoFault,
        LbfgsSpec => ["sampling.sampler is l-bfgs, which is a style transfer's; wanted the kind \"latent\"."],
        _ => ["sampling.sampler is a reverse process, which a GAN has not; wanted the kind \"latent\"."],
    };
}
