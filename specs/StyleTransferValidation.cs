using static IconDiffusion.Specs.SpecRanges;

namespace IconDiffusion.Specs;

/// <summary>What can be wrong with a style transfer: with its own settings, and with those around it that it cannot use.</summary>
internal static class StyleTransferValidation
{
    private const int MostSteps = 10_000;

    private static readonly TrainingSpec Unused = new();

    /// <summary>Every fault, one sentence each.</summary>
    public static IEnumerable<string> Check(StyleTransferSpec model, RunSpec run) =>
    [
        .. SpecValidation.Check(model.Content).Select(fault => $"Of model.content: {fault}"),
        .. CheckContent(model.Content, run.Dataset),
        .. model.ContentFingerprint is { } hash && !SourceName.IsHash(hash) ? [$"model.contentFingerprint is '{hash}'; wanted 64 lower-case hexadecimal digits."] : NoFault,
        .. NotNegative("model.contentWeight", model.ContentWeight),
        .. Above("model.styleWeight", model.StyleWeight),
        .. NotNegative("model.smoothness", model.Smoothness),
        .. CheckTraining(run.Training),
        .. run.Sampling.Sampler switch
        {
            LbfgsSpec { Steps: var steps and (< 1 or > MostSteps) } => [$"sampling.sampler.steps is {steps} for l-bfgs; wanted 1 to {MostSteps}."],
            LbfgsSpec => NoFault,
            _ => ["sampling.sampler is another method's; a style transfer wants the kind \"l-bfgs\"."],
        },
    ];

    private static IEnumerable<string> CheckContent(DatasetSpec content, DatasetSpec training)
    {
        if (content.ImageSize != training.ImageSize)
            yield return $"model.content.imageSize is {content.ImageSize}, and dataset.imageSize is {training.ImageSize}; wanted the same.";
        if (content.HorizontalFlip)
            yield return "model.content.horizontalFlip is true; wanted false, as content icons are taken as they are.";
        if (content.Tags)
            yield return "model.content.tags is true; wanted false, as nothing is told to a style transfer.";
    }

    private static IEnumerable<string> CheckTraining(TrainingSpec training)
    {
        if (training.Steps is null)
            yield return $"training.steps is not set; a style transfer wants it, such as {StyleTransferSpec.DefaultSteps}, as looking at its icons for longer changes nothing.";
        (string Key, bool IsSet)[] keys =
        [
            ("gradientAccumulation", training.GradientAccumulation != Unused.GradientAccumulation),
            ("gradientClip", training.GradientClip != Unused.GradientClip),
            ("adam", training.Adam != Unused.Adam),
            ("ema", training.Ema != Unused.Ema),
            ("stop", training.Stop != Unused.Stop),
        ];
        foreach (var (key, _) in keys.Where(key => key.IsSet))
            yield return $"training.{key} is set, which a style transfer does not use: no network of its is trained.";
    }
}
