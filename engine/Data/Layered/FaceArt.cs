using IconDiffusion.Imaging;
using IconDiffusion.Specs;

namespace IconDiffusion.Data.Layered;

/// <summary>
/// Faces drawn by our own code in eight layers; the back of the hair lies under the face. The same to the bit on every machine, without a
/// download and without a renderer: tests and work offline rest on it, so it stays beside the illustrators' styles.
/// </summary>
/// <param name="variants">How many of each layer's variants are used, the first.</param>
internal sealed class FaceArt(int size, Rgb background, int variants) : LayeredArt(size, background)
{
    // How far the head moves at most, and each part beside that: right, down. Eyes, nose and mouth move over it, which changes proportions.
    private const int Head = 3;

    // From the bottom up. The backdrop fills the icon and never moves.
    private static readonly (string Name, IReadOnlyList<FaceVariant> Variants, bool OnHead, int X, int Y)[] Drawings =
    [
        ("backdrop", Backdrops.All, false, 0, 0),
        ("face", FaceShapes.All, true, 0, 0),
        ("shirt", Shirts.All, false, 3, 2),
        ("eyes", Eyes.All, true, 1, 2),
        ("nose", Noses.All, true, 1, 1),
        ("mouth", Mouths.All, true, 1, 2),
        ("hair", Hairs.All, true, 1, 1),
        ("accessory", Accessories.All, true, 1, 1),
    ];

    // Large parts first: they can be told apart while nothing is known of the small ones upon them.
    private static readonly string[] Largest = ["backdrop", "face", "shirt", "hair", "accessory", "eyes", "mouth", "nose"];

    public override Consent Consent => SourceLicences.Layered;

    public override IReadOnlyList<ArtLayer> Layers { get; } =
    [
        .. Drawings.Select(layer => new ArtLayer(
            layer.Name, [.. layer.Variants.Take(variants).Select(variant => variant.Name)], layer.OnHead ? new(layer.X + Head, layer.Y + Head) : new(layer.X, layer.Y))),
    ];

    public override IReadOnlyList<int> LargestFirst { get; } = [.. Largest.Select(name => Array.FindIndex(Drawings, layer => layer.Name == name))];

    public override bool HasBackdrop => true;

    public override int SearchStep => 3;

    // The backdrop, what lies behind the face, then layer by layer.
    public override IReadOnlyList<ArtPiece> Stack(IReadOnlyList<int> variants)
    {
        var layers = Enumerable.Range(0, Drawings.Length).Where(layer => variants[layer] >= 0).ToList();
        return
        [
            .. layers.Where(layer => layer == 0).Select(Front),
            .. layers.Where(layer => Drawings[layer].Variants.Any(variant => variant.Back.Count > 0)).Select(layer => Front(layer) with { Id = Number(layer, variants[layer], isBack: true) }),
            .. layers.Where(layer => layer > 0).Select(Front),
        ];

        ArtPiece Front(int layer) => new(layer, Number(layer, variants[layer], isBack: false));
    }

    private static int Number(int layer, int variant, bool isBack) => (((layer * Drawings[0].Variants.Count) + variant) * 2) + (isBack ? 1 : 0);

    protected override Sheet Rasterise(int piece, int phaseX, int phaseY)
    {
        var (layer, variant) = Math.DivRem(piece / 2, Drawings[0].Variants.Count);
        var drawing = Drawings[layer].Variants[variant];
        return Rasteriser.Draw(piece % 2 == 1 ? drawing.Back : drawing.Front, Size, phaseX, phaseY);
    }

    public override ArtLayout DrawLayout(SplitMix64 random)
    {
        var head = Within(Head, Head);
        var moves = new List<PartMove>();
        foreach (var (_, _, onHead, x, y) in Drawings)
        {
            var own = Within(x, y);
            moves.Add(onHead ? new(head.X + own.X, head.Y + own.Y) : own);
        }
        return new([.. moves]);

        PartMove Within(int x, int y) => new(random.Below((2 * x) + 1) - x, random.Below((2 * y) + 1) - y);
    }
}
