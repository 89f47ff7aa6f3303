using System.Collections.Concurrent;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Kernels;

/// <summary>A separable low-pass filter: the same taps along both axes. Immutable, shared by all layers that filter with it.</summary>
public sealed class FirFilter
{
    private readonly float[] _taps;
    private readonly ConcurrentDictionary<string, Tensor> _onDevice = new();

    private FirFilter(params double[] taps)
    {
        var sum = taps.Sum();
        _taps = [.. taps.Select(tap => (float)(tap / sum))];
    }

    /// <summary>[1,3,3,1], StyleGAN2's filter for every change of resolution (Karras et al. 2020, appendix B).</summary>
    public static FirFilter Binomial { get; } = new(1, 3, 3, 1);

    /// <summary>The Symlet wavelet of 6 vanishing moments, which adaptive augmentation resamples with.</summary>
    public static FirFilter Symlet6 { get; } = new(
        0.015404109327027373, 0.0034907120842174702, -0.11799011114819057, -0.048311742585633, 0.4910559419267466, 0.787641141030194,
        0.3379294217276218, -0.07263752278646252, -0.021060292512300564, 0.04472490177066578, 0.0017677118642428036, -0.007800708325034148);

    /// <summary>Number of taps.</summary>
    public int Length => _taps.Length;

    /// <summary>The taps; their sum is 1.</summary>
    public ReadOnlySpan<float> Taps => _taps;

    /// <summary>The taps, float32 [<see cref="Length"/>], kept for the process's life.</summary>
    public Tensor On(Device device) => _onDevice.GetOrAdd(device.ToString(), _ => tensor(_taps).to(device).DetachFromDisposeScope());
}
