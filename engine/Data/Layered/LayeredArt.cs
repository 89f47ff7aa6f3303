using System.Collections.Concurrent;
using IconDiffusion.Imaging;
using IconDiffusion.Specs;

namespace IconDiffusion.Data.Layered;

/// <summary>
/// Art of known parts at one icon size: every icon is a stack of pieces, each of which belongs to a layer and lies where the layer does.
/// A layer has several variants, of which an icon has one, and may have several pieces at different depths. Used from many threads at once.
/// </summary>
/// <param name="size">The icon's side, pixels.</param>
/// <param name="background">What lies under all pieces.</param>
public abstract class LayeredArt(int size, Rgb background)
{
    /// <summary>Units of the icon's side that moves count in.</summary>
    public const int Units = 128;

    private readonly ConcurrentDictionary<(int Piece, int PhaseX, int PhaseY), Lazy<Sheet>> _drawn = new();

    /// <summary>Side of the drawing, in pixels.</summary>
    public int Size => size;

    /// <summary>Colour behind all layers.</summary>
    public Rgb Background => background;

    /// <summary>Who drew it, under which terms.</summary>
    public abstract Consent Consent { get; }

    /// <summary>In the order in which an icon's name states their variants.</summary>
    public abstract IReadOnlyList<ArtLayer> Layers { get; }

    /// <summary>How many combinations are allowed, see <see cref="Allows"/>.</summary>
    public virtual long Combinations => Product;

    /// <summary>Combinations of all variants, allowed or not.</summary>
    /// <exception cref="DatasetException">More than can be counted.</exception>
    public long Product
    {
        get
        {
            try
            {
                return Layers.Aggregate(1L, (product, layer) => checked(product * layer.Variants.Count));
            }
            catch (OverflowException error)
            {
                throw new DatasetException($"{Layers.Count} layers of {string.Join(" · ", Layers.Select(layer => layer.Variants.Count))} variants have more combinations than can be numbered; wanted fewer variants of each.", error);
            }
        }
    }

    /// <summary>Whether an icon can have these variants together.</summary>
    public virtual bool Allows(Combination combination) => true;

    /// <summary>The pieces of an icon from the bottom up.</summary>
    /// <param name="variants">One for each layer; −1: nothing is known of the layer, and nothing of it is drawn.</param>
    public abstract IReadOnlyList<ArtPiece> Stack(IReadOnlyList<int> variants);

    /// <summary>The layers' numbers, those that cover most first.</summary>
    public abstract IReadOnlyList<int> LargestFirst { get; }

    /// <summary>Whether a backdrop covers the icon, so that nothing of it is empty.</summary>
    public virtual bool HasBackdrop => false;

    /// <summary>The layers whose place in the drawing is another one with another variant of a layer, as an earring's is with another ear.</summary>
    public virtual IReadOnlyList<int> HeldBy(int layer) => [];

    /// <summary>In which steps a part's place is looked for at first, 1/128 of the side: what the narrowest parts are wide.</summary>
    public abstract int SearchStep { get; }

    /// <summary>Where an icon's parts lie.</summary>
    public abstract ArtLayout DrawLayout(SplitMix64 random);

    /// <summary>The icon of these variants in their places, [size, size, 3].</summary>
    public virtual Image Draw(Combination combination, ArtLayout layout) => Compose(combination, layout, (_, sheet) => sheet);

    /// <summary>The icon's pieces, changed or not, laid over one another.</summary>
    /// <param name="change">Of a layer's number and its drawing.</param>
    public Image Compose(Combination combination, ArtLayout layout, Func<int, Sheet, Sheet> change)
    {
        var icon = new Image(size, size, background);
        foreach (var piece in Stack(combination.Variants))
            change(piece.Layer, Draw(piece, layout[piece.Layer])).Over(icon);
        return icon;
    }

    /// <summary>Draws a piece at its place.</summary>
    /// <param name="phaseX">How far it is moved to the right, 1/128 pixels, 0…127; so much that pixels see other samples.</param>
    /// <param name="phaseY">How far down.</param>
    protected abstract Sheet Rasterise(int piece, int phaseX, int phaseY);

