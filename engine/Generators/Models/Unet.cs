using IconDiffusion.Kernels;
using IconDiffusion.Specs;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace IconDiffusion.Generators.Models;

/// <summary>
/// The U-Net of lucidrains/denoising-diffusion-pytorch as of July 2022 (0.25.2, commit 1345a8a, MIT licence), which predicts ε, x₀ or
/// v from x_t and t: that of Ho et al. 2020 (arXiv:2006.11239) with time conditioning by scale and shift (Nichol &amp;
/// Dhariwal 2021), linear attention (Shen et al. 2018) at every level and softmax attention at the bottleneck.
/// Parameters have the reference's names and, from the same seed, its initial values.
/// <para>Departures: the parts that <see cref="KnockoutSpec"/> removes. Their initial values are still drawn, so that all other
/// weights begin as they would without it. Left out: learned variance and learned time embeddings. Tags, which the reference's
/// class-conditional network (classifier_free_guidance.py) has one of, are as many as one likes here, and what comes of them is added to the time
/// embedding; their weights are drawn last, so that all others begin as they would without them. So are those of a network that enlarges icons (Ho et al. 2021,
/// arXiv:2106.15282): the smaller icon that is joined to x_t goes through a convolution of its own whose result is added to that of x_t, which is what one convolution
/// of both does, and the level of its noise is embedded as t is and added to the time embedding.</para>
/// </summary>
/// <remarks>
/// The last level does not halve the resolution: with multipliers (1,16) the widest blocks and the softmax attention work at half
/// the icon's side.
/// </remarks>
public sealed class Unet : Module<Tensor, Tensor, Tensor>
{
    // Fields are named as in the reference checkpoint and declared in its order.
    private readonly SeededConv2d init_conv;
    private readonly Sequential time_mlp;
    private readonly ModuleList<ModuleList<Module>> downs;
    private readonly ModuleList<ModuleList<Module>> ups;
    private readonly ResnetBlock mid_block1;
    private readonly Residual? mid_attn;
    private readonly ResnetBlock mid_block2;
    private readonly ResnetBlock final_res_block;
    private readonly SeededConv2d final_conv;
    private readonly Sequential? tag_mlp;
    private readonly SeededConv2d? small_conv;
    private readonly Sequential? small_mlp;

    private readonly List<Level> _down = [];
    private readonly List<Level> _up = [];

    /// <param name="spec">The network's shape.</param>
    /// <param name="channels">3 for RGB, 4 for RGBA.</param>
    /// <param name="generator">CPU generator of the initial weights; the process's, which parallel work shares, if null.</param>
    /// <param name="tags">How many tags the network knows; null: it is told none.</param>
    /// <param name="enlarges">Whether it sees smaller icons, <see cref="SmallIcons"/>.</param>
    /// <exception cref="ArgumentException">The spec describes no such network.</exception>
    public Unet(UnetSpec spec, int channels = 3, Generator? generator = null, int? tags = null, bool enlarges = false) : base(nameof(Unet))
    {
        Check(spec);
        (Spec, Channels, Tags) = (spec, channels, tags);
        var groups = spec.ResnetBlockGroups;
        var timeDim = spec.Dim * 4;
        int[] dims = [spec.Dim, .. spec.DimMults.Select(mult => spec.Dim * mult)];
        var last = dims.Length - 2;

        init_conv = new SeededConv2d(generator, channels, spec.Dim, 7, padding: 3);
        time_mlp = Sequential(
            Identity(), new SeededLinear(generator, spec.Dim, timeDim), GELU(), new SeededLinear(generator, timeDim, timeDim));

        for (var i = 0; i <= last; i++)
        {
            var (narrow, wide) = (dims[i], dims[i + 1]);
            _down.Add(new Level(
                Block(narrow, narrow), Block(narrow, narrow),
                new Residual(narrow, new LinearAttention(generator, narrow)),
                i < last
                    ? new SeededConv2d(generator, narrow, wide, 4, stride: 2, padding: 1)
                    : new SeededConv2d(generator, narrow, wide, 3, padding: 1),
                SkipsKnockedOut: spec.Knockout.SkipLevels.Contains(i)));
        }

        mid_block1 = Block(dims[^1], dims[^1]);
        var attention = new Residual(dims[^1], new Attention(generator, dims[^1]));
        if (spec.Knockout.BottleneckAttention)
            attention.Dispose();
        else
            mid_attn = attention;
        mid_block2 = Block(dims[^1], dims[^1]);

        for (var i = last; i >= 0; i--)
        {
            var (narrow, wide) = (dims[i], dims[i + 1]);
            _up.Add(new Level(
                Block(wide + narrow, wide), Block(wide + narrow, wide),
                new Residual(wide, new LinearAttention(generator, wide)),
                i > 0
                    ? Sequential(
                        Upsample(scale_factor: [2, 2], mode: UpsampleMode.Nearest),
                        new SeededConv2d(generator, wide, narrow, 3, padding: 1))
                    : new SeededConv2d(generator, wide, narrow, 3, padding: 1),
                SkipsKnockedOut: spec.Knockout.SkipLevels.Contains(i)));
        }

        final_res_block = Block(spec.Dim * 2, spec.Dim);
        final_conv = new SeededConv2d(generator, spec.Dim, channels, 1);
        // Without biases, so that a row of zeros adds nothing.
        if (tags is { } known)
            tag_mlp = Sequential(
                new SeededLinear(generator, TagRows.Length(known), timeDim, hasBias: false), GELU(), new SeededLinear(generator, timeDim, timeDim, hasBias: false));

        if (enlarges)
        {
            // Without a bias, so that an icon of zeros adds nothing.
            small_conv = new SeededConv2d(generator, channels, spec.Dim, 7, padding: 3, bias: false);
            small_mlp = Sequential(new SeededLinear(generator, spec.Dim, timeDim), GELU(), new SeededLinear(generator, timeDim, timeDim));
        }

        downs = new([.. _down.Select(level => level.Modules)]);
        ups = new([.. _up.Select(level => level.Modules)]);
        RegisterComponents();

        ResnetBlock Block(int from, int to) => new(generator, from, to, timeDim, groups);
    }

