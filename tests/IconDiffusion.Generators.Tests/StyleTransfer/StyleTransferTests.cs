using IconDiffusion.Generators.Diffusion;
using IconDiffusion.Generators.Methods;
using IconDiffusion.Generators.Models;
using IconDiffusion.Generators.Sampling;
using IconDiffusion.Generators.StyleTransfer;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Tests.StyleTransfer;

[Collection(nameof(TrainingCollection))]
public sealed class StyleTransferTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly RunSpec _spec = TinyRun.Spec("style-transfer", 4);

    public void Dispose() => _folder.Dispose();

    [Fact]
    [Trait("Speed", "Slow")]
    public void Training_LooksAtEveryIconOnce_AndKeepsTheMean()
    {
        // Ten icons in batches of four: the third step has two new ones, the fourth none.
        TinyRun.Train(Run(), _spec);

        using var network = StyleNetwork.Open(StyleNetworkKind.Resnet18Imagenet, new DataFolder("none"), CPU, ScalarType.Float64);
        using var kept = StyleStatistics.Read(Run(), network.Size.Layers);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var icons = TinyRun.Icons(_spec.Dataset);
        var grams = Enumerable.Range(0, icons.Count).Select(i => network.See(Pixels(icons[i]).to(ScalarType.Float64)).Style.Select(layer => StyleLoss.Gram(layer)[0]).ToArray()).ToArray();
        // Float32's rounding, in sums over some thousand positions. Nothing is mirrored here, so every icon is as it was.
        foreach (var (layer, gram) in kept.Grams.Index())
            Near.Equal(stack(grams.Select(each => each[layer])).mean([0L]), gram, 1e-5, network.Size.Layers[layer].Name);
        Assert.Equal(TinyRun.Content.Training.Pixels.Data.ToArray(), kept.Content.contiguous().data<byte>().ToArray());
    }

    [Fact]
    public void EveryContentIconIsTakenOnce_ThenAllAnewInAnotherOrder()
    {
        int[] drawn = [.. Enumerable.Range(0, 30).Select(icon => StyleStatistics.ContentOf(3407, icon, 10))];

        Assert.All(drawn.Chunk(10), round => Assert.Equal(Enumerable.Range(0, 10), round.Order()));
        Assert.NotEqual(drawn[..10], drawn[10..20]);
        Assert.NotEqual(drawn, Enumerable.Range(0, 30).Select(icon => StyleStatistics.ContentOf(3408, icon, 10)));
    }

    [Fact]
    public void AnIconHasLessLossThanItsContent_IsAnotherInTheNextRound_AndFilmsBeginAndEndWithIcons()
    {
        TinyRun.Train(Run(), _spec);
        using var icons = (StyleTransferIcons)MethodTable.Of(_spec.Model).Open(Run(), _spec, CPU);
        using var network = StyleNetwork.Open(StyleNetworkKind.Resnet18Imagenet, new DataFolder("none"), CPU);
        using var kept = StyleStatistics.Read(Run(), network.Size.Layers);
        using var scope = NewDisposeScope();
        var again = Enumerable.Range(10, 10).First(icon => StyleStatistics.ContentOf(_spec.Seed, icon, 10) == StyleStatistics.ContentOf(_spec.Seed, 0, 10));

        var (first, later) = (icons.Draw(0, 1, null, default), icons.Draw(again, 1, null, default));

        var content = icons.Content(0).unsqueeze(0);
        Assert.True(Near.SameBits(icons.Content(again), icons.Content(0)));
        Assert.True(Loss(first) < 0.9 * Loss(content), $"{Loss(first)} after {Loss(content)}");
        Assert.False(Near.SameBits(first, later));
        var film = icons.DrawBetween([new(0, again, 0), new(0, again, 0.5), new(again, 0, 1)], default);
        Assert.True(Near.SameBits(first[0], film[0]) && Near.SameBits(first[0], film[2]));
        Assert.False(Near.SameBits(film[0], film[1]));

        double Loss(Tensor icon) => StyleLoss.Of(network, (StyleTransferSpec)_spec.Model, icon, network.See(content).Content, kept.Grams).item<float>();
    }

    private static Tensor Pixels(Imaging.Image icon) => PixelRange.ToModel(tensor(icon.Pixels).reshape(1, icon.Height, icon.Width, 3).permute(0, 3, 1, 2));

    private RunFolder Run() => new(_folder["run"]);
}
