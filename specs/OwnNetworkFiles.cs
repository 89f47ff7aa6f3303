using System.Security.Cryptography;

namespace IconDiffusion.Specs;

/// <summary>The two files of a user's own feature network: <c>mine.onnx</c>, and <c>mine.json</c> beside it that states what it takes.</summary>
public static class OwnNetworkFiles
{
    /// <summary>The JSON file beside an ONNX file.</summary>
    public static string Beside(string path) => Path.ChangeExtension(path, ".json");

    /// <summary>One of the two.</summary>
    /// <param name="file">Which.</param>
    /// <param name="path">The ONNX file.</param>
    /// <exception cref="ExperimentException">It is not there.</exception>
    public static byte[] Read(string file, string path) => File.Exists(file) ? File.ReadAllBytes(file)
        : throw new ExperimentException(file == path
            ? $"There is no feature network '{path}'; wanted an ONNX file."
            : $"'{path}' has no '{Path.GetFileName(file)}' beside it; wanted one that states input, output, size, mean, std, channels, layout and featureCount.");

    /// <summary>SHA-256 over the network and what is stated of it.</summary>
    /// <exception cref="ExperimentException">One of the two files is not there.</exception>
    public static string HashOf(string path)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in new[] { path, Beside(path) })
            hash.AppendData(SHA256.HashData(Read(file, path)));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
