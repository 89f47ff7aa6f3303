using System.Security.Cryptography;
using IconDiffusion.Kernels;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Runs;

/// <summary>Tensors in safetensors files, hashed on their way to the disk.</summary>
internal static class TensorFile
{
    /// <summary>Writes them to <paramref name="stream"/>, which stays open.</summary>
    /// <returns>SHA-256 of the bytes written, lower-case hexadecimal. Equal tensors and metadata give equal bytes.</returns>
    public static string Write(Stream stream, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        using var sha = SHA256.Create();
        using (var hashing = new CryptoStream(stream, sha, CryptoStreamMode.Write, leaveOpen: true))
            Safetensors.Write(hashing, tensors, metadata);
        return Convert.ToHexStringLower(sha.Hash!);
    }

    /// <summary>Copies a file's tensors into <paramref name="tensors"/>, whose names, types and shapes must be the file's: all of them or none.</summary>
    /// <exception cref="InvalidDataException">They are not, or the file is damaged.</exception>
    public static void Read(string file, IReadOnlyDictionary<string, Tensor> tensors)
    {
        using var stream = File.OpenRead(file);
        Safetensors.ReadInto(stream, tensors);
    }
}
