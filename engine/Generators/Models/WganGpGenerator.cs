using IconDiffusion.Kernels;
using IconDiffusion.Specs;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace IconDiffusion.Generators.Models;

/// <summary>
/// WGAN-GP's ResNet generator (Gulrajani et al. 2017, arXiv:1704.00028) as <c>GoodGenerator</c> of igul222/improved_wgan_training
/// (commit fa66c57, MIT licence): a latent becomes 4×4 pixels, which residual blocks double.
/// <para>Departs from it twice. Its side is 64 there; here 128 begins with one more block of the widest, and 32 does without the
/// first. Finished runs draw with the batch norm's running statistics, as <see cref="DcganGenerator"/> does.</para>
/// </summary>
public sealed class WganGpGenerator : Module<Tensor, Tensor>, IIconGenerator
{
    private readonly WganGpLinear Input;
    private readonly ModuleList<WganGpUpBlock> Res;
    private readonly BatchNorm2d OutputN;
    private readonly WganGpConv2d Output;

    private readonly long _widest;

    /// <param name="spec">Widths.</param>
    /// <param name="imageSize">Side of the icons: 32, 64 or 128.</param>
    /// <param name="generator">CPU generator of the initial weights; the process's if null.</param>
    public WganGpGenerator(WganGpSpec spec, int imageSize, Generator? generator = null) : base(nameof(WganGpGenerator))
    {
        LatentDim = spec.LatentDim;
        _widest = 8 * spec.Dim;
        Input = new WganGpLinear(generator, LatentDim, 4 * 4 * _widest);
        var widths = WganGpShape.Widths(spec.Dim, imageSize); // from fine to coarse
        var channels = _widest;
        List<WganGpUpBlock> blocks = [];
        foreach (var width in widths.Reverse().Skip(1).Append(spec.Dim))
        {
            blocks.Add(new WganGpUpBlock(generator, channels, width));
            channels = width;
        }
        Res = new([.. blocks]);
        OutputN = BatchNorm2d(channels);
        Output = new WganGpConv2d(generator, channels, 3, kernel: 3, gain: 2);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public Module Network => this;

    /// <inheritdoc/>
    public int LatentDim { get; }

    /// <summary>z [N,LatentDim] → icons [N,3,side,side] in −1…1.</summary>
    public override Tensor forward(Tensor z)
    {
        var x = FastOps.channels_last(Input.call(z).reshape(z.shape[0], _widest, 4, 4));
        foreach (var block in Res)
            x = block.call(x);
        return Output.call(F.relu(OutputN.call(x), inplace: true)).tanh();
    }

    /// <inheritdoc/>
    public Tensor Draw(Latents latents, double truncation = 1) => EvaluationMode.Call(this, latents.Z);
}

/// <summary>What both of WGAN-GP's networks need to know of the icon's side.</summary>
internal static class WganGpShape
{
    /// <summary>Channels after each halving of the side, down to 4×4 pixels.</summary>
    public static long[] Widths(int dim, int imageSize) => imageSize is 32 or 64 or 128
        ? [.. Enumerable.Range(1, int.Log2(imageSize) - 2).Select(halving => (long)dim << Math.Min(halving, 3))]
        : throw new ArgumentException($"WGAN-GP was asked for icons of {imageSize} pixels; wanted 32, 64 or 128.");
}

/// <summary>Doubles the resolution: BN-ReLU-up-conv-BN-ReLU-conv beside up-conv1.</summary>
internal sealed class WganGpUpBlock : Module<Tensor, Tensor>
{
    private readonly WganGpConv2d Shortcut;
    private readonly BatchNorm2d BN1;
    private readonly WganGpConv2d Conv1;
    private readonly BatchNorm2d BN2;
    private readonly WganGpConv2d Conv2;

    public WganGpUpBlock(Generator? generator, long from, long to) : base(nameof(WganGpUpBlock))
    {
        Shortcut = new WganGpConv2d(generator, from, to, kernel: 1, gain: 2, resampling: Resampling.Up);
        BN1 = BatchNorm2d(from);
        Conv1 = new WganGpConv2d(generator, from, to, kernel: 3, gain: 4, bias: false, Resampling.Up);
        BN2 = BatchNorm2d(to);
        Conv2 = new WganGpConv2d(generator, to, to, kernel: 3, gain: 4);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        var y = Conv1.call(F.relu(BN1.call(x), inplace: true));
        return Conv2.call(F.relu(BN2.call(y), inplace: true)).add_(Shortcut.call(x));
    }
}
