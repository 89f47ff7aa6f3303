using System.Text;
using IconDiffusion.Evaluation.Features;
using IconDiffusion.Evaluation.Metrics;
using IconDiffusion.Imaging;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Evaluation.Tests.Features;

/// <summary>Users' own networks: ONNX files of one operation that are made here, the mean of each colour.</summary>
public sealed class OwnNetworkTests : IDisposable
{
    private const int Size = 8;

    private static readonly IconPixels Icons = NoisyIcons.Make(5, Size, seed: 1);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("rgb", "nchw", new[] { 0, 1, 2 })]
    [InlineData("bgr", "nchw", new[] { 2, 1, 0 })]
    [InlineData("rgb", "nhwc", new[] { 0, 1, 2 })]
    [InlineData("bgr", "nhwc", new[] { 2, 1, 0 })]
    public void Features_AreTheMeansOfTheColours_AsStated(string channels, string layout, int[] order)
    {
        double[] mean = [10, 20, 30], deviation = [2, 4, 8];
        using var extractor = FeatureExtractor.Own(Add(Graph(layout), Stated(channels, layout)));

        var features = extractor.Extract(Icons, CancellationToken.None);

        Assert.Equal((Icons.Count, 3), (features.Count, features.Dimension));
        for (var i = 0; i < Icons.Count; i++)
            for (var place = 0; place < 3; place++)
            {
                var channel = order[place];
                var average = Enumerable.Range(0, Size * Size).Average(pixel => Icons[i][(pixel * 3) + channel]);
                Assert.Equal((average - mean[channel]) / deviation[channel], features.Values[(i * 3) + place], 1e-4);
            }
    }

    [Fact]
    public void Figures_AreNamedByFileAndHash_WhichChangesWithEitherFile()
    {
        var path = Add(Graph("nchw"), Stated("rgb", "nchw"));
        using var extractor = FeatureExtractor.Own(path);
        var scores = new Evaluator(extractor).Evaluate(Icons, Icons, "none", CancellationToken.None).Scores;
        Add(Graph("nchw"), Stated("bgr", "nchw"));

        Assert.Equal($"mine.onnx {extractor.WeightsId[..8]}", scores.Network);
        Assert.NotEqual(extractor.WeightsId, OwnNetworkFiles.HashOf(path));
        Assert.Contains(scores.NotComparable, note => note == extractor.Note);
    }

    [Fact]
    public void ASettledSpec_KnowsTheFilesByTheirHash_AndRefusesOthers()
    {
        var path = Add(Graph("nchw"), Stated("rgb", "nchw"));
        var settled = new EvaluationSpec { Features = FeatureSource.TryParse(path) }.WithOwnSettled();
        using (var extractor = FeatureExtractor.Open(settled, "", TorchSharp.torch.CPU)) Assert.Equal(settled.FeaturesHash, extractor.WeightsId);
        Add(Graph("nchw"), Stated("bgr", "nchw"));

        Assert.Contains(settled.FeaturesHash!, Assert.Throws<ExperimentException>(() => FeatureExtractor.Open(settled, "", TorchSharp.torch.CPU)).Message);
    }

    [Theory]
    [InlineData("\"input\": \"x\"", "\"input\": \"y\"", "'y'")]
    [InlineData("\"output\": \"features\"", "\"output\": \"z\"", "'z'")]
    [InlineData("\"size\": 8", "\"size\": 16", "(1, 3, 16, 16)")]
    [InlineData("\"featureCount\": 3", "\"featureCount\": 4", "featureCount 4")]
    [InlineData("\"layout\": \"nchw\"", "\"layout\": \"nhwc\"", "(1, 8, 8, 3)")]
    [InlineData("[2, 4, 8]", "[2, 0, 8]", "(2, 0, 8)")]
    [InlineData("\"size\": 8, ", "", "size")]
    [InlineData("\"size\": 8", "\"size\": 8, \"colour\": 1", "colour")]
    public void WhatIsStatedOtherwise_IsNamed(string stated, string wrong, string named) =>
        Assert.Contains(named, Assert.Throws<ExperimentException>(() => FeatureExtractor.Own(Add(Graph("nchw"), Stated("rgb", "nchw").Replace(stated, wrong)))).Message);

    [Fact]
    public void DamagedFilesAndUnknownOperations_AreRefusedByName()
    {
        foreach (var bytes in new[] { Graph("nchw")[..40], Encoding.ASCII.GetBytes("no graph"), Graph("nchw", "Mystery", "my.operations") })
        {
            var path = Add(bytes, Stated("rgb", "nchw"));
            Assert.Contains(path, Assert.Throws<ExperimentException>(() => FeatureExtractor.Own(path)).Message);
        }
    }

    [Fact]
    public void AMissingFile_IsNamed()
    {
        var alone = _folder.Add("alone.onnx", Graph("nchw"));

        Assert.Contains("alone.json", Assert.Throws<ExperimentException>(() => FeatureExtractor.Own(alone)).Message);
        Assert.Contains(_folder["nowhere.onnx"], Assert.Throws<ExperimentException>(() => FeatureExtractor.Own(_folder["nowhere.onnx"])).Message);
    }

    private string Add(byte[] graph, string stated)
    {
        _folder.Add("mine.json", Encoding.UTF8.GetBytes(stated));
        return _folder.Add("mine.onnx", graph);
    }

    private static string Stated(string channels, string layout) =>
        $$"""{ "input": "x", "output": "features", "size": 8, "mean": [10, 20, 30], "std": [2, 4, 8], "channels": "{{channels}}", "layout": "{{layout}}", "featureCount": 3 }""";

    // onnx.proto's fields by number: a model of one node.
    private static byte[] Graph(string layout, string? operation = null, string domain = "")
    {
        long[] shape = layout == "nchw" ? [1, 3, Size, Size] : [1, Size, Size, 3];
        byte[] node =
        [
            .. Field(1, "x"), .. Field(2, "features"), .. Field(4, operation ?? (layout == "nchw" ? "GlobalAveragePool" : "ReduceMean")), .. Field(7, domain),
            .. layout == "nchw" ? [] : Field(5, [.. Field(1, "axes"), .. Field(8, 1), .. Field(8, 2), .. Field(20, 7)]),
        ];
        byte[] graph = [.. Field(1, node), .. Field(2, "one"), .. Field(11, Value("x", shape)), .. Field(12, Value("features", layout == "nchw" ? [1, 3, 1, 1] : [1, 1, 1, 3]))];
        byte[] own = domain == "" ? [] : Field(8, [.. Field(1, domain), .. Field(2, 1)]);
        return [.. Field(1, 7), .. Field(8, [.. Field(1, ""), .. Field(2, 11)]), .. own, .. Field(7, graph)];
    }

    private static byte[] Value(string name, long[] shape) =>
        [.. Field(1, name), .. Field(2, Field(1, [.. Field(1, 1), .. Field(2, [.. shape.SelectMany(side => Field(1, Field(1, side)))])]))];

    private static byte[] Field(int number, long value) => [.. Varint(number << 3), .. Varint(value)];

    private static byte[] Field(int number, string text) => Field(number, Encoding.UTF8.GetBytes(text));

    private static byte[] Field(int number, byte[] bytes) => [.. Varint((number << 3) | 2), .. Varint(bytes.Length), .. bytes];

    private static IEnumerable<byte> Varint(long value)
    {
        for (; value > 127; value >>= 7) yield return (byte)((value & 127) | 128);
        yield return (byte)value;
    }
}
