using IconDiffusion.Data;
using IconDiffusion.Data.Layered;
using IconDiffusion.Imaging;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Evaluation.Parts;

/// <summary>
/// What generated icons are made of where the training set is one of layered faces: copies of a combination of parts, known parts put
/// together anew, or parts that no variant explains.
/// </summary>
/// <remarks>
/// All eight layers can be told apart from 32 px on, where the smallest part, the nose, covers some ten pixels. Smaller icons are scored
/// too, but eyes, noses and mouths run into one another there. What counts as recognised is in <see cref="PartJudge"/>.
/// </remarks>
public static class Recombination
{
    private static readonly FaceLayer[] Layers = Enum.GetValues<FaceLayer>();

    /// <param name="spec">Of the training set.</param>
    /// <param name="training">Its icons; their names say their parts.</param>
    /// <param name="generated">Each is judged alone, so that neither order nor number nor threads change what is said of it.</param>
    /// <param name="settings">Of the intervals; null: the defaults.</param>
    /// <exception cref="ArgumentException">The generated icons have another size than the spec's.</exception>
    /// <exception cref="DatasetException">A training icon's name is not that of a layered face.</exception>
    public static RecombinationReport Score(
        LayeredSpec spec, IconDataset training, IconPixels generated, CancellationToken cancellation, NoveltySettings? settings = null)
    {
        if (generated.ImageSize != spec.ImageSize)
            throw new ArgumentException($"The generated icons are {generated.ImageSize}×{generated.ImageSize}; the training icons are {spec.ImageSize}×{spec.ImageSize}.", nameof(generated));
        List<FaceCombination> trained = [.. training.Names.Select(FaceCombination.Parse)];
        var layouts = Layouts(spec, training);
        var firstOf = trained.Select((combination, i) => (combination, i)).DistinctBy(each => each.combination).ToDictionary(each => each.combination, each => each.i);

        var scorer = new IconTaker(spec);
        var taken = new TakenIcon[generated.Count];
        Parallel.For(0, generated.Count, new ParallelOptions { CancellationToken = cancellation }, i => taken[i] = scorer.Take(generated[i]));
        IconParts[] icons = [.. taken.Select((icon, i) => Describe(i, icon, spec, firstOf))];
        return new()
        {
            Count = icons.Length,
            TrainingCount = training.Count,
            Figures = [.. new RecombinationFigures(spec, taken, icons, trained, layouts, settings ?? new()).All()],
            Layers = [.. Layers.Select(layer => Recognition(layer, spec, taken, trained))],
            Icons = [.. icons],
        };
    }

    private static IconParts Describe(int number, TakenIcon icon, LayeredSpec spec, Dictionary<FaceCombination, int> firstOf)
    {
        var perUnit = spec.ImageSize / (double)FaceParts.Units;
        var parts = Layers.Select(layer =>
        {
            var part = icon.Parts[(int)layer];
            return new PartMatch(LayeredParts.NameOf(layer), part.IsRecognised ? FaceParts.Variant(layer, part.Variant).Name : null,
                part.Distance, part.Move.X * perUnit, part.Move.Y * perUnit);
        });
        int? source = icon.IsRecognised && firstOf.TryGetValue(icon.Nearest, out var first) ? first : null;
        var kind = !icon.IsRecognised ? RecombinationClass.Unexplained : source is null ? RecombinationClass.Recombination : RecombinationClass.Copy;
        return new(number, kind, [.. parts], source);
    }

    private static LayerRecognition Recognition(FaceLayer layer, LayeredSpec spec, TakenIcon[] icons, List<FaceCombination> trained)
    {
        List<PartFinding> parts = [.. icons.Select(icon => icon.Parts[(int)layer]).Where(part => part.IsRecognised)];
        return new(LayeredParts.NameOf(layer), icons.Length == 0 ? 0 : (double)parts.Count / icons.Length,
            [.. Enumerable.Range(0, spec.Variants).Select(variant => new VariantCount(
                FaceParts.Variant(layer, variant).Name, parts.Count(part => part.Variant == variant), trained.Count(face => face[layer] == variant)))]);
    }

    // The layout of each training icon: the spec draws it again.
    private static FaceLayout[] Layouts(LayeredSpec spec, IconDataset training)
    {
        var wanted = training.Names.Select(name => FaceCombination.Parse(name).Name).ToHashSet();
        var found = new Dictionary<string, FaceLayout>();
        foreach (var face in LayeredFaces.Faces(spec))
        {
            if (wanted.Contains(face.Combination.Name)) found[face.Combination.Name] = face.Layout;
            if (found.Count == wanted.Count) break;
        }
        return [.. training.Names.Select(name => found[FaceCombination.Parse(name).Name])];
    }
}
