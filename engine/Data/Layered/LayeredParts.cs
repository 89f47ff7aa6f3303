using System.Text.Json;
using IconDiffusion.Imaging;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Data.Layered;

/// <summary>Writes the parts of layered icons, so that others can check what was found in generated icons.</summary>
public static class LayeredParts
{
    /// <summary>
    /// Writes for each icon of the data set, those held out included, <c>ICON/LAYER.png</c> (the part alone, RGBA) and
    /// <c>ICON/LAYER-mask.png</c> (grey: how much of each pixel shows it), and <c>parts.json</c> with the variants and the layout.
    /// </summary>
    /// <param name="folder">Made where it is missing.</param>
    /// <param name="dataset">Of the spec's icons.</param>
    /// <exception cref="DatasetException">As for <see cref="LayeredSource.Open"/>.</exception>
    public static void Write(string folder, LayeredArtSpec spec, IconDataset dataset, InstalledPackages packages)
    {
        var art = LayeredSource.Open(spec, packages);
        var pool = LayeredSource.Icons(spec, art).Take(dataset.Count + (dataset.HeldOut?.Count ?? 0)).ToDictionary(icon => icon.Name);
        var digits = (dataset.Count - 1).ToString().Length;
        List<Entry> entries =
        [
            .. dataset.Training.Names.Where(pool.ContainsKey).Select((name, i) => new Entry($"{i.ToString().PadLeft(digits, '0')}", pool[name])),
            .. (dataset.HeldOut?.Names ?? []).Select((name, i) => new Entry($"held-out-{i.ToString().PadLeft(digits, '0')}", pool[name])),
        ];
        entries.AsParallel().ForAll(entry => WriteLayers(Path.Combine(folder, entry.Name), art, entry.Icon));
        AtomicFile.WriteAllBytes(Path.Combine(folder, "parts.json"), JsonSerializer.SerializeToUtf8Bytes(
            new { LayoutUnit = $"1/{LayeredArt.Units} of the icon's side, to the right and down", Icons = entries.Select(entry => Describe(art, entry)) },
            SpecJson.Indented));
    }

    private static void WriteLayers(string folder, LayeredArt art, LayeredIcon icon)
    {
        foreach (var (number, layer) in art.Layers.Index())
        {
            AtomicFile.WriteAllBytes(Path.Combine(folder, $"{layer.Name}.png"), ImageFile.EncodePng(icon.Layer(number)));
            var mask = icon.VisibleMask(number);
            ImageFile.SavePng(Path.Combine(folder, $"{layer.Name}-mask.png"), new(art.Size, art.Size, [.. mask.SelectMany(value => (byte[])[value, value, value])]));
        }
    }

    private static object Describe(LayeredArt art, Entry entry) => new
    {
        Icon = entry.Name,
        entry.Icon.Name,
        Parts = art.Layers.Select((layer, number) => new
        {
            Layer = layer.Name,
            Variant = layer.Variants[entry.Icon.Combination[number]],
            entry.Icon.Layout[number].X,
            entry.Icon.Layout[number].Y,
        }),
    };

    private sealed record Entry(string Name, LayeredIcon Icon);
}
