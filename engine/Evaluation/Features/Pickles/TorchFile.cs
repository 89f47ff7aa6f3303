using System.Buffers.Binary;
using System.IO.Compression;
using System.Numerics;

namespace IconDiffusion.Evaluation.Features.Pickles;

/// <summary>
/// State dicts written by <c>torch.save</c>, in the format before PyTorch 1.6 (pickles one after another, then raw
/// storages) and the zip format since. Only what a state dict is made of is allowed; a file that names anything else,
/// such as <c>posix.system</c>, is refused and nothing of it is run.
/// Formats: torch/serialization.py, <c>_legacy_save</c> and <c>_save</c>.
/// </summary>
public static class TorchFile
{
    /// <summary>Largest file read, bytes; the Inception weights have 96 million.</summary>
    public const long MaxBytes = 1L << 30;

    private static readonly BigInteger LegacyMagic = BigInteger.Parse("119547037146038801333356");

    /// <summary>Tensors by name. Anything else at the top level, such as an epoch number, is left out.</summary>
    /// <exception cref="InvalidDataException">Not such a file, truncated, or not allowed; the message names the file.</exception>
    public static IReadOnlyDictionary<string, PickledTensor> Read(string path)
    {
        var length = new FileInfo(path).Length;
        if (length > MaxBytes) throw new InvalidDataException($"'{path}' has {length} bytes; at most {MaxBytes} are read.");
        try
        {
            return Read(File.ReadAllBytes(path));
        }
        catch (Exception error) when (error is InvalidDataException or EndOfStreamException)
        {
            throw new InvalidDataException($"'{path}' cannot be read as weights: {error.Message}", error);
        }
    }

    /// <summary>As <see cref="Read(string)"/>, from memory; tensors share <paramref name="file"/> where they can.</summary>
    public static IReadOnlyDictionary<string, PickledTensor> Read(byte[] file)
    {
        if (file.Length == 0) throw new InvalidDataException("The file is empty.");
        var root = file.AsSpan().StartsWith("PK\x03\x04"u8) ? ReadZip(file) : ReadLegacy(file);
        if (root is not Dictionary<object, object?> dictionary)
            throw new InvalidDataException("The file holds no dict of tensors.");
        var tensors = dictionary.Where(entry => entry is { Key: string, Value: StridedTensor })
            .ToDictionary(entry => (string)entry.Key, entry => (StridedTensor)entry.Value!);
        var budget = 4L * file.Length;  // strided views are copied; a file must not unfold into much more than itself
        return tensors.ToDictionary(entry => entry.Key, entry => entry.Value.Load(entry.Key, ref budget));
    }

    private static object? ReadZip(byte[] file)
    {
        using var archive = new ZipArchive(new MemoryStream(file, writable: false), ZipArchiveMode.Read);
        var pickle = archive.Entries.FirstOrDefault(entry => entry.FullName.EndsWith("/data.pkl", StringComparison.Ordinal))
            ?? throw new InvalidDataException("The zip file has no data.pkl, so torch.save did not write it.");
        var folder = pickle.FullName[..^"data.pkl".Length];
        if (archive.GetEntry(folder + "byteorder") is { } order && !Content(order).Span.SequenceEqual("little"u8))
            throw new InvalidDataException("The file was written on a big-endian machine.");

        var storages = new TorchStorages();
        var root = new PickleReader(Content(pickle), TorchGlobals.Resolve, storages.Load).Read();
        if (storages.All.Sum(storage => storage.Bytes) > file.Length)  // zip entries may overlap
            throw new InvalidDataException($"Its storages add up to more than its {file.Length} bytes.");
        foreach (var storage in storages.All)
        {
            storage.Data = Content(archive.GetEntry($"{folder}data/{storage.Key}") ?? throw new InvalidDataException($"The zip file has no storage '{storage.Key}'."));
            if (storage.Data.Length != storage.Bytes)
                throw new InvalidDataException($"Storage '{storage.Key}' has {storage.Data.Length} bytes; its pickle says {storage.Bytes}.");
        }
        return root;
    }

    // torch.save compresses nothing; an entry that unpacks to more than its bytes in the file is a trap.
    private static ReadOnlyMemory<byte> Content(ZipArchiveEntry entry)
    {
        if (entry.Length != entry.CompressedLength)
            throw new InvalidDataException($"The zip entry '{entry.FullName}' is compressed; torch.save stores plainly.");
        using var stream = entry.Open();
        var content = new byte[entry.Length];
        stream.ReadExactly(content);
        return content;
    }

    private static object? ReadLegacy(byte[] file)
    {
        var position = 0;
        var storages = new TorchStorages();
        if (Next() is not BigInteger magic || magic != LegacyMagic)
            throw new InvalidDataException("It is neither a zip file nor a file of torch.save: the magic number is missing.");
        if (Next() is not 1001L) throw new InvalidDataException("Its format version is not 1001.");
        if (Next() is not Dictionary<object, object?> system || system.GetValueOrDefault("little_endian") is not true)
            throw new InvalidDataException("The file was written on a big-endian machine.");
        var root = Next();
        if (Next() is not List<object?> keys) throw new InvalidDataException("Its list of storages is missing.");

        foreach (var key in keys)
        {
            var storage = storages.Get(key as string ?? throw new InvalidDataException("A storage's key is not text."));
            if (position + 8 > file.Length) throw Truncated(storage);
            var count = BinaryPrimitives.ReadInt64LittleEndian(file.AsSpan(position, 8));
            position += 8;
            if (count != storage.Count) throw new InvalidDataException($"Storage '{key}' has {count} elements; its pickle says {storage.Count}.");
            if (storage.Bytes > file.Length - position) throw Truncated(storage);
            storage.Data = file.AsMemory(position, (int)storage.Bytes);
            position += (int)storage.Bytes;
        }
        return root;

        object? Next()
        {
            var reader = new PickleReader(file.AsMemory(position), TorchGlobals.Resolve, storages.Load);
            var value = reader.Read();
            position += reader.Position;
            return value;
        }

        InvalidDataException Truncated(TorchStorage storage) =>
            new($"The file ends at byte {file.Length}, before the end of storage '{storage.Key}'.");
    }
}