    /// <summary>A piece moved as a layout says, drawn when it is first asked for.</summary>
    public Sheet Draw(ArtPiece piece, PartMove move)
    {
        var (x, phaseX) = Split(move.X);
        var (y, phaseY) = Split(move.Y);
        return _drawn.GetOrAdd((piece.Id, phaseX, phaseY), key => new(() => Rasterise(key.Piece, key.PhaseX, key.PhaseY))).Value.Moved(x, y);
    }

    /// <summary>The variants' names in the layers' order, such as <c>sky-round-tee-wide-button-laugh-bob-none</c>.</summary>
    public string NameOf(Combination combination) => string.Join('-', combination.Variants.Select((variant, layer) => Layers[layer].Variants[variant]));

    /// <summary>A tag for each layer in the layers' order, its name and the variant's: <c>hair bob</c>, <c>accessory none</c>.</summary>
    public EquatableList<string> TagsOf(Combination combination) => [.. combination.Variants.Select((variant, layer) => TagOf(layer, variant))];

    /// <summary>The tag of icons that have this variant of a layer.</summary>
    public string TagOf(int layer, int variant) => TagNames.Of($"{Layers[layer].Name} {Layers[layer].Variants[variant]}");

    /// <summary>Reads a name (<see cref="NameOf"/>); what follows a space, such as the number of a repetition, is left out.</summary>
    /// <exception cref="DatasetException">It is not the name of an icon of this art.</exception>
    public Combination Parse(string name)
    {
        var words = name.Split(' ')[0].Split('-');
        if (words.Length == Layers.Count)
        {
            int[] variants = [.. words.Select((word, layer) => Layers[layer].Variants.ToList().IndexOf(word))];
            if (!variants.Contains(-1)) return new([.. variants]);
        }
        throw new DatasetException($"'{name}' is not an icon of these layers; wanted one variant of each of the {Layers.Count} layers, such as '{NameOf(Number(0))}'.");
    }

    /// <summary>The combination of this number in the product of all variants, 0 … <see cref="Product"/> − 1.</summary>
    public Combination Number(long number)
    {
        var chosen = new int[Layers.Count];
        for (var layer = 0; layer < chosen.Length; layer++)
        {
            (number, var variant) = Math.DivRem(number, Layers[layer].Variants.Count);
            chosen[layer] = (int)variant;
        }
        return new([.. chosen]);
    }

    // Whole pixels, and what is left in 1/128 pixels.
    private (int Pixels, int Phase) Split(int move)
    {
        var phase = (((move * size) % Units) + Units) % Units;
        return (((move * size) - phase) / Units, phase);
    }
}

/// <summary>One layer: the same part of every icon.</summary>
/// <param name="Name">What reports and files call it.</param>
/// <param name="Variants">Names, unique in the layer, of letters and digits and '.'.</param>
/// <param name="Farthest">How far it can lie from its place: to the left and to the right, up and down.</param>
public sealed record ArtLayer(string Name, EquatableList<string> Variants, PartMove Farthest)
{
    /// <summary>The name of a variant that has nothing to see.</summary>
    public const string None = "none";

    /// <summary>Whether a layer's variant draws anything; an optional layer may be left out.</summary>
    public bool IsDrawn(int variant) => Variants[variant] != None;
}

/// <summary>A drawing in an icon's stack.</summary>
/// <param name="Layer">Whose it is and with which it moves.</param>
/// <param name="Id">Of the drawing; the same number, the same drawing.</param>
public readonly record struct ArtPiece(int Layer, int Id);

/// <summary>Which variant an icon has of each layer, from 0.</summary>
public sealed record Combination(EquatableList<int> Variants)
{
    /// <summary>The variant of a layer, from 0.</summary>
    public int this[int layer] => Variants[layer];
}

/// <summary>Where an icon's parts lie: how far each is moved from its place.</summary>
/// <param name="Moves">One for each layer.</param>
public sealed record ArtLayout(EquatableList<PartMove> Moves)
{
    /// <summary>How a layer's part is moved from its place.</summary>
    public PartMove this[int layer] => Moves[layer];
}

/// <summary>A move to the right and down, 1/128 of the icon's side.</summary>
public readonly record struct PartMove(int X, int Y);
