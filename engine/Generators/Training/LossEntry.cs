using System.Text.Json.Serialization;

namespace IconDiffusion.Generators.Training;

/// <summary>One optimiser step as the loss log keeps it.</summary>
/// <param name="Step">Number of the step, from 1.</param>
/// <param name="Loss">Mean training loss over the step's images; a GAN's: its generator's.</param>
/// <param name="GradNorm">L2 norm of the gradient before clipping; a GAN's: its generator's.</param>
/// <param name="ImagesPerSecond">Images trained on per second of this step.</param>
/// <param name="Seconds">Time worked when the step ended, over all interruptions.</param>
public sealed record LossEntry(long Step, double Loss, double GradNorm, double ImagesPerSecond, double Seconds)
{
    /// <summary>What else the method tells of the step, by name; null: nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, double>? Figures { get; init; }
}
