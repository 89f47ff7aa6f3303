using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Torch.Tests;

public sealed class JitTests
{
    private static string Network
    {
        get
        {
            for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
                if (Path.Combine(folder.FullName, "tests", "golden", "novelty", "descriptor.torchscript.pt") is var path && File.Exists(path))
                    return path;
            throw new FileNotFoundException($"No tests/golden/novelty/descriptor.torchscript.pt above {AppContext.BaseDirectory}.");
        }
    }

    [Fact]
    public void ASavedNetwork_RunsInEvaluationMode()
    {
        using var network = jit.load<Tensor, Tensor>(Network);
        var x = ones(1, 3, 64, 64);

        // Saved in training mode, where batch statistics would depend on the other picture.
        var alone = network.call(x);
        var beside = network.call(cat([x, zeros(1, 3, 64, 64)]));
        Assert.Equal([1, 6], alone.shape);
        Assert.Equal(0, (alone - beside.slice(0, 0, 1, 1)).abs().max().item<float>(), 1e-6);
    }

    [Fact]
    public void AWrongInput_NamesItsShape()
    {
        using var network = jit.load<Tensor, Tensor>(Network);

        Assert.StartsWith("forward(float32 [2, 3]): ", Assert.Throws<TorchException>(() => network.call(zeros(2, 3))).Message);
    }

    [Fact]
    public void AMissingFile_IsNamed() =>
        Assert.Contains("'nowhere.pt'", Assert.Throws<FileNotFoundException>(() => jit.load<Tensor, Tensor>("nowhere.pt")).Message);

    [Fact]
    public void AFileOfSomethingElse_IsNamed()
    {
        var path = Path.ChangeExtension(Network, ".json").Replace("descriptor.torchscript", "descriptor");

        Assert.StartsWith($"jit.load('{path}'): ", Assert.Throws<TorchException>(() => jit.load<Tensor, Tensor>(path)).Message);
    }
}
