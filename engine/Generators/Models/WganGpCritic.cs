using IconDiffusion.Kernels;
using IconDiffusion.Specs;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IconDiffusion.Generators.Models;

/// <summary>
/// WGAN-GP's ResNet critic (Gulrajani et al. 2017) as <c>GoodDiscriminator</c> of igul222/improved_wgan_training: residual blocks halve the
/// icon's side down to 4×4 pixels, which become one number. Layer norm, since the penalty on each icon's gradient leaves no
/// room for statistics of the batch. Sizes other than 64 as for <see cref="WganGpGenerator"/>.
/// </summary>
public sealed class WganGpCritic : Module<Tensor, Tensor>
{
    private readonly WganGpConv2d Input;
    private readonly ModuleList<WganGpDownBlock> Res;
    private readonly WganGpLinear Output;

    /// <param name="spec">Widths.</param>
    /// <param name="imageSize">Side of the icons: 32, 64 or 128.</param>
    /// <param name="generator">CPU generator of the initial weights; the process's if null.</param>
    public WganGpCritic(WganGpSpec spec, int imageSize, Generator? generator = null) : base(nameof(WganGpCritic))
    {
        Input = new WganGpConv2d(generator, 3, spec.Dim, kernel: 3, gain: 2);
        long channels = spec.Dim;
        List<WganGpDownBlock> blocks = [];
        foreach (var width in WganGpShape.Widths(spec.Dim, imageSize))
        {
            blocks.Add(new WganGpDownBlock(generator, channels, width));
            channels = width;
        }
        Res = new([.. blocks]);
        Output = new WganGpLinear(generator, 4 * 4 * channels, 1);
        RegisterComponents();
    }

    /// <summary>Icons [N,3,side,side] → scores [N], higher for what looks real.</summary>
    public override Tensor forward(Tensor x)
    {
        x = Input.call(FastOps.channels_last(x));
        foreach (var block in Res)
            x = block.call(x);
        return Output.call(x.reshape(x.shape[0], -1)).reshape(-1);
    }
}

/// <summary>Halves the resolution: LN-ReLU-conv-LN-ReLU-conv-mean beside mean-conv1.</summary>
internal sealed class WganGpDownBlock : Module<Tensor, Tensor>
{
    private readonly WganGpConv2d Shortcut;
    private readonly LayerNormRelu BN1; // the reference's names
    private readonly WganGpConv2d Conv1;
    private readonly LayerNormRelu BN2;
    private readonly WganGpConv2d Conv2;

    public WganGpDownBlock(Generator? generator, long from, long to) : base(nameof(WganGpDownBlock))
    {
        Shortcut = new WganGpConv2d(generator, from, to, kernel: 1, gain: 2, resampling: Resampling.Down);
        BN1 = new LayerNormRelu(from);
        Conv1 = new WganGpConv2d(generator, from, from, kernel: 3, gain: 4, bias: false);
        BN2 = new LayerNormRelu(from);
        Conv2 = new WganGpConv2d(generator, from, to, kernel: 3, gain: 4, resampling: Resampling.Down);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) =>
        Conv2.call(BN2.call(Conv1.call(BN1.call(x)))).add_(Shortcut.call(x));
}
