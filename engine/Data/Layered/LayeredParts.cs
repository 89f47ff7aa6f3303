using System.Text.Json;
using IconDiffusion.Imaging;
using IconDiffusion.Specs;

namespace IconDiffusion.Data.Layered;

/// <summary>Writes the parts of layered faces, so that others can check what was found in generated icons.</summary>
public static class LayeredParts
{
    /// <summary>
    /// Writes for each icon of the data set, those held out included, <c>ICON/LAYER.png</c> (the part alone, RGBA) and
    /// <c>ICON/LAYER-mask.png</c> (grey: how much of each pixel shows it), and <c>parts.json</c> with the variants and the layout.
    /// </summary>
    /// <param name="folder">Made where it is missing.</param>
    /// <param name="dataset">Of layered faces.</param>
    public static void Write(string folder, LayeredSpec spec, IconDataset dataset)
    {
        var pool = LayeredFaces.Faces(spec).Take(dataset.Count + dataset.HeldOut.Count).ToDictionary(face => face.Combination.Name);
        var digits = (dataset.Count - 1).ToString().Length;
        List<Entry> entries =
        [
            .. dataset.Names.Where(pool.ContainsKey).Select((name, i) => new Entry($"{i.ToString().PadLeft(digits, '0')}", pool[name])),
            .. dataset.HeldOut.Names.Select((name, i) => new Entry($"held-out-{i.ToString().PadLeft(digits, '0')}", pool[name])),
        ];
        entries.AsParallel().ForAll(entry => WriteLayers(Path.Combine(folder, entry.Icon), entry.Face));
        AtomicFile.WriteAllBytes(Path.Combine(folder, "parts.json"), JsonSerializer.SerializeToUtf8Bytes(
            new { LayoutUnit = $"1/{FaceParts.Units} of the icon's side, to the right and down", Icons = entries.Select(Describe) },
            SpecJson.Indented));
    }

    private static void WriteLayers(string folder, LayeredFace face)
    {
        foreach (var layer in Enum.GetValues<FaceLayer>())
        {
            var name = NameOf(layer);
            AtomicFile.WriteAllBytes(Path.Combine(folder, $"{name}.png"), ImageFile.EncodePng(face.Layer(layer)));
            var mask = face.VisibleMask(layer);
            ImageFile.SavePng(Path.Combine(folder, $"{name}-mask.png"), new(face.Icon.Width, face.Icon.Height, [.. mask.SelectMany(value => (byte[])[value, value, value])]));
        }
    }

    private static object Describe(Entry entry) => new
    {
        entry.Icon,
        entry.Face.Combination.Name,
        Parts = Enum.GetValues<FaceLayer>().Select(layer => new
        {
            Layer = NameOf(layer),
            Variant = FaceCombination.VariantNames(layer)[entry.Face.Combination[layer]],
            entry.Face.Layout[layer].X,
            entry.Face.Layout[layer].Y,
        }),
    };

    /// <summary>What reports and files call a layer.</summary>
    public static string NameOf(FaceLayer layer) => layer.ToString().ToLowerInvariant();

    private sealed record Entry(string Icon, LayeredFace Face);
}
