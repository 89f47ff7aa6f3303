using System.Text.Json.Serialization;

namespace IconDiffusion.Specs;

/// <summary>
/// A generator trained against a second network. Its optimiser's settings are part of the method, so they stand here; of
/// <see cref="TrainingSpec"/> a GAN uses budget, steps, batchSize and tf32, and refuses the others where they are set.
/// </summary>
public abstract record GanSpec : ModelSpec
{
    private protected GanSpec(int latentDim, double learningRate, double beta1, double beta2) =>
        (LatentDim, LearningRate, Beta1, Beta2) = (latentDim, learningRate, beta1, beta2);

    /// <summary>Components of the latent z ~ N(0, 1) that an icon is made from.</summary>
    public int LatentDim { get; init; }

    /// <summary>Adam's learning rate for both networks.</summary>
    public double LearningRate { get; init; }

    public double Beta1 { get; init; }

    public double Beta2 { get; init; }

    /// <summary>Adam as both networks are trained with; ε is 1e-8.</summary>
    [JsonIgnore]
    public AdamSpec Adam => new() { LearningRate = LearningRate, Beta1 = Beta1, Beta2 = Beta2 };

    /// <summary>Batches of real icons that one step trains on.</summary>
    [JsonIgnore]
    public virtual int RealBatchesPerStep => 1;
}

/// <summary>DCGAN (Radford et al. 2016) as in pytorch/examples; at 32, 64 or 128 pixels. A step is one update of each network.</summary>
public sealed record DcganSpec() : GanSpec(latentDim: 100, learningRate: 2e-4, beta1: 0.5, beta2: 0.999)
{
    /// <summary>Channels of the generator's last hidden layer (<c>ngf</c>); each layer before has twice as many.</summary>
    public int GeneratorChannels { get; init; } = 64;

    /// <summary>Channels of the discriminator's first layer (<c>ndf</c>); each layer after has twice as many.</summary>
    public int DiscriminatorChannels { get; init; } = 64;

    [JsonIgnore]
    public override string Label => $"dcgan {GeneratorChannels}";

    [JsonIgnore]
    public override string Method => "DCGAN";
}

/// <summary>
/// WGAN-GP (Gulrajani et al. 2017) with its ResNets; at 32, 64 or 128 pixels. A step is <see cref="CriticSteps"/> updates of the
/// critic, each on a batch of its own, and one of the generator.
/// </summary>
public sealed record WganGpSpec() : GanSpec(latentDim: 128, learningRate: 1e-4, beta1: 0, beta2: 0.9)
{
    /// <summary>Channels at full resolution; up to eight times as many further down.</summary>
    public int Dim { get; init; } = 64;

    /// <summary>Weight λ of the gradient penalty.</summary>
    public double GradientPenalty { get; init; } = 10;

    /// <summary>Updates of the critic for one of the generator.</summary>
    public int CriticSteps { get; init; } = 5;

    [JsonIgnore]
    public override int RealBatchesPerStep => CriticSteps;

    [JsonIgnore]
    public override string Label => $"wgan-gp {Dim}";

    [JsonIgnore]
    public override string Method => "WGAN-GP";
}
