using System.Security.Cryptography;

namespace IconDiffusion.Kernels;

/// <summary>
/// The ResNet-18 (He et al. 2015, arXiv:1512.03385) of NuGet's <c>Microsoft.ML.DnnImageFeaturizer.ResNet18</c>, an export of CNTK, up to its last pooling: two ONNX files that a build
/// puts beside the program.
/// </summary>
public static class ResNet18Files
{
    /// <summary>Side of the picture that the network sees, pixels.</summary>
    public const int InputSize = 224;

    /// <summary>The network: float32 [1,3,224,224] to [1,512,1,1], none below 0.</summary>
    public static ShippedFile Network { get; } = new("ResNet18.onnx", "e2552f19db2dfdb01b3669537b6a0f1b44da38d18279535492ed5dfc2ef1ff8f");

    /// <summary>Exchanges red and blue and takes the mean picture off: float32 [1,3,224,224], 0…255, to the same shape.</summary>
    public static ShippedFile Preprocess { get; } = new("ResNetPreprocess.onnx", "84bf8def78d0befaa3f6e73745d57d7016c6a192ead76f79686bd438c1047004");
}

/// <summary>A file that comes with the program.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Sha256">Lower-case hexadecimal.</param>
public sealed record ShippedFile(string Name, string Sha256)
{
    /// <summary>Its bytes.</summary>
    /// <param name="folder">Where it lies: the program's, when it was built.</param>
    /// <exception cref="FileNotFoundException">It is not there.</exception>
    /// <exception cref="InvalidDataException">It is another file, or a damaged one.</exception>
    public byte[] Read(string folder)
    {
        var path = Path.Combine(folder, Name);
        if (!File.Exists(path))
            throw new FileNotFoundException($"The feature network's file is not at '{path}', where a build puts it. Set the program up again.", path);
        var bytes = File.ReadAllBytes(path);
        return Convert.ToHexStringLower(SHA256.HashData(bytes)) is var hash && hash == Sha256 ? bytes
            : throw new InvalidDataException($"'{path}' has SHA-256 {hash}; the feature network's file has {Sha256}. It is another file or a damaged one; set the program up again.");
    }
}
