using IconDiffusion.Generators.Sampling;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Tests.Sampling;

/// <summary>Replays draws [K,C,H,W], one icon at a time, or draws anew from a seed.</summary>
internal sealed class RecordedNoise(Func<int, Tensor> draw) : INoise
{
    private int _draws;

    public static RecordedNoise Of(Tensor draws) => new(i => draws.slice(0, i, i + 1, 1).clone());

    public static RecordedNoise Seeded(ulong seed, params long[] shape)
    {
        var generator = new Generator(seed, CPU);
        return new(_ => randn(shape, generator: generator));
    }

    public Tensor Next() => draw(_draws++);
}
