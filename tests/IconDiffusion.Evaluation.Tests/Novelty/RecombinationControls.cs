using IconDiffusion.Data;
using IconDiffusion.Data.Layered;
using IconDiffusion.Imaging;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Evaluation.Tests.Novelty;

/// <summary>Icons of which it is known whether they are copies, recombinations or neither.</summary>
internal sealed class RecombinationControls
{
    private readonly LayeredIcon[] _trained;
    private readonly LayeredIcon[] _heldOut;

    public RecombinationControls(LayeredArtSpec spec, InstalledPackages packages)
    {
        Art = LayeredSource.Open(spec, packages);
        Training = LayeredSource.Prepare(spec, packages).Training;
        var names = Training.Names.ToHashSet();
        var pool = LayeredSource.Icons(spec, Art).Take(1000 + Training.Count).ToLookup(icon => names.Contains(icon.Name));
        (_trained, _heldOut) = ([.. pool[true]], [.. pool[false]]);
    }

    public LayeredArt Art { get; }

    public IconSet Training { get; }

    /// <summary>What the preprint's hypothesis asks for, and what a sceptic would try.</summary>
    public (RecombinationClass Class, IconPixels Icons) Make(string kind, int count) => kind switch
    {
        "exact copies" => (RecombinationClass.Copy, Draw(count, i => Trained(i).Icon)),
        "new combinations" => (RecombinationClass.Recombination, Draw(count, i => New(i).Icon)),
        "copies with a part moved as layouts do" => (RecombinationClass.Copy, Draw(count, i => Relaid(Trained(i), i).Icon)),
        "new combinations with a part moved as layouts do" => (RecombinationClass.Recombination, Draw(count, i => Relaid(New(i), i).Icon)),
        "even blends of two icons" => (RecombinationClass.Unexplained, Draw(count, i => Blend(Trained(i).Icon, Trained(i + 1 + (i % 7)).Icon))),
        "one part blurred" => (RecombinationClass.Unexplained, Draw(count, i => Changed(Trained(i), i, Blurred))),
        "one part moved far" => (RecombinationClass.Unexplained, Draw(count, i => Changed(Trained(i), i, sheet => MovedFar(sheet, i)))),
        _ => throw new ArgumentException($"'{kind}' is not a control.", nameof(kind)),
    };

    private LayeredIcon Trained(int i) => _trained[i % _trained.Length];

    private LayeredIcon New(int i) => _heldOut[i % _heldOut.Length];

    private static IconPixels Draw(int count, Func<int, Image> icon) =>
        IconPixels.From([.. Enumerable.Range(0, count).AsParallel().AsOrdered().Select(icon)]);

    private LayeredIcon Relaid(LayeredIcon icon, int i)
    {
        var random = new SplitMix64(11, i);
        int[] moving = [.. Enumerable.Range(0, Art.Layers.Count).Where(layer => Art.Layers[layer].Farthest != default)];
        var layer = moving[random.Below(moving.Length)];
        var most = Art.Layers[layer].Farthest;
        var moves = icon.Layout.Moves.ToArray();
        moves[layer] = new(random.Below((2 * most.X) + 1) - most.X, random.Below((2 * most.Y) + 1) - most.Y);
        return new(Art, icon.Combination, new([.. moves]));
    }

    private static Image Blend(Image a, Image b) =>
        new(a.Width, a.Height, [.. a.Pixels.Zip(b.Pixels, (x, y) => (byte)((x + y + 1) / 2))]);

    // One part that can be seen, each layer in turn.
    private Image Changed(LayeredIcon icon, int i, Func<Sheet, Sheet> change)
    {
        var layer = ChangedLayer(icon, i);
        return icon.Compose((each, sheet) => each == layer && sheet.Width > 0 ? change(sheet) : sheet);
    }

    /// <summary>The layer of an icon's changed part.</summary>
    public int ChangedLayer(int i) => ChangedLayer(Trained(i), i);

    private int ChangedLayer(LayeredIcon icon, int i) =>
        Enumerable.Range(i, Art.Layers.Count).Select(layer => layer % Art.Layers.Count).First(layer => icon.VisibleMask(layer).Sum(value => value) >= Seen);

    // Six of 1024 pixels are enough to tell a nose.
    private int Seen => 6 * 255 * Art.Size * Art.Size / 1024;

    // By a fifth of the side: an eye is where an ear was.
    private Sheet MovedFar(Sheet sheet, int i)
    {
        var far = Art.Size / 5;
        return (i / Art.Layers.Count % 4) switch { 0 => sheet.Moved(far, 0), 1 => sheet.Moved(-far, 0), 2 => sheet.Moved(0, far), _ => sheet.Moved(0, -far) };
    }

    // A Gaussian with σ of a twentieth of the side: eyes become spots.
    private Sheet Blurred(Sheet sheet)
    {
        var sigma = Art.Size / 20.0;
        var reach = (int)(3 * sigma);
        double[] kernel = [.. Enumerable.Range(-reach, (2 * reach) + 1).Select(k => Math.Exp(-k * k / (2 * sigma * sigma)))];
        var total = kernel.Sum();
        var (width, height) = (sheet.Width + (2 * reach), sheet.Height + (2 * reach));
        var values = new double[width * height * 4];
        for (var y = 0; y < sheet.Height; y++)
            for (var x = 0; x < sheet.Width; x++)
            {
                var (from, to) = (((y * sheet.Width) + x) * 4, (((y + reach) * width) + x + reach) * 4);
                for (var channel = 0; channel < 3; channel++)
                    values[to + channel] = sheet.Rgba[from + channel] * sheet.Rgba[from + 3] / 255.0;
                values[to + 3] = sheet.Rgba[from + 3];
            }
        values = Convolved(Convolved(values, (x, y, k) => (x + k, y)), (x, y, k) => (x, y + k));
        var rgba = new byte[values.Length];
        for (var at = 0; at < rgba.Length; at += 4)
        {
            if (values[at + 3] < 0.5) continue;
            for (var channel = 0; channel < 3; channel++)
                rgba[at + channel] = (byte)Math.Clamp(Math.Round(values[at + channel] * 255 / values[at + 3]), 0, 255);
            rgba[at + 3] = (byte)Math.Round(values[at + 3]);
        }
        return new(sheet.X - reach, sheet.Y - reach, width, height, rgba);

        double[] Convolved(double[] source, Func<int, int, int, (int X, int Y)> neighbour)
        {
            var target = new double[source.Length];
            for (var y = 0; y < height; y++)
                for (var x = 0; x < width; x++)
                    for (var k = -reach; k <= reach; k++)
                    {
                        var (nx, ny) = neighbour(x, y, k);
                        if (nx < 0 || ny < 0 || nx >= width || ny >= height) continue;
                        for (var channel = 0; channel < 4; channel++)
                            target[(((y * width) + x) * 4) + channel] += source[(((ny * width) + nx) * 4) + channel] * kernel[k + reach] / total;
                    }
            return target;
        }
    }
}
