namespace IconDiffusion.Specs;

/// <summary>What a run needs of the runs that it comes from: those whose weights its training starts from (<c>training.from</c>), and those whose icons it enlarges.</summary>
public static class LineageValidation
{
    /// <summary>Every fault between the runs of an experiment.</summary>
    internal static IEnumerable<string> Check(EquatableList<RunSpec> runs) => CheckSources(runs).Concat(runs.SelectMany(run => CheckBases(run, runs)));

    /// <summary>Every fault that one run shows by itself.</summary>
    internal static IEnumerable<string> Check(RunSpec run) => CheckTransfer(run).Concat(CheckEnlarging(run));

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
        if (run.Model.IsToldTags)
            yield return "model.condition is set for a stage of a cascade; wanted none, as it is told the smaller icon.";
        if (run.Training is { From: not null } or { Stop: TrainingStop.Window })
            yield return $"training.{(run.Training.From is null ? "stop is window" : "from is set")} for a stage of a cascade; wanted neither from nor stop.";
        if (run.Base is { } drawn)
            foreach (var fault in SpecValidation.Check(drawn))
                yield return $"Of sampling.sampler.base: {fault}";
    }

    private static IEnumerable<string> CheckTransfer(RunSpec run)
    {
        var training = run.Training;
        if (training.From is { } from && !IsOfExperiment(training) && !SourceName.IsPath(from) && !SourceName.IsHash(from) && !SourceName.IsRun(from))
            yield return $"training.from is '{from}'; wanted the first digits of a run's id, a file whose name ends in .safetensors, or \"{SourceName.OfFile}\".";
        if (training.From is not null && run.Model is not DdpmSpec)
            yield return $"training.from is set for {run.Model.Label}; wanted a diffusion model, since a GAN's weights lack the network that judges and a style transfer has none of its own.";
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
}
