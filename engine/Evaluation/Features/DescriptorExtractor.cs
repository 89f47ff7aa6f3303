using System.Security.Cryptography;
using IconDiffusion.Imaging;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Evaluation.Features;

/// <summary>
/// Descriptors of icons by a copy-detection network that the user supplies as TorchScript, as SSCD is published (Pizzi et al. 2022):
/// it sees RGB of 288×288 px, bilinear, less ImageNet's mean and over its deviation, and gives one vector for each icon. Vectors are
/// scaled to length 1.
/// </summary>
public sealed class DescriptorExtractor : IDisposable
{
    /// <summary>Side of the picture that the network sees, pixels.</summary>
    public const int InputSize = 288;

    private static readonly float[] Mean = [0.485f, 0.456f, 0.406f];

    private static readonly float[] Deviation = [0.229f, 0.224f, 0.225f];

    private readonly jit.ScriptModule<Tensor, Tensor> _network;

    private readonly Device _device;

    private DescriptorExtractor(jit.ScriptModule<Tensor, Tensor> network, Device device, string hash, string name) =>
        (_network, _device, WeightsId, Label) = (network, device, hash, $"{name} {hash[..8]}");

    /// <summary>SHA-256 of the file.</summary>
    public string WeightsId { get; }

    /// <summary>For reports, such as <c>sscd_disc_mixup.torchscript 5a2bb2a4</c>.</summary>
    public string Label { get; }

    /// <summary>Opens a network. The file brings its own code: it must be one that the user trusts.</summary>
    /// <param name="path">Of <c>torch.jit.save</c>.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is no TorchScript.</exception>
    public static DescriptorExtractor Open(string path, Device device)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"There is no descriptor network '{path}'; wanted a TorchScript file, as SSCD is published.", path);
        var bytes = File.ReadAllBytes(path);
        try
        {
            var network = jit.load<Tensor, Tensor>(bytes, device.type, device.index);
            network.eval();
            return new(network, device, Convert.ToHexStringLower(SHA256.HashData(bytes)), Path.GetFileName(path));
        }
        catch (System.Runtime.InteropServices.ExternalException error)
        {
            throw new InvalidDataException($"'{path}' can't be loaded as TorchScript: {error.Message}", error);
        }
    }

    /// <summary>Descriptors of all icons, in their order: float32, each of length 1. Icons go one by one, so none depends on another.</summary>
    /// <param name="progress">Icons done.</param>
    /// <exception cref="InvalidDataException">The network can't take such pictures, or gives something else than a vector for each.</exception>
    /// <exception cref="OperationCanceledException">Cancelled between two icons.</exception>
    public FeatureStatistics Extract(IconPixels icons, CancellationToken cancellation, IProgress<int>? progress = null)
    {
        var values = new List<float>();
        var dimension = 0;
        for (var i = 0; i < icons.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var vector = Describe(icons.ToImage(i));
            if (i > 0 && vector.Length != dimension)
                throw new InvalidDataException($"{Label} gave {vector.Length} numbers for icon {i} and {dimension} for the first; wanted as many.");
            dimension = vector.Length;
            values.AddRange(vector);
            progress?.Report(i + 1);
        }
        return new([.. values], dimension);
    }

    private float[] Describe(Image icon)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var shape = new long[] { 1, 3, 1, 1 };
        var picture = tensor(Resize.To(icon, InputSize, InputSize).Pixels).reshape(1, InputSize, InputSize, 3).permute(0, 3, 1, 2).to(ScalarType.Float32) / 255;
        var input = ((picture - tensor(Mean).reshape(shape)) / tensor(Deviation).reshape(shape)).contiguous().to(_device);
        Tensor result;
        try
        {
            result = _network.call(input).cpu().to(ScalarType.Float32);
        }
        catch (System.Runtime.InteropServices.ExternalException error)
        {
            throw new InvalidDataException($"{Label} can't describe a picture of {InputSize}×{InputSize} px: {error.Message}", error);
        }
        if (result.dim() != 2 || result.shape[0] != 1 || result.shape[1] < 1)
            throw new InvalidDataException($"{Label} gave a tensor of shape ({string.Join(", ", result.shape)}) for one picture; wanted (1, numbers).");
        var vector = result.data<float>().ToArray();
        var length = Math.Sqrt(vector.Sum(x => (double)x * x));
        return length > 0 ? Array.ConvertAll(vector, x => (float)(x / length)) : vector;
    }

    /// <inheritdoc/>
    public void Dispose() => _network.Dispose();
}
