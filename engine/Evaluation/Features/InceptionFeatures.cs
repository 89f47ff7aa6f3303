using IconDiffusion.Imaging;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Evaluation.Features;

/// <summary>The FID Inception network, whatever its weights.</summary>
internal sealed class InceptionFeatures(InceptionV3 network) : IFeatureNetwork
{
    public int FeatureCount => InceptionV3.FeatureCount;

    public float[] Describe(IconPixels icons)
    {
        using var precision = FullPrecision.On(network.Device);
        var padded = Math.Max(icons.Count, SmallestBatch);
        var pixels = new byte[padded * icons.BytesPerIcon];  // the icons, then black ones
        icons.Data.CopyTo(pixels);
        using var scope = NewDisposeScope();
        return network.Features(pixels, padded, icons.ImageSize).slice(0, 0, icons.Count, 1).cpu().data<float>().ToArray();
    }

    // oneDNN divides the work otherwise, and rounds otherwise, where there are fewer images than threads; on a GPU cuDNN chooses
    // its algorithms by the batch's shape.
    private int SmallestBatch =>
        network.Device.type == DeviceType.CPU ? Math.Min(get_num_threads(), FeatureExtractor.BatchSize) : FeatureExtractor.BatchSize;

    public void Dispose() => network.Dispose();

    // cuDNN uses TF32 by default, with errors of 1e-3 that published figures do not have.
    private sealed class FullPrecision(bool before) : IDisposable
    {
        public static FullPrecision? On(Device device)
        {
            if (device.type != DeviceType.CUDA) return null;
            var before = backends.cudnn.allow_tf32;
            backends.cudnn.allow_tf32 = false;
            return new(before);
        }

        public void Dispose() => backends.cudnn.allow_tf32 = before;
    }
}
