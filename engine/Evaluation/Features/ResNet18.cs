using IconDiffusion.Imaging;
using IconDiffusion.Kernels;
using static IconDiffusion.Kernels.ResNet18Files;
using static TorchSharp.torch;

namespace IconDiffusion.Evaluation.Features;

/// <summary>
/// <see cref="ResNet18Files"/>: 512 features, none below 0. It sees 224×224 px in the order blue, green, red, 0…255, less a mean picture, which is the
/// package's other file. Both graphs take one picture at a time, so several threads run them side by side.
/// </summary>
internal sealed class ResNet18(OnnxGraph preprocess, OnnxGraph network) : IFeatureNetwork
{
    /// <summary>Opens both files.</summary>
    /// <param name="folder">Where they lie: the program's, when it was built.</param>
    /// <exception cref="FileNotFoundException">One is not there.</exception>
    /// <exception cref="InvalidDataException">One is another file, or a damaged one.</exception>
    public static ResNet18 Open(string folder)
    {
        long[] shape = [1, 3, InputSize, InputSize];
        var preprocess = OnnxGraph.Open(ResNet18Files.Preprocess, folder, shape);
        try
        {
            return new(preprocess, OnnxGraph.Open(ResNet18Files.Network, folder, shape));
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
