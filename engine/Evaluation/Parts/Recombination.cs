using IconDiffusion.Data;
using IconDiffusion.Data.Layered;
using IconDiffusion.Imaging;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Evaluation.Parts;

/// <summary>
/// What generated icons are made of where the training set is one of layered art: copies of a combination of parts, known parts put
/// together anew, or parts that no variant explains.
/// </summary>
/// <remarks>
/// Of our own faces all eight layers can be told apart from 32 px on, where the smallest part, the nose, covers some ten pixels. Smaller
/// icons are scored too, but eyes, noses and mouths run into one another there. What counts as recognised is in <see cref="PartJudge"/>.
/// Variants that look the same in an icon, since others hide them, are one.
/// </remarks>
public static class Recombination
{
    /// <param name="spec">Of the training set.</param>
    /// <param name="training">Its icons; their names say their parts.</param>
    /// <param name="generated">Each is judged alone, so that neither order nor number nor threads change what is said of it.</param>
    /// <param name="packages">What the spec's art may be drawn from.</param>
    /// <param name="settings">Of the intervals; null: the defaults.</param>
    /// <param name="asked">The tags that an icon was drawn with, by its number; null: they were drawn with none.</param>
    /// <exception cref="ArgumentException">The generated icons have another size than the spec's.</exception>
    /// <exception cref="DatasetException">The art cannot be had, see <see cref="LayeredSource.Open"/>, or a training icon's name is not one of its icons'.</exception>
    public static RecombinationReport Score(
        LayeredArtSpec spec, InstalledPackages packages, IconSet training, IconPixels generated, CancellationToken cancellation, NoveltySettings? settings = null,
        Func<int, IReadOnlyList<string>>? asked = null)
    {
        if (generated.ImageSize != spec.ImageSize)
            throw new ArgumentException($"The generated icons are {generated.ImageSize}×{generated.ImageSize}; the training icons are {spec.ImageSize}×{spec.ImageSize}.", nameof(generated));
        var art = LayeredSource.Open(spec, packages);
        List<Combination> trained = [.. training.Names.Select(art.Parse)];
        var layouts = Layouts(spec, art, training);

        var scorer = new IconTaker(art, spec.HorizontalFlip);
        var taken = Take(generated);
        IconParts[] icons = [.. taken.Select((icon, i) => Describe(i, icon, art, trained))];
        IEnumerable<Figure> told = asked is null ? [] : AskedParts.Figures(art, taken, asked, Take(training.Pixels), trained);
        return new()
        {
            Count = icons.Length,
            TrainingCount = training.Count,
            Figures = [.. new RecombinationFigures(art, taken, icons, trained, layouts, settings ?? new()).All(), .. told],
            Layers = [.. art.Layers.Select((_, layer) => Recognition(layer, art, taken, trained))],
            Icons = [.. icons],
        };

        TakenIcon[] Take(IconPixels icons)
        {
            var each = new TakenIcon[icons.Count];
            Parallel.For(0, icons.Count, new ParallelOptions { CancellationToken = cancellation }, i => each[i] = scorer.Take(icons[i]));
            return each;
        }
    }

    private static IconParts Describe(int number, TakenIcon icon, LayeredArt art, List<Combination> trained)
    {
        var perUnit = art.Size / (double)LayeredArt.Units;
        var parts = art.Layers.Zip(icon.Parts, (layer, part) => new PartMatch(
            layer.Name, part.IsRecognised ? layer.Variants[part.Variant] : null, part.Distance, part.Move.X * perUnit, part.Move.Y * perUnit));
        int? source = icon.IsRecognised && trained.FindIndex(icon.LooksLike) is >= 0 and var first ? first : null;
        var kind = !icon.IsRecognised ? RecombinationClass.Unexplained : source is null ? RecombinationClass.Recombination : RecombinationClass.Copy;
        return new(number, kind, [.. parts], source);
    }

    private static LayerRecognition Recognition(int layer, LayeredArt art, TakenIcon[] icons, List<Combination> trained)
    {
        List<PartFinding> parts = [.. icons.Select(icon => icon.Parts[layer]).Where(part => part.IsRecognised)];
        return new(art.Layers[layer].Name, icons.Length == 0 ? 0 : (double)parts.Count / icons.Length,
            [.. art.Layers[layer].Variants.Select((name, variant) => new VariantCount(
                name, parts.Count(part => part.Variant == variant), trained.Count(icon => icon[layer] == variant)))]);
    }

    // The layout of each training icon: the spec draws it again.
    private static ArtLayout[] Layouts(LayeredArtSpec spec, LayeredArt art, IconSet training)
    {
        var wanted = training.Names.Select(art.Parse).ToHashSet();
        var found = new Dictionary<Combination, ArtLayout>();
        foreach (var icon in LayeredSource.Icons(spec, art))
        {
            if (wanted.Contains(icon.Combination)) found[icon.Combination] = icon.Layout;
            if (found.Count == wanted.Count) break;
        }
        return [.. training.Names.Select(name => found[art.Parse(name)])];
    }
}
