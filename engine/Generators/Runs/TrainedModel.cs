using IconDiffusion.Generators.Adversarial;
using IconDiffusion.Generators.Models;
using IconDiffusion.Imaging;
using IconDiffusion.Specs;
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
            var hash = "";
            var metadata = new Dictionary<string, string> { ["format"] = "pt" };  // what other tools ask for
            AtomicFile.Write(folder.WeightsFile, stream => hash = TensorFile.Write(stream, network.state_dict(), metadata));
            return hash;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TrainingException($"Training has ended, but '{folder.WeightsFile}' could not be written: {e.Message} Start the run again to write it.", e);
        }
    }

    /// <summary>The network with the averaged weights of a run whose training has ended.</summary>
    /// <exception cref="FileNotFoundException">Training has not ended.</exception>
    /// <exception cref="InvalidDataException">The file is not one of such weights.</exception>
    public static Unet Load(RunFolder folder, DdpmSpec spec, Device device)
    {
        var model = new Unet(spec.Unet);
        Read(folder, model, device);
        return model;
    }

    /// <summary>The generator of a GAN's run whose training has ended.</summary>
    /// <exception cref="FileNotFoundException">Training has not ended.</exception>
    /// <exception cref="InvalidDataException">The file is not one of such weights.</exception>
    public static IIconGenerator LoadGenerator(RunFolder folder, GanSpec spec, int imageSize, Device device)
    {
        var generator = AdversarialMethods.CreateGenerator(spec, imageSize);
        Read(folder, generator.Network, device);
        return generator;
    }

    private static void Read(RunFolder folder, nn.Module network, Device device)
    {
        network.to(device);
        // Only now, as TorchSharp's scopes own the parameters that are made in them.
        using var scope = NewDisposeScope();
        TensorFile.Read(folder.WeightsFile, network.state_dict());
    }
}
