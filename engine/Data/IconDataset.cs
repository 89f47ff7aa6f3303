using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using IconDiffusion.Imaging;
using IconDiffusion.Specs;

namespace IconDiffusion.Data;

/// <summary>The icons that are trained on and measured against, in a fixed order: uint8 [Count, ImageSize, ImageSize, 3], sRGB 0…255.</summary>
public sealed class IconDataset
{
    /// <param name="names">One per icon: file names relative to the folder, or the emoji's names.</param>
    /// <param name="pixels">Taken over, not copied.</param>
    /// <param name="heldOut">Icons set aside; null: none.</param>
    /// <param name="consent">Null: the source's own terms, if it has some.</param>
    /// <param name="tags">Of <paramref name="names"/>; null where the spec asks for none.</param>
    /// <exception cref="DatasetException">An array does not fit names and size, there are fewer than 2 icons, or the tags are not those that the spec asks for.</exception>
    public IconDataset(DatasetSpec spec, EquatableList<string> names, byte[] pixels, HeldOutIcons? heldOut = null, Consent? consent = null, IconTags? tags = null)
    {
        if (names.Count < 2)
            throw new DatasetException($"The dataset has {names.Count} icon(s); training and FID need at least 2.");
        if (spec.Tags != tags is not null || tags?.Icons.Count is { } tagged && tagged != names.Count)
            throw new DatasetException($"The dataset has tags of {tags?.Icons.Count ?? 0} icons; wanted those of {(spec.Tags ? names.Count : 0)}.");
        (Spec, Names, Pixels, HeldOut, Tags) = (spec, names, pixels, heldOut ?? HeldOutIcons.None, tags);
        Consent = consent ?? SourceLicences.Of(spec);
        ThrowUnlessFits(names.Count, pixels);
        ThrowUnlessFits(HeldOut.Count, HeldOut.Pixels);
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
        return new(
            spec, [.. all.Select(each => each.Name)], PackPixels(spec, all), new([.. heldOut.Select(each => each.Name)], PackPixels(spec, heldOut)), consent,
            spec.Tags ? IconTags.Of(all.Select(each => each.Tags)) : null);
    }

    private static byte[] PackPixels(DatasetSpec spec, IReadOnlyList<NamedIcon> icons)
    {
        using var pixels = new MemoryStream();
        foreach (var (name, icon) in icons)
        {
            if (icon.Width != spec.ImageSize || icon.Height != spec.ImageSize)
                throw new DatasetException($"'{name}' is {icon.Width}×{icon.Height}; wanted {spec.ImageSize}×{spec.ImageSize}.");
            pixels.Write(icon.Pixels);
        }
        return pixels.ToArray();
    }

    public DatasetSpec Spec { get; }

    public EquatableList<string> Names { get; }

    /// <summary>[Count, ImageSize, ImageSize, 3], packed.</summary>
    public byte[] Pixels { get; }

    /// <summary>Icons of the same source that are not trained on.</summary>
    public HeldOutIcons HeldOut { get; }

    /// <summary>What is known of the training icons; null: the spec asks for no tags.</summary>
    public IconTags? Tags { get; }

    /// <summary>What the icons' maker allows; null: nobody said. No part of the fingerprint, as it can be renewed or revoked.</summary>
    public Consent? Consent { get; }

    public int Count => Names.Count;

    /// <summary>Side in pixels.</summary>
    public int ImageSize => Spec.ImageSize;

    /// <summary>Whether training mirrors half of the icons it shows.</summary>
    public bool HorizontalFlip => Spec.HorizontalFlip;

    /// <summary>
    /// SHA-256, lower-case hex, over every pixel in order and the settings: source, image size, count, flips, background, held-out icons, tags if there are.
    /// Names and folder are left out, so that a copy of the data elsewhere is the same data.
    /// </summary>
    public string Fingerprint { get; }

    /// <summary>Icon <paramref name="index"/> as a copy.</summary>
    public Image this[int index] => new(ImageSize, ImageSize, Pixels.AsSpan(index * IconBytes, IconBytes).ToArray());

    private int IconBytes => ImageSize * ImageSize * 3;

    private void ThrowUnlessFits(int count, byte[] pixels)
    {
        var wanted = (long)count * ImageSize * ImageSize * 3;
        if (pixels.LongLength != wanted)
            throw new DatasetException($"The dataset has {pixels.LongLength} bytes; {count} RGB icons of {ImageSize}×{ImageSize} need {wanted}.");
    }

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
        hash.AppendData(Pixels);
        if (HeldOut.Count > 0)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"heldOut={HeldOut.Count}\n"));
            hash.AppendData(HeldOut.Pixels);
        }
        if (Tags is not null)
            hash.AppendData(Encoding.UTF8.GetBytes($"tags={JsonSerializer.Serialize(Tags, SpecJson.Compact)}\n"));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}

/// <summary>Icons of a data set's source that are set aside: uint8 [Count, ImageSize, ImageSize, 3], sRGB 0…255.</summary>
/// <param name="Names">One per icon.</param>
/// <param name="Pixels">Packed.</param>
public sealed record HeldOutIcons(EquatableList<string> Names, byte[] Pixels)
{
    public static HeldOutIcons None { get; } = new([], []);

    public int Count => Names.Count;
}
