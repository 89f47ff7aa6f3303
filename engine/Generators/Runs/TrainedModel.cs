using IconDiffusion.Kernels;
using IconDiffusion.Specs.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Runs;

/// <summary>The outcome of training: <see cref="RunFolder.WeightsFile"/>, the averaged weights, or a GAN's generator, under the network's own names.</summary>
public static class TrainedModel
{
    /// <summary>Writes the file, atomically.</summary>
    /// <returns>Its SHA-256, lower-case hexadecimal: equal weights are equal files.</returns>
    /// <exception cref="TrainingException">It could not be written.</exception>
    public static string Save(RunFolder folder, nn.Module network)
    {
        try
        {
            return Write(folder.WeightsFile, network);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrainingException($"Training has ended, but '{folder.WeightsFile}' could not be written: {e.Message} Start the run again to write it.", e);
        }
    }

    /// <summary>Writes the weights to a file of their own, atomically.</summary>
    /// <returns>Its SHA-256, lower-case hexadecimal.</returns>
    /// <exception cref="IOException">It could not be written.</exception>
    public static string Write(string file, nn.Module network)
    {
        var hash = "";
        using var scope = NewDisposeScope();
        var metadata = new Dictionary<string, string> { ["format"] = "pt" };  // what other tools ask for
        AtomicFile.Write(file, stream => hash = TensorFile.Write(stream, network.state_dict(), metadata));
        return hash;
    }

    /// <summary>Gives a network the weights of a file of <see cref="Write"/>.</summary>
    /// <exception cref="InvalidDataException">The file is not one of such weights.</exception>
    public static void Read(string file, nn.Module network)
    {
        using var scope = NewDisposeScope();
        TensorFile.Read(file, network.state_dict());
    }

    /// <summary>Looks whether a file of <see cref="Write"/> fits a network, without reading its weights.</summary>
    /// <exception cref="InvalidDataException">It does not: the first tensor that differs is named, with its shape and the wanted one.</exception>
    public static void Match(string file, nn.Module network)
    {
        using var scope = NewDisposeScope();
        using var stream = File.OpenRead(file);
        Safetensors.Match(stream, network.state_dict());
    }

    /// <summary>Moves a network to the device and gives it the weights of a run whose training has ended.</summary>
    /// <exception cref="FileNotFoundException">Training has not ended.</exception>
    /// <exception cref="InvalidDataException">The file is not one of such weights.</exception>
    public static void Load(RunFolder folder, nn.Module network, Device device)
    {
        network.to(device);
        // Only now, as TorchSharp's scopes own the parameters that are made in them.
        using var scope = NewDisposeScope();
        TensorFile.Read(folder.WeightsFile, network.state_dict());
    }
}