    /// <summary>The shape that it was built by.</summary>
    public UnetSpec Spec { get; }

    /// <summary>Channels of the icons that go in and of what comes out.</summary>
    public int Channels { get; }

    /// <summary>How many tags the network knows; null: it is told none.</summary>
    public int? Tags { get; }

    /// <summary>The prediction at noise level <paramref name="time"/> where nothing is known of the icons.</summary>
    /// <param name="x">x_t, float32 [N,<see cref="Channels"/>,H,W]; H and W divisible by <see cref="UnetSpec.DownSampling"/>.</param>
    /// <param name="time">t, int64, in 0…T−1: [N], or [1] for all alike. The latter keeps each icon's prediction from depending on
    /// the batch it is in, on the CPU to the last bit, which matrix products over N rows would not.</param>
    /// <returns>[N,<see cref="Channels"/>,H,W].</returns>
    public override Tensor forward(Tensor x, Tensor time) => Predict(x, time, null);

    /// <summary>The prediction for icons of which tags are known.</summary>
    /// <param name="x">As in <see cref="forward"/>.</param>
    /// <param name="time">As in <see cref="forward"/>.</param>
    /// <param name="tags">
    /// A row for each icon, <see cref="TagRows"/>; a row of zeros, or null, gives what <see cref="forward"/> does. With <paramref name="time"/> [1] an icon's prediction does not
    /// depend on its batch here either, on the CPU to the last bit: <see cref="FastOps.linear"/> takes each row alone.
    /// </param>
    /// <param name="small">The icons to enlarge, of a network that enlarges; null gives what <see cref="forward"/> does.</param>
    /// <returns>[N,<see cref="Channels"/>,H,W].</returns>
    public Tensor Predict(Tensor x, Tensor time, Tensor? tags, SmallIcons? small = null)
    {
        Check(x);
        using var scope = NewDisposeScope();
        x = init_conv.call(FastOps.channels_last(x));                 // [N,dim,H,W]
        var t = time_mlp.call(SinusoidalEmbedding(time, x.dtype));    // [N,4·dim]
        if (tags is not null) t = t + tag_mlp!.call(tags);
        if (small is not null)
        {
            x = x + small_conv!.call(FastOps.channels_last(small.Pixels));
            t = t + small_mlp!.call(SinusoidalEmbedding(small.Level, x.dtype));
        }
        var early = x;
        var skips = new Stack<Tensor>();

        foreach (var level in _down)
        {
            x = Scoped(() => level.Block1.call(x, t));
            if (!level.SkipsKnockedOut) skips.Push(x);
            x = Scoped(() => level.Attention.call(level.Block2.call(x, t)));
            if (!level.SkipsKnockedOut) skips.Push(x);
            x = Scoped(() => level.Resample.call(x));
        }

        x = Scoped(() => mid_block1.call(x, t));
        if (mid_attn is not null) x = Scoped(() => mid_attn.call(x));
        x = Scoped(() => mid_block2.call(x, t));

        foreach (var level in _up)
        {
            x = Scoped(() =>
            {
                var y = Scoped(() => level.Block1.call(Join(x, level), t));
                y = Scoped(() => level.Attention.call(level.Block2.call(Join(y, level), t)));
                return level.Resample.call(y);
            });
        }

        x = final_res_block.call(cat([x, early], 1), t);
        return final_conv.call(x).MoveToOuterDisposeScope();

        // A knocked-out skip carries zeros, which SeededConv2d takes as channels that are not there.
        Tensor Join(Tensor y, Level level)
        {
            if (level.SkipsKnockedOut) return y;
            using var skip = skips.Pop();
            return cat([y, skip], 1);
        }
    }

