using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using IconDiffusion.Imaging;
using IconDiffusion.Specs;

namespace IconDiffusion.Data;

/// <summary>The icons that are trained on and measured against, in a fixed order: uint8 [Count, ImageSize, ImageSize, 3], sRGB 0…255.</summary>
public sealed class IconDataset
{
    /// <param name="training">At least 2.</param>
    /// <param name="heldOut">Icons set aside; null: none.</param>
    /// <param name="consent">Null: the source's own terms, if it has some.</param>
    /// <param name="tags">Of <paramref name="training"/>; null where the spec asks for none.</param>
    /// <exception cref="DatasetException">A set is of another size than the spec's, there are fewer than 2 icons, or the tags are not those that the spec asks for.</exception>
    public IconDataset(DatasetSpec spec, IconSet training, IconSet? heldOut = null, Consent? consent = null, IconTags? tags = null)
    {
        if (training.Count < 2)
            throw new DatasetException($"The dataset has {training.Count} icon(s); training and FID need at least 2.");
        if (spec.Tags != tags is not null || tags?.Icons.Count is { } tagged && tagged != training.Count)
            throw new DatasetException($"The dataset has tags of {tags?.Icons.Count ?? 0} icons; wanted those of {(spec.Tags ? training.Count : 0)}.");
        foreach (var set in new[] { training, heldOut })
            if (set is not null && set.Pixels.ImageSize != spec.ImageSize)
                throw new DatasetException($"The dataset's icons are {set.Pixels.ImageSize}×{set.Pixels.ImageSize}; wanted {spec.ImageSize}×{spec.ImageSize}.");
        (Spec, Training, HeldOut, Tags) = (spec, training, heldOut is { Count: > 0 } ? heldOut : null, tags);
        Consent = consent ?? SourceLicences.Of(spec);
        Fingerprint = ComputeFingerprint();
    }

    /// <summary>Packs icons of [ImageSize, ImageSize, 3] in the order given, less those that the spec sets aside, repeated as it says.</summary>
    /// <exception cref="DatasetException">Fewer than 2 icons are left to train on, or one is of another size.</exception>
    public static IconDataset Pack(DatasetSpec spec, IReadOnlyList<NamedIcon> icons, Consent? consent = null)
    {
        var (training, heldOut) = HeldOutSplit.Of(spec, icons);
        var repeated = spec.Repeat is { } repeat
            ? Enumerable.Range(2, repeat.Times - 1).SelectMany(time => training.Take(repeat.Icons).Select(icon => icon with { Name = $"{icon.Name} ({time})" }))
            : [];
        IReadOnlyList<NamedIcon> all = [.. training, .. repeated];
        return new(spec, Packed(spec, all), Packed(spec, heldOut), consent, spec.Tags ? IconTags.Of(all.Select(each => each.Tags), heldOut.Select(each => each.Tags)) : null);
    }

    /// <summary>The same icons at a smaller size, in the same order, held-out ones too.</summary>
    /// <param name="size">Side in pixels.</param>
    public IconDataset Reduced(int size)
    {
        return new(Spec with { ImageSize = size }, Smaller(Training), HeldOut is null ? null : Smaller(HeldOut), Consent, Tags);

        IconSet Smaller(IconSet icons) => new(icons.Names, new(Enumerable.Range(0, icons.Count).SelectMany(i => Resize.To(icons.Pixels.ToImage(i), size, size).Pixels).ToArray(), size));
    }

    private static IconSet Packed(DatasetSpec spec, IReadOnlyList<NamedIcon> icons)
    {
        using var pixels = new MemoryStream();
        foreach (var (name, icon) in icons)
        {
            if (icon.Width != spec.ImageSize || icon.Height != spec.ImageSize)
                throw new DatasetException($"'{name}' is {icon.Width}×{icon.Height}; wanted {spec.ImageSize}×{spec.ImageSize}.");
            pixels.Write(icon.Pixels);
        }
        return new([.. icons.Select(icon => icon.Name)], new(pixels.ToArray(), spec.ImageSize));
    }

    /// <summary>What the data set was asked to be.</summary>
    public DatasetSpec Spec { get; }

    /// <summary>The icons that are trained on.</summary>
    public IconSet Training { get; }

    /// <summary>Icons of the same source that are not trained on; null: none.</summary>
    public IconSet? HeldOut { get; }

    /// <summary>What is known of the training icons; null: the spec asks for no tags.</summary>
    public IconTags? Tags { get; }

    /// <summary>What the icons' maker allows; null: nobody said. No part of the fingerprint, as it can be renewed or revoked.</summary>
    public Consent? Consent { get; }

    /// <summary>Training icons.</summary>
    public int Count => Training.Count;

    /// <summary>Side in pixels.</summary>
    public int ImageSize => Spec.ImageSize;

    /// <summary>Whether training mirrors half of the icons it shows.</summary>
    public bool HorizontalFlip => Spec.HorizontalFlip;

    /// <summary>
    /// SHA-256, lower-case hex, over every pixel in order and the settings: source, image size, count, flips, background, held-out icons, training icons' tags if there are.
    /// Names and folder are left out, so that a copy of the data elsewhere is the same data.
    /// </summary>
    public string Fingerprint { get; }

    /// <summary>Training icon <paramref name="index"/> as a copy.</summary>
    public Image this[int index] => Training.Pixels.ToImage(index);

    private string ComputeFingerprint()
    {
        var source = Spec switch
        {
            NotoFacesSpec => "noto-faces",
            OpenMojiFacesSpec => "openmoji-faces",
            TwemojiFacesSpec => "twemoji-faces",
            LayeredSpec => "layered",
            DiceBearSpec style => $"dicebear-{style.Style}",
            FolderSpec => "folder",
            _ => throw new DatasetException($"{Spec.GetType().Name} is not a known source of icons."),
        };
        var settings = $"icon-dataset 1\nsource={source}\nimageSize={ImageSize}\ncount={Count}\nhorizontalFlip={HorizontalFlip}\nbackground={Rgb.Parse(Spec.Background)}\n";
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(settings));
        hash.AppendData(Training.Pixels.Data.Span);
        if (HeldOut is not null)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"heldOut={HeldOut.Count}\n"));
            hash.AppendData(HeldOut.Pixels.Data.Span);
        }
        if (Tags is not null)
            hash.AppendData(Encoding.UTF8.GetBytes($"tags={JsonSerializer.Serialize(Tags with { HeldOut = null }, SpecJson.Compact)}\n"));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
