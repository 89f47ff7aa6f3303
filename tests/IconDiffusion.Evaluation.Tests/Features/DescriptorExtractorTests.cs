using IconDiffusion.Evaluation.Features;
using IconDiffusion.Imaging;
using static TorchSharp.torch;

namespace IconDiffusion.Evaluation.Tests.Features;

public sealed class DescriptorExtractorTests
{
    private static readonly string Network = Golden.PathOf("novelty", "descriptor.torchscript.pt");

    private static readonly Golden Recorded = Golden.Load("descriptor", "novelty");

    [Fact]
    public void Descriptors_AreThoseOfPython()
    {
        using var extractor = DescriptorExtractor.Open(Network, CPU);
        var pictures = new IconPixels(Recorded.Bytes("pictures"), 32);
        var described = extractor.Extract(pictures, default);

        // float32 through some hundred additions for each number.
        Near.Equal(Recorded.Tensor("vectors"), tensor(described.Values).reshape(2, 6), 1e-5);
        Assert.Equal($"descriptor.torchscript.pt {extractor.WeightsId[..8]}", extractor.Label);
    }

    [Fact]
    public void Descriptors_AreTheSame_ToTheLastBit_HoweverOftenAndInWhateverOrder()
    {
        using var extractor = DescriptorExtractor.Open(Network, CPU);
        var data = Recorded.Bytes("pictures");
        var first = extractor.Extract(new(data, 32), default);
        var swapped = extractor.Extract(new((byte[])[.. data[(data.Length / 2)..], .. data[..(data.Length / 2)]], 32), default);
        var again = extractor.Extract(new(data, 32), default);

        Assert.Equal(first.Values, again.Values);
        Assert.Equal(first.Values[..6], swapped.Values[6..]);
    }

    [Fact]
    public void AMissingFile_IsNamed()
    {
        var error = Assert.Throws<FileNotFoundException>(() => DescriptorExtractor.Open("nowhere.pt", CPU));

        Assert.Contains("'nowhere.pt'", error.Message);
    }

    [Fact]
    public void AFileOfSomethingElse_IsNamed()
    {
        var path = Golden.PathOf("novelty", "descriptor.json");
        var error = Assert.Throws<InvalidDataException>(() => DescriptorExtractor.Open(path, CPU));

        Assert.Contains(path, error.Message);
        Assert.Contains("TorchScript", error.Message);
    }
}
