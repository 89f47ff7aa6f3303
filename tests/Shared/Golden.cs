using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using static TorchSharp.torch;

namespace IconDiffusion.Tests;

/// <summary>
/// One golden file pair, <c>X.json</c> and <c>X.bin</c>, and the recipes that made its inputs;
/// the format and both recipes are described in tests/golden/ddpm/GOLDEN.md.
/// </summary>
public sealed class Golden
{
    private readonly byte[] _data;
    private readonly JsonElement _tensors;

    private Golden(string path)
    {
        Json = JsonDocument.Parse(File.ReadAllBytes(path + ".json")).RootElement;
        _data = File.ReadAllBytes(path + ".bin");
        _tensors = Json.GetProperty("tensors");
    }

    /// <summary>Everything in the JSON file.</summary>
    public JsonElement Json { get; }

    /// <summary>Names of the tensors, in the file's order.</summary>
    public IEnumerable<string> Names => _tensors.EnumerateObject().Select(tensor => tensor.Name);

    /// <summary>Loads <c>tests/golden/{folder}/{name}</c>.</summary>
    public static Golden Load(string name, string folder = "ddpm") => new(PathOf(folder, name));

    /// <summary>Path of a file or folder below tests/golden.</summary>
    public static string PathOf(params string[] parts) => Checkout.PathOf(["tests", "golden", .. parts]);

    public bool Has(string name) => _tensors.TryGetProperty(name, out _);

    public long[] Shape(string name) =>
        [.. _tensors.GetProperty(name).GetProperty("shape").EnumerateArray().Select(size => size.GetInt64())];

    public float[] Floats(string name) => Read<float>(name, "f4");

    public double[] Doubles(string name) => Read<double>(name, "f8");

    public long[] Longs(string name) => Read<long>(name, "i8");

    public byte[] Bytes(string name) => Read<byte>(name, "u1");

    /// <summary>The tensor in its own shape and dtype.</summary>
    public Tensor Tensor(string name) => Dtype(name) switch
    {
        "f4" => tensor(Floats(name)).reshape(Shape(name)),
        "f8" => tensor(Doubles(name)).reshape(Shape(name)),
        "i4" => tensor(Read<int>(name, "i4")).reshape(Shape(name)),
        "i8" => tensor(Longs(name)).reshape(Shape(name)),
        "u1" => tensor(Bytes(name)).reshape(Shape(name)),
        var other => throw new InvalidDataException($"Golden tensor '{name}' has dtype '{other}'; f4, f8, i4, i8 or u1 are known."),
    };

    /// <summary>The weights that a golden net has under <paramref name="name"/>; gain 1 for U-Nets, 6 for Inception.</summary>
    public static float[] Fill(string name, long[] shape, double gain = 1)
    {
        var count = Count(shape);
        Func<double, double> value =
            name.EndsWith("running_var", StringComparison.Ordinal) ? r => 1 + 0.5 * r
            : name.EndsWith("running_mean", StringComparison.Ordinal) ? r => 0.1 * r
            : name.EndsWith(".g", StringComparison.Ordinal)
              || (name.EndsWith(".weight", StringComparison.Ordinal) && shape.Length == 1) ? r => 1 + 0.2 * r
            : name.EndsWith(".b", StringComparison.Ordinal) || name.EndsWith(".bias", StringComparison.Ordinal) ? r => 0.1 * r
            : Scale(Math.Sqrt(gain / (count / shape[0])));
        return Draw(name, count, value);

        static Func<double, double> Scale(double factor) => r => factor * r;
    }

    /// <summary>Gives a net all the weights that a golden net of the same shape has.</summary>
    public static void FillWeights(nn.Module net, double gain = 1)
    {
        using var noGrad = no_grad();
        foreach (var (name, value) in net.state_dict())
            value.copy_(FillTensor(name, value.shape, gain));
    }

    /// <summary>float32 values in [lo, hi) that depend on the name alone.</summary>
    public static float[] Uniform(string name, long[] shape, double lo, double hi) =>
        Draw(name, Count(shape), r => lo + (hi - lo) * (r + 1) / 2);

    public static Tensor FillTensor(string name, long[] shape, double gain = 1) =>
        tensor(Fill(name, shape, gain)).reshape(shape);

    public static Tensor UniformTensor(string name, long[] shape, double lo = -1, double hi = 1) =>
        tensor(Uniform(name, shape, lo, hi)).reshape(shape);

    /// <summary>First 16 hexadecimal digits of the SHA-256 of the values' little-endian bytes.</summary>
    public static string Sha16<T>(ReadOnlySpan<T> values) where T : unmanaged =>
        Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(values)))[..16];

    /// <summary>64-bit FNV-1a of the UTF-8 bytes.</summary>
    public static ulong Fnv1a64(string name)
    {
        var hash = 14695981039346656037UL;
        foreach (var b in Encoding.UTF8.GetBytes(name))
            hash = unchecked((hash ^ b) * 1099511628211UL);
        return hash;
    }

    private static long Count(long[] shape) => shape.Aggregate(1L, (product, size) => product * size);

    // SplitMix64 seeded with the name's hash; r is an exact multiple of 2⁻²³ in [−1, 1).
    private static float[] Draw(string name, long count, Func<double, double> value)
    {
        var state = Fnv1a64(name);
        var values = new float[count];
        for (var i = 0; i < values.Length; i++)
        {
            state = unchecked(state + 0x9E3779B97F4A7C15UL);
            var z = state;
            z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL);
            z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EBUL);
            z ^= z >> 31;
            values[i] = (float)value(2 * ((z >> 40) / 16777216.0) - 1);
        }
        return values;
    }

    // The GANs' files count bits where the others count bytes.
    private string? Dtype(string name) => _tensors.GetProperty(name).GetProperty("dtype").GetString() switch
    {
        "f32" => "f4",
        "i32" => "i4",
        var other => other,
    };

    private T[] Read<T>(string name, string wanted) where T : unmanaged
    {
        var entry = _tensors.GetProperty(name);
        if (Dtype(name) is var dtype && dtype != wanted)
            throw new InvalidDataException($"Golden tensor '{name}' has dtype '{dtype}'; {wanted} was asked for.");
        var bytes = _data.AsSpan((int)entry.GetProperty("offset").GetInt64(), (int)entry.GetProperty("nbytes").GetInt64());
        return MemoryMarshal.Cast<byte, T>(bytes).ToArray();
    }
}