    // Gives memory back that a part took and did not return. With gradients the graph keeps what it needs; without, as in
    // sampling, everything would else stay until the end of the step.
    private static Tensor Scoped(Func<Tensor> part)
    {
        using var scope = NewDisposeScope();
        return part().MoveToOuterDisposeScope();
    }

    // Vaswani et al. 2017, section 3.5, sines before cosines: [N] → [N,dim].
    private Tensor SinusoidalEmbedding(Tensor time, ScalarType dtype)
    {
        var half = Spec.Dim / 2;
        var frequencies = (arange(half, dtype: ScalarType.Float32, device: time.device) * (-Math.Log(10000) / (half - 1))).exp();
        var angles = time.unsqueeze(1) * frequencies.unsqueeze(0);
        return cat([angles.sin(), angles.cos()], 1).to(dtype);
    }

    private static void Check(UnetSpec spec)
    {
        if (spec.Dim < 4 || spec.Dim % 2 != 0)
            throw new ArgumentException($"A U-Net's dim is {spec.Dim}; wanted an even number from 4 on.");
        if (spec.DimMults.Count == 0 || spec.DimMults.Any(mult => mult < 1))
            throw new ArgumentException($"A U-Net's dimMults are {spec.DimMults}; wanted at least one, each 1 or more.");
        if (spec.ResnetBlockGroups < 1 || spec.Dim % spec.ResnetBlockGroups != 0)
            throw new ArgumentException(
                $"A U-Net's resnetBlockGroups is {spec.ResnetBlockGroups}; wanted a divisor of its dim, {spec.Dim}.");
        foreach (var level in spec.Knockout.SkipLevels)
            if (level < 0 || level >= spec.DimMults.Count)
                throw new ArgumentException($"Skip level {level} is knocked out; the U-Net has levels 0 to {spec.DimMults.Count - 1}.");
    }

    private void Check(Tensor x)
    {
        var shape = x.shape;
        if (shape.Length != 4 || shape[1] != Channels || shape[2] % Spec.DownSampling != 0 || shape[3] % Spec.DownSampling != 0)
            throw new ArgumentException(
                $"The U-Net got [{string.Join(",", shape)}]; wanted [N,{Channels},H,W] with H and W divisible by {Spec.DownSampling}.");
    }

    // One resolution on the way down or up.
    private sealed record Level(
        ResnetBlock Block1, ResnetBlock Block2, Residual Attention, Module<Tensor, Tensor> Resample, bool SkipsKnockedOut)
    {
        public ModuleList<Module> Modules { get; } = new(Block1, Block2, Attention, Resample);
    }
}

/// <summary>fn(norm(x)) + x: the reference's Residual around its PreNorm, whose names it keeps.</summary>
internal sealed class Residual : Module<Tensor, Tensor>
{
    private readonly PreNorm fn;

    public Residual(int dim, Module<Tensor, Tensor> fn) : base(nameof(Residual))
    {
        this.fn = new PreNorm(dim, fn);
        RegisterComponents();
    }

    // In place, as no backward pass needs the branch's own output.
    public override Tensor forward(Tensor x) => fn.call(x).add_(x);

    private sealed class PreNorm : Module<Tensor, Tensor>
    {
        private readonly Module<Tensor, Tensor> fn;
        private readonly ChannelNorm norm;

