using IconDiffusion.Specs;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace IconDiffusion.Generators.Adversarial;

/// <summary>
/// Differentiable augmentation (Zhao et al. 2020, arXiv:2006.10738) as in data-efficient-gans: always applied, to real and drawn icons
/// alike. All icons are [N,C,H,W]; every random number is an argument.
/// </summary>
public static class DiffAugment
{
    private const double ShiftShare = 0.125;
    private const double HoleShare = 0.5;

    /// <summary>The policies in their order, with numbers from a CPU generator.</summary>
    public static Tensor Apply(Tensor icons, IEnumerable<DiffAugmentPolicy> policy, Generator random)
    {
        var (n, h, w) = (icons.shape[0], icons.shape[2], icons.shape[3]);
        foreach (var part in policy)
            icons = part switch
            {
                DiffAugmentPolicy.Color => Contrast(Saturation(Brightness(icons, Uniform()), Uniform()), Uniform()),
                DiffAugmentPolicy.Translation => Translation(icons, Integers(-Share(h, ShiftShare), Share(h, ShiftShare)),
                    Integers(-Share(w, ShiftShare), Share(w, ShiftShare))),
                DiffAugmentPolicy.Cutout => Cutout(icons, Integers(0, LastCentre(h)), Integers(0, LastCentre(w))),
                _ => throw new ArgumentOutOfRangeException(nameof(policy), part, "Not a policy of differentiable augmentation."),
            };
        return icons;

        Tensor Uniform() => rand([n, 1, 1, 1], generator: random).to(icons.device);

        long[] Integers(long from, long to) => randint(from, to + 1, [n], generator: random).data<long>().ToArray();
    }

    /// <summary>x + (u − ½).</summary>
    /// <param name="u">[N,1,1,1] in [0, 1).</param>
    public static Tensor Brightness(Tensor icons, Tensor u) => icons + (u - 0.5);

    /// <summary>Each pixel's colours away from their mean by 2u.</summary>
    /// <param name="u">[N,1,1,1] in [0, 1).</param>
    public static Tensor Saturation(Tensor icons, Tensor u) => Away(icons, icons.mean([1], keepdim: true), u * 2);

    /// <summary>All values of an icon away from their mean by u + ½.</summary>
    /// <param name="u">[N,1,1,1] in [0, 1).</param>
    public static Tensor Contrast(Tensor icons, Tensor u) => Away(icons, icons.mean([1, 2, 3], keepdim: true), u + 0.5);

    /// <summary>Pixel (i, j) becomes pixel (i + rows, j + columns), zero outside.</summary>
    /// <param name="rows">Shift of each icon, at most an eighth of the height either way.</param>
    /// <param name="columns">The same of the width.</param>
    public static Tensor Translation(Tensor icons, long[] rows, long[] columns)
    {
        var (h, w) = (icons.shape[2], icons.shape[3]);
        var (top, left) = (Share(h, ShiftShare), Share(w, ShiftShare));
        var padded = F.pad(icons, [left, left, top, top]);
        return cat([.. rows.Zip(columns).Select((shift, i) =>
            padded.narrow(0, i, 1).narrow(2, top + shift.First, h).narrow(3, left + shift.Second, w))]);
    }

    /// <summary>A rectangle of half the height and width becomes zero, as far as it lies in the icon.</summary>
    /// <param name="rows">Centre in each icon, 0 to <see cref="LastCentre"/> of the height.</param>
    /// <param name="columns">The same of the width.</param>
    public static Tensor Cutout(Tensor icons, long[] rows, long[] columns)
    {
        var hole = Span(rows, icons.shape[2]).unsqueeze(-1) * Span(columns, icons.shape[3]).unsqueeze(-2); // [N,1,H,W]
        return icons * (1 - hole).to(icons.device);

        // 1 where a line lies in the hole, 0 elsewhere: [N,1,size].
        static Tensor Span(long[] centres, long size)
        {
            var length = Share(size, HoleShare);
            var inside = centres.SelectMany(centre => Enumerable.Range(0, (int)size)
                .Select(at => at - (centre - length / 2) is var from && from >= 0 && from < length ? 1f : 0f));
            return tensor(inside.ToArray()).reshape(centres.Length, 1, size);
        }
    }

    /// <summary>Where the hole's centre can be at most along a side.</summary>
    public static long LastCentre(long size) => size - Share(size, HoleShare) % 2;

    private static Tensor Away(Tensor icons, Tensor mean, Tensor factor) => (icons - mean) * factor + mean;

    private static long Share(long size, double share) => (long)(size * share + 0.5);
}
