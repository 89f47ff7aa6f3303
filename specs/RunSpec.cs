using System.Globalization;
using System.Text.Json.Serialization;

namespace IconDiffusion.Specs;

/// <summary>One cell of a grid: one model trained once, sampled and scored.</summary>
public sealed record RunSpec
{
    public int Seed { get; init; } = 3407;

    public required DatasetSpec Dataset { get; init; }

    public required ModelSpec Model { get; init; }

    public TrainingSpec Training { get; init; } = new();

    public SamplingSpec Sampling { get; init; } = new();

    public EvaluationSpec Evaluation { get; init; } = new();

    /// <summary>The runs whose icons its stage of a cascade enlarges, the nearest first; none: it draws from noise alone.</summary>
    [JsonIgnore]
    public IEnumerable<BaseSpec> Bases
    {
        get
        {
            for (var below = BaseOf(Sampling.Sampler); below is not null; below = BaseOf(below.Sampler))
                yield return below;

            static BaseSpec? BaseOf(SamplerSpec sampler) => (sampler as ReverseSpec)?.Base;
        }
    }

    /// <summary>The nearest of <see cref="Bases"/>, as far as drawing from it goes: its training is not told. Null: there is none.</summary>
    [JsonIgnore]
    public RunSpec? Base => Bases.FirstOrDefault() is not { } below ? null : this with
    {
        Seed = below.Seed,
        Dataset = Dataset with { ImageSize = below.ImageSize },
        Model = below.Model,
        Training = new(),
        Sampling = Sampling with { Sampler = below.Sampler },
    };

    /// <summary>The content icons of a style transfer, once they are settled; null: it has none, or they are not.</summary>
    [JsonIgnore]
    public string? ContentFingerprint => (Model as StyleTransferSpec)?.ContentFingerprint;

    /// <summary>
    /// Whether looks show, while it trains, whether it copies: not of a stage of a cascade, where that is seen only in what the stages before it draw, nor of a style transfer, whose icons are no
    /// better for longer training.
    /// </summary>
    [JsonIgnore]
    public bool HasLooks => !Bases.Any() && Model is not StyleTransferSpec;

    /// <summary>The same with other names of <see cref="Bases"/>.</summary>
    public RunSpec WithBases(Func<string, string> name) =>
        Sampling.Sampler is ReverseSpec { Base: not null } sampler ? this with { Sampling = Sampling with { Sampler = sampler.WithBases(name) } } : this;

    /// <summary>A short name for tables: the model, how it was transferred, the guidance where one is stated, and whether held-out icons' tags are asked for.</summary>
    [JsonIgnore]
    public string Label => Model.Label
        + (Training switch { { Adaptation: PairwiseSpec } => ", pairwise", { From: not null } => ", fine-tuned", _ => "" })
        + (Sampling.Sampler is ReverseSpec { Guidance: { } guidance } ? $", guidance {guidance.ToString(CultureInfo.InvariantCulture)}" : "")
        + (Sampling.Sampler is AskedSpec { TagsOf: TagsOf.HeldOut } ? ", held-out tags" : "");

    /// <summary>The method as a person tells it from others: the model's, and how it was transferred.</summary>
    [JsonIgnore]
    public string Method => Model.Method + (Training switch { { Adaptation: PairwiseSpec } => ", fine-tuned with distances kept", { From: not null } => ", fine-tuned", _ => "" });

    /// <summary>What a person brings for each new picture: tags that count for nothing are none.</summary>
    [JsonIgnore]
    public PictureInput Input => (Model.Input, Sampling.Sampler) is (PictureInput.Tags, ReverseSpec { Guidance: 0 }) ? PictureInput.Nothing : Model.Input;
}

/// <summary>A grid of runs with a name.</summary>
public sealed record ExperimentSpec
{
    public required string Name { get; init; }

    public required EquatableList<RunSpec> Runs { get; init; }

    public MonitoringSpec Monitoring { get; init; } = new();

    /// <summary>The GPU class that the runs need, such as <c>RTX 3080</c>; null: any device.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Gpu { get; init; }
}