        public PreNorm(int dim, Module<Tensor, Tensor> fn) : base(nameof(PreNorm))
        {
            this.fn = fn;
            norm = new ChannelNorm(dim);
            RegisterComponents();
        }

        public override Tensor forward(Tensor x) => fn.call(norm.call(x));
    }
}

/// <summary>The reference's LayerNorm: over each pixel's channels.</summary>
internal sealed class ChannelNorm : Module<Tensor, Tensor>
{
    private readonly Parameter g; // [1,C,1,1]
    private readonly Parameter b; // [1,C,1,1]

    public ChannelNorm(int dim) : base(nameof(ChannelNorm))
    {
        g = new Parameter(ones([1, dim, 1, 1]));
        b = new Parameter(zeros([1, dim, 1, 1]));
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => FastOps.channel_norm(x, g, b);
}

/// <summary>Attention whose cost is linear in the pixels: four heads of 32 channels.</summary>
internal sealed class LinearAttention : Module<Tensor, Tensor>
{
    public const int Heads = 4;
    public const int HeadChannels = 32;

    private readonly SeededConv2d to_qkv;
    private readonly Sequential to_out;

    public LinearAttention(Generator? generator, int dim) : base(nameof(LinearAttention))
    {
        to_qkv = new SeededConv2d(generator, dim, 3 * Heads * HeadChannels, 1, bias: false);
        to_out = Sequential(new SeededConv2d(generator, Heads * HeadChannels, dim, 1), new ChannelNorm(dim));
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) =>
        to_out.call(FastOps.linear_attention(to_qkv.call(x), Heads, 1 / Math.Sqrt(HeadChannels)));
}

/// <summary>Softmax attention between all pixels, for the bottleneck.</summary>
internal sealed class Attention : Module<Tensor, Tensor>
{
    private readonly SeededConv2d to_qkv;
    private readonly SeededConv2d to_out;

    public Attention(Generator? generator, int dim) : base(nameof(Attention))
    {
        const int channels = LinearAttention.Heads * LinearAttention.HeadChannels;
        to_qkv = new SeededConv2d(generator, dim, 3 * channels, 1, bias: false);
        to_out = new SeededConv2d(generator, channels, dim, 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => to_out.call(
        FastOps.attention(to_qkv.call(x), LinearAttention.Heads, 1 / Math.Sqrt(LinearAttention.HeadChannels)));
}

/// <summary>Two convolutions, the first conditioned on the time, beside a shortcut.</summary>
internal sealed class ResnetBlock : Module<Tensor, Tensor, Tensor>
{
    private readonly Sequential mlp;
    private readonly Block block1;
    private readonly Block block2;
    private readonly SeededConv2d? res_conv;

    public ResnetBlock(Generator? generator, int from, int to, int timeDim, int groups) : base(nameof(ResnetBlock))
    {
        mlp = Sequential(SiLU(), new SeededLinear(generator, timeDim, to * 2));
        block1 = new Block(generator, from, to, groups);
        block2 = new Block(generator, to, to, groups);
        res_conv = from == to ? null : new SeededConv2d(generator, from, to, 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x, Tensor time)
    {
        var scaleShift = mlp.call(time).expand(x.shape[0], -1).chunk(2, 1); // [N or 1,2·to] → 2 × [N,to]
        var h = block2.forward(block1.forward(x, scaleShift[0], scaleShift[1]));
        // In place, as no backward pass needs the block's own output.
        return h.add_(res_conv is null ? x : res_conv.call(x));
    }

    // Convolution, GroupNorm, scale and shift, SiLU.
    private sealed class Block : Module<Tensor, Tensor>
    {
        private readonly SeededConv2d proj;
        private readonly GroupNorm norm;
        private readonly int _groups;

        public Block(Generator? generator, int from, int to, int groups) : base(nameof(Block))
        {
            proj = new SeededConv2d(generator, from, to, 3, padding: 1);
            norm = GroupNorm(groups, to);
            // Here, as TorchSharp 0.107 leaves them as the memory was.
            init.ones_(norm.weight!);
            init.zeros_(norm.bias!);
            _groups = groups;
            RegisterComponents();
        }

        public override Tensor forward(Tensor x) => forward(x, null, null);

        public Tensor forward(Tensor x, Tensor? scale, Tensor? shift) =>
            FastOps.group_norm_silu(proj.call(x), _groups, norm.weight!, norm.bias!, scale, shift);
    }
}
