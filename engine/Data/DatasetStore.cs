using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Serialization;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Data;

/// <summary>
/// Prepared datasets in a folder, one file per fingerprint, so that a machine that only trains needs neither libvips nor the font nor the images.
/// </summary>
/// <remarks>
/// <c>&lt;fingerprint&gt;.icons</c>: the header's length (8 bytes, little endian), the header (JSON: spec, names, consent, tags), the pixels
/// of the training icons and of those held out (uint8 [count, imageSize, imageSize, 3]).
/// </remarks>
public sealed class DatasetStore(string folder)
{
    private const int MaxHeaderBytes = 64 << 20;

    /// <summary>Where the dataset of this fingerprint is or would be.</summary>
    /// <exception cref="DatasetException">Not 64 lower-case hexadecimal digits; so a fingerprint from outside cannot name another path.</exception>
    public string PathOf(string fingerprint)
    {
        if (fingerprint.Length != 64 || !fingerprint.All(char.IsAsciiHexDigitLower))
            throw new DatasetException($"'{fingerprint}' is not a dataset's fingerprint; wanted 64 lower-case hexadecimal digits.");
        return Path.Combine(folder, fingerprint + ".icons");
    }

    /// <summary>Whether a data set lies in the store. What lies there is checked only when it is read.</summary>
    public bool Contains(string fingerprint) => File.Exists(PathOf(fingerprint));

    /// <summary>Writes the dataset unless it is there already, under the same consent and with the same tags; returns its file.</summary>
    public string Save(IconDataset dataset)
    {
        var path = PathOf(dataset.Fingerprint);
        if (IsThere(dataset)) return path;
        var header = JsonSerializer.SerializeToUtf8Bytes(new Header(dataset.Spec, dataset.Training.Names, dataset.HeldOut?.Names ?? [], dataset.Consent, dataset.Tags), SpecJson.Compact);
        AtomicFile.Write(path, stream =>
        {
            Span<byte> length = stackalloc byte[sizeof(long)];
            BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
            stream.Write(length);
            stream.Write(header);
            stream.Write(dataset.Training.Pixels.Data.Span);
            if (dataset.HeldOut is { } heldOut) stream.Write(heldOut.Pixels.Data.Span);
        });
        return path;
    }

    // One that was prepared under other terms, without held-out icons' tags, or that is damaged, is written anew.
    private bool IsThere(IconDataset dataset)
    {
        if (!Contains(dataset.Fingerprint)) return false;
        try
        {
            var header = Read(PathOf(dataset.Fingerprint), ReadHeader);
            return (dataset.Consent is null || dataset.Consent == header.Terms) && dataset.Tags == header.Tags;
        }
        catch (DatasetException)
        {
            return false;
        }
    }

    /// <summary>Reads a dataset and verifies that its content has the fingerprint.</summary>
    /// <exception cref="DatasetException">It is not in the store, damaged, or not what its name says.</exception>
    public IconDataset Load(string fingerprint)
    {
        var path = PathOf(fingerprint);
        var dataset = Read(path, stream => ReadIcons(stream, ReadHeader(stream)));
        return dataset.Fingerprint == fingerprint
            ? dataset
            : throw new DatasetException($"'{path}' is damaged: its content has the fingerprint {dataset.Fingerprint}. Delete it and prepare the dataset again.");
    }

    /// <summary>The consent that a dataset came with, without reading its icons; null: none.</summary>
    /// <exception cref="DatasetException">The dataset is not in the store, or damaged.</exception>
    public Consent? ConsentOf(string fingerprint) => Read(PathOf(fingerprint), ReadHeader).Terms;

    /// <summary>The description that a dataset was prepared from, without reading its icons.</summary>
    /// <exception cref="DatasetException">The dataset is not in the store, or damaged.</exception>
    public DatasetSpec SpecOf(string fingerprint) => Read(PathOf(fingerprint), ReadHeader).Spec;

    private T Read<T>(string path, Func<FileStream, T> read)
    {
        if (!File.Exists(path)) throw new DatasetException($"The dataset {Path.GetFileNameWithoutExtension(path)} is not in '{folder}'.");
        try
        {
            using var stream = File.OpenRead(path);
            return read(stream);
        }
        catch (Exception error) when (error is IOException or JsonException or InvalidDataException or DatasetException or ArgumentException)
        {
            throw new DatasetException($"'{path}' is damaged: {error.Message} Delete it and prepare the dataset again.", error);
        }
    }

    private static Header ReadHeader(FileStream stream)
    {
        Span<byte> length = stackalloc byte[sizeof(long)];
        stream.ReadExactly(length);
        var headerBytes = BinaryPrimitives.ReadInt64LittleEndian(length);
        if (headerBytes is < 2 or > MaxHeaderBytes || headerBytes > stream.Length)
            throw new InvalidDataException($"Its header would have {headerBytes} bytes.");
        var json = new byte[headerBytes];
        stream.ReadExactly(json);
        return JsonSerializer.Deserialize<Header>(json, SpecJson.Compact) ?? throw new InvalidDataException("Its header is null.");
    }

    private static IconDataset ReadIcons(FileStream stream, Header header)
    {
        var heldOutNames = header.HeldOut ?? [];
        var heldOut = new byte[checked(heldOutNames.Count * header.Spec.ImageSize * header.Spec.ImageSize * 3)];
        var pixels = new byte[checked((int)Math.Max(0, stream.Length - stream.Position - heldOut.Length))];
        stream.ReadExactly(pixels);
        stream.ReadExactly(heldOut);
        var side = header.Spec.ImageSize;
        return new(header.Spec, new(header.Names, new(pixels, side)), new(heldOutNames, new(heldOut, side)), header.Consent, header.Tags);
    }

    private sealed record Header(
        DatasetSpec Spec, EquatableList<string> Names, EquatableList<string>? HeldOut = null, Consent? Consent = null,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IconTags? Tags = null)
    {
        /// <summary>What the icons' maker allows: the consent, else the source's own terms; null: nobody said.</summary>
        [JsonIgnore]
        public Consent? Terms => Consent ?? SourceLicences.Of(Spec);
    }
}
