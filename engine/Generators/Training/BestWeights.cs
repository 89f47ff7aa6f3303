using System.Globalization;
using IconDiffusion.Generators.Runs;
using IconDiffusion.Specs.Files;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Training;

/// <summary>
/// The averaged weights of a run's best look so far, a file named by its step. The one that the newest checkpoint knows stays until a
/// checkpoint knows a better one, so that a run that is killed goes on with what it had.
/// </summary>
internal sealed class BestWeights(RunFolder folder)
{
    /// <summary>Removes those of later steps than training goes on from.</summary>
    public void Forget(long after)
    {
        foreach (var step in Steps().Where(step => step > after)) File.Delete(folder.BestFile(step));
    }

    /// <summary>Writes the present weights, and removes those that nothing goes back to.</summary>
    /// <param name="checkpoint">Step of the newest checkpoint.</param>
    /// <exception cref="IOException">They could not be written; those before are untouched.</exception>
    public void Keep(long step, nn.Module network, long checkpoint)
    {
        TrainedModel.Write(folder.BestFile(step), network);
        long?[] kept = [step, Steps().Where(each => each <= checkpoint).Select(each => (long?)each).Max()];
        foreach (var other in Steps().Where(each => !kept.Contains(each)).ToList()) File.Delete(folder.BestFile(other));
    }

    /// <summary>Gives a network the weights of the best look.</summary>
    /// <exception cref="IOException">They are not there, as the disk was full.</exception>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public void Restore(long step, nn.Module network) => TrainedModel.Read(folder.BestFile(step), network);

    private List<long> Steps() => !Directory.Exists(folder.Best) ? [] :
    [
        .. Directory.EnumerateFiles(folder.Best, "step-*.safetensors")
            .Select(file => long.Parse(Path.GetFileNameWithoutExtension(file).AsSpan("step-".Length), NumberStyles.None, CultureInfo.InvariantCulture)),
    ];
}
