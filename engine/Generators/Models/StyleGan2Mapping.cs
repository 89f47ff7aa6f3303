using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Models;

/// <summary>
/// From a latent z to w, which styles are made of, by fully connected layers; and the running average of w. One that is told tags begins with them, embedded and
/// of length 1 as z is, behind z.
/// </summary>
public sealed class StyleGan2Mapping : nn.Module<Tensor, Tensor?, Tensor>
{
    private const double AverageDecay = 0.995;

    private readonly Tensor w_avg; // [w]
    private readonly StyleGan2Linear? embed;
    private readonly List<StyleGan2Linear> _layers = [];

    /// <param name="zDim">Components of z.</param>
    /// <param name="wDim">Components of w.</param>
    /// <param name="layers">Fully connected layers, all at a hundredth of the learning rate.</param>
    /// <param name="generator">CPU generator of the initial weights.</param>
    /// <param name="tags">Tags that it is told of each icon, see <see cref="TagRows"/>; null: none.</param>
    public StyleGan2Mapping(long zDim, long wDim, int layers, Generator? generator = null, int? tags = null) : base(nameof(StyleGan2Mapping))
    {
        if (tags is { } told) embed = new StyleGan2Linear(generator, TagRows.Length(told), wDim);
        for (var i = 0; i < layers; i++)
        {
            _layers.Add(new StyleGan2Linear(generator, i > 0 ? wDim : embed is null ? zDim : zDim + wDim, wDim, Activation.LeakyRelu, lrMultiplier: 0.01));
            register_module($"fc{i}", _layers[i]);
        }
        w_avg = zeros(wDim);
        RegisterComponents();
    }

    /// <summary>The running average of w, [w].</summary>
    public Tensor Average => w_avg;

    /// <summary>z, [N,z], and the tags of N icons, [N, 1 + tags] (null: it is told none) → w, [N,w].</summary>
    public override Tensor forward(Tensor z, Tensor? tags)
    {
        var w = StyleGan2Functions.NormalizeSecondMoment(z);
        if (embed is not null)
            w = cat([w, StyleGan2Functions.NormalizeSecondMoment(embed.call(tags ?? throw new ArgumentNullException(nameof(tags), "The network is told tags; wanted those of each icon.")))], 1);
        foreach (var layer in _layers)
            w = layer.call(w);
        return w;
    }

    /// <summary>Moves the average towards the mean of a batch of w, [N,w], as every training step does with its first.</summary>
    public void UpdateAverage(Tensor w)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var mean = w.detach().mean([0]);
        w_avg.copy_(mean + (w_avg - mean) * AverageDecay);
    }

    /// <summary>Moves w towards the average: ψ = 1 leaves it, 0 is the average icon. Trades variety for fidelity.</summary>
    /// <param name="w">[N,w].</param>
    /// <param name="psi">ψ.</param>
    public Tensor Truncate(Tensor w, double psi) => psi == 1 ? w : w_avg + (w - w_avg) * psi;
}
