using IconDiffusion.Imaging;
using static TorchSharp.torch;

namespace IconDiffusion.Evaluation.Features;

/// <summary>
/// The ResNet-18 (He et al. 2015, arXiv:1512.03385) of NuGet's <c>Microsoft.ML.DnnImageFeaturizer.ResNet18</c>, an export of CNTK, up to its
/// last pooling: 512 features, none below 0. It sees 224×224 px in the order blue, green, red, 0…255, less a mean picture, which is the
/// package's other file. Both graphs take one picture at a time, so several threads run them side by side.
/// </summary>
internal sealed class ResNet18(OnnxGraph preprocess, OnnxGraph network) : IFeatureNetwork
{
    /// <summary>SHA-256 of <see cref="NetworkFile"/>.</summary>
    public const string NetworkHash = "e2552f19db2dfdb01b3669537b6a0f1b44da38d18279535492ed5dfc2ef1ff8f";

    /// <summary>Side of the picture that the network sees, pixels.</summary>
    public const int InputSize = 224;

    /// <summary>The network: float32 [1,3,224,224] to [1,512,1,1].</summary>
    public const string NetworkFile = "ResNet18.onnx";

    /// <summary>Exchanges red and blue and takes the mean picture off: float32 [1,3,224,224], 0…255, to the same shape.</summary>
    public const string PreprocessFile = "ResNetPreprocess.onnx";

    private const string PreprocessHash = "84bf8def78d0befaa3f6e73745d57d7016c6a192ead76f79686bd438c1047004";

    /// <summary>Opens both files.</summary>
    /// <param name="folder">Where they lie: the program's, when it was built.</param>
    /// <exception cref="FileNotFoundException">One is not there.</exception>
    /// <exception cref="InvalidDataException">One is another file, or a damaged one.</exception>
    public static ResNet18 Open(string folder)
    {
        long[] shape = [1, 3, InputSize, InputSize];
        var preprocess = OnnxGraph.Open(Path.Combine(folder, PreprocessFile), PreprocessHash, shape);
        try
        {
            return new(preprocess, OnnxGraph.Open(Path.Combine(folder, NetworkFile), NetworkHash, shape));
        }
        catch
        {
            preprocess.Dispose();
            throw;
        }
    }

    public int FeatureCount => 512;

    public float[] Describe(IconPixels icons)
    {
        var features = new float[icons.Count * FeatureCount];
        Parallel.For(0, icons.Count, new() { MaxDegreeOfParallelism = get_num_threads() },
            i => network.Run(preprocess.Run(Planes(icons.ToImage(i)))).CopyTo(features, i * FeatureCount));
        return features;
    }

    // float32 [3,224,224], 0…255: red, green, blue.
    private static float[] Planes(Image icon)
    {
        var pixels = Resize.To(icon, InputSize, InputSize).Pixels;
        var planes = new float[pixels.Length];
        for (var i = 0; i < InputSize * InputSize; i++)
            for (var channel = 0; channel < 3; channel++)
                planes[channel * InputSize * InputSize + i] = pixels[i * 3 + channel];
        return planes;
    }

    public void Dispose()
    {
        preprocess.Dispose();
        network.Dispose();
    }
}
