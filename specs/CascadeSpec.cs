using System.Text.Json.Serialization;

namespace IconDiffusion.Specs;

/// <summary>
/// A cascade (Ho et al. 2021, arXiv 2106.15282): a diffusion model draws small icons, and one or more others enlarge them. Only an experiment file states one; it stands for a
/// run of each stage, all but the last in front of the others. Stages learn from the same icons, each at its own size, and need nothing of each other to be trained.
/// </summary>
public sealed record CascadeSpec : ModelSpec
{
    /// <summary>Those that it has, the smallest icons first; the last one's size is the data set's.</summary>
    public required EquatableList<CascadeStageSpec> Stages { get; init; }

    /// <summary>How much noise the small icons get before a stage enlarges them, as a part of its forward process; it hides what the stage before did badly.</summary>
    public double Noise { get; init; } = 0.1;

    /// <summary>The most noise that the enlarging stages are trained with, as a part of their forward process.</summary>
    public double TrainedNoise { get; init; } = 0.5;

    [JsonIgnore]
    public override string Label => $"cascade {string.Join('→', Stages.Select(stage => stage.ImageSize))}";

    [JsonIgnore]
    public override string Method => "cascade";

    /// <summary>What is wrong with its sizes and levels, one sentence each.</summary>
    /// <param name="imageSize">Side of the data set's icons.</param>
    internal IEnumerable<string> Faults(int imageSize)
    {
        if (Stages.Count < 2)
            yield return $"model.stages has {Stages.Count}; wanted at least 2, a base and one that enlarges its icons.";
        foreach (var (small, large) in Stages.Zip(Stages.Skip(1)))
            if (small.ImageSize < 1 || large.ImageSize <= small.ImageSize || large.ImageSize % small.ImageSize != 0)
                yield return $"model.stages has {large.ImageSize} px after {small.ImageSize} px; wanted a multiple of {small.ImageSize}, such as {2 * small.ImageSize}.";
        if (Stages.Count > 0 && Stages[^1].ImageSize != imageSize)
            yield return $"model.stages ends with {Stages[^1].ImageSize} px, and dataset.imageSize is {imageSize}; wanted the same.";
        foreach (var fault in (string[])[.. EnlargeSpec.LevelFaults("model.noise", Noise, TrainedNoise), .. EnlargeSpec.LevelFaults("model.trainedNoise", TrainedNoise, 1)])
            yield return fault;
    }

    /// <summary>The run of one stage.</summary>
    /// <param name="run">As the file states it, with this model.</param>
    /// <param name="place">Which stage, from 0.</param>
    /// <param name="below">The run of the stage before; null: there is none.</param>
    /// <param name="name">What that is called.</param>
    internal RunSpec Stage(RunSpec run, int place, RunSpec? below, string? name)
    {
        var stage = Stages[place];
        var sampler = run.Sampling.Sampler is ReverseSpec reverse && below is not null
            ? reverse with { Base = new() { Run = name!, Seed = below.Seed, ImageSize = below.Dataset.ImageSize, Model = below.Model, Sampler = below.Sampling.Sampler, Noise = Noise } }
            : run.Sampling.Sampler;
        return run with
        {
            Dataset = run.Dataset with { ImageSize = stage.ImageSize },
            Model = new DdpmSpec
            {
                Unet = stage.Unet, Diffusion = stage.Diffusion, Enlarges = below is null ? null : new() { From = below.Dataset.ImageSize, Noise = TrainedNoise },
            },
            Sampling = run.Sampling with { Sampler = sampler },
        };
    }
}

/// <summary>One stage of a cascade.</summary>
public sealed record CascadeStageSpec
{
    /// <summary>Side of its icons in pixels, a multiple of that of the stage before.</summary>
    public required int ImageSize { get; init; }

    public required UnetSpec Unet { get; init; }

    public DiffusionSpec Diffusion { get; init; } = new();
}

/// <summary>What makes a diffusion model one that enlarges icons: beside x_t its network sees a smaller version of the icon.</summary>
public sealed record EnlargeSpec
{
    /// <summary>Side of the smaller version in pixels; the icons' own is a multiple of it.</summary>
    public required int From { get; init; }

    /// <summary>
    /// The most noise that the smaller version gets in training, as a part of the forward process; how much it is in each case is drawn evenly from none to this, and the network is
    /// told it (conditioning augmentation).
    /// </summary>
    public double Noise { get; init; } = 0.5;

    // A level as a part of the forward process.
    internal static IEnumerable<string> LevelFaults(string key, double level, double most) =>
        level >= 0 && level <= most ? [] : [FormattableString.Invariant($"{key} is {level}; wanted 0 to {most}.")];
}

/// <summary>The run whose icons another one enlarges, with all that drawing from it takes.</summary>
public sealed record BaseSpec
{
    /// <summary>Its id; in a submission its place in the experiment, such as <c>#0</c>.</summary>
    public required string Run { get; init; }

    public required int Seed { get; init; }

    /// <summary>Side of its icons in pixels.</summary>
    public required int ImageSize { get; init; }

    public required ModelSpec Model { get; init; }

    /// <summary>How its icons are drawn.</summary>
    public required SamplerSpec Sampler { get; init; }

    /// <summary>How much noise they get before they are enlarged, as a part of the enlarging model's forward process.</summary>
    public double Noise { get; init; } = 0.1;
}
