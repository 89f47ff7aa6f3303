using System.Text;

namespace IconDiffusion.Evaluation.Features;

/// <summary>
/// Stand-in weights for <see cref="InceptionV3"/>, the same on every machine: each number comes from its tensor's name
/// and its place in it by integer arithmetic and one square root.
/// </summary>
/// <remarks>
/// SplitMix64 (Steele et al. 2014) seeded with the name's FNV-1a hash gives r, uniform in [−1, 1). Convolutions are
/// √(6/fan-in)·r, He's uniform initialisation, which keeps the size of activations from layer to layer; batch
/// normalisation is 1 ± 0.2 and ± 0.1 with running statistics ± 0.1 and 1 ± 0.5.
/// </remarks>
internal static class InceptionRandomWeights
{
    /// <summary>The tensor that a checkpoint has under <paramref name="name"/>: float32, row-major.</summary>
    public static float[] Values(string name, long[] shape)
    {
        var values = new float[shape.Aggregate(1L, (product, size) => product * size)];
        var (centre, spread) = name switch
        {
            _ when name.EndsWith(".running_var", StringComparison.Ordinal) => (1, 0.5),
            _ when name.EndsWith(".running_mean", StringComparison.Ordinal) => (0, 0.1),
            _ when name.EndsWith(".bias", StringComparison.Ordinal) => (0, 0.1),
            _ when shape.Length == 1 => (1, 0.2),
            _ => (0, Math.Sqrt(6.0 / (values.Length / shape[0]))),
        };
        var state = Fnv1a(name);
        for (var i = 0; i < values.Length; i++)
        {
            state += 0x9E3779B97F4A7C15;
            var z = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            z ^= z >> 31;
            values[i] = (float)(centre + spread * (2 * ((z >> 40) / 16777216.0) - 1));
        }
        return values;
    }

    private static ulong Fnv1a(string name) =>
        Encoding.UTF8.GetBytes(name).Aggregate(14695981039346656037UL, (hash, b) => (hash ^ b) * 1099511628211);
}
