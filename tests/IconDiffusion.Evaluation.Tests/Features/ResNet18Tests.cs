using IconDiffusion.Evaluation.Features;
using IconDiffusion.Evaluation.Metrics;
using IconDiffusion.Evaluation.Tests.Metrics;
using IconDiffusion.Imaging;
using IconDiffusion.Kernels;
using IconDiffusion.Specs;
using static TorchSharp.torch;

namespace IconDiffusion.Evaluation.Tests.Features;

public sealed class ResNet18Tests(ResNet18Tests.Extractor shared) : IClassFixture<ResNet18Tests.Extractor>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("resnet18-").FullName;

    public sealed class Extractor : IDisposable
    {
        public FeatureExtractor ResNet18 { get; } = FeatureExtractor.ResNet18(AppContext.BaseDirectory);

        public void Dispose() => ResNet18.Dispose();
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // Float64 does not go through oneDNN, whose float32 is off by 4 % on some processors; float32 is what style transfer sees with.
    [Theory, InlineData(ScalarType.Float64), InlineData(ScalarType.Float32)]
    [Trait("Speed", "Slow")]
    public void Features_AreThoseOfTheSameGraphByLibtorch(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var icons = new IconPixels(InceptionV3Tests.Images(128).data<byte>().ToArray(), 128);
        using var preprocess = new TorchGraph(ResNet18Files.Preprocess.Read(AppContext.BaseDirectory), CPU, type);
        using var network = new TorchGraph(ResNet18Files.Network.Read(AppContext.BaseDirectory), CPU, type);

        var features = shared.ResNet18.Extract(icons, CancellationToken.None);

        Assert.Equal((icons.Count, 512), (features.Count, features.Dimension));
        for (var i = 0; i < icons.Count; i++)
        {
            var seen = tensor(Resize.To(icons.ToImage(i), 224, 224).Pixels).reshape(1, 224, 224, 3).permute(0, 3, 1, 2).to(type);
            var wanted = network.Run(preprocess.Run(seen)[0])[0].to(ScalarType.Float64).data<double>().ToArray();
            var own = features.Values.AsSpan(i * 512, 512).ToArray();
            Assert.InRange(own.Zip(wanted, (a, b) => Math.Abs(a - b)).Max() / wanted.Max(), 0, 1e-5);
        }
    }

    [Fact]
    public void Features_OfAnIconDependOnNoOtherIcon()
    {
        var icons = NoisyIcons.Make(19, 16, seed: 1);
        var together = shared.ResNet18.Extract(icons, CancellationToken.None).Values;

        for (var i = 0; i < icons.Count; i += 6)
            Assert.Equal(
                shared.ResNet18.Extract(new(icons[i].ToArray(), 16), CancellationToken.None).Values,
                together.AsSpan(i * 512, 512).ToArray());
    }

    [Fact]
    public void Figures_SayThatTheyAreOfResNet18()
    {
        var scores = new Evaluator(shared.ResNet18)
            .Evaluate(NoisyIcons.Make(3, 8, 1), NoisyIcons.Make(2, 8, 2), "none", CancellationToken.None).Scores;

        Assert.Equal(("resnet18-imagenet e2552f19", "ResNet-18"), (scores.Features, FeatureNetworks.NameOf(scores.Features)));
        Assert.Contains(FeatureExtractor.ResNet18Note, scores.NotComparable);
    }

    [Fact]
    public void ADamagedFile_IsRefusedByName()
    {
        File.Copy(FileOf(ResNet18Files.Preprocess.Name), Path.Combine(_folder, ResNet18Files.Preprocess.Name));
        var whole = File.ReadAllBytes(FileOf(ResNet18Files.Network.Name));
        whole[whole.Length / 2] ^= 1;
        File.WriteAllBytes(Path.Combine(_folder, ResNet18Files.Network.Name), whole);

        var error = Assert.Throws<InvalidDataException>(() => FeatureExtractor.ResNet18(_folder));

        Assert.Contains(Path.Combine(_folder, ResNet18Files.Network.Name), error.Message);
        Assert.Contains(ResNet18Files.Network.Sha256, error.Message);
    }

    [Fact]
    public void AMissingFile_IsNamed()
    {
        var error = Assert.Throws<FileNotFoundException>(() => FeatureExtractor.ResNet18(_folder));

        Assert.Equal(Path.Combine(_folder, ResNet18Files.Preprocess.Name), error.FileName);
    }

    [Fact]
    public void WithoutAWord_ThePublishedWeightsAreTaken_WhereTheyAre()
    {
        var silent = new EvaluationSpec();

        Assert.Same(silent, silent.Settled(publishedIsThere: true));
        Assert.Equal(FeatureNetwork.Resnet18Imagenet, silent.Settled(publishedIsThere: false).Features!.Network);
        foreach (var stated in (EvaluationSpec[])[
            new() { Features = FeatureNetwork.InceptionV3Fid }, new() { Inception = InceptionWeights.Random }, new() { Inception = InceptionWeights.PublishedOrRandom }])
            Assert.Same(stated, stated.Settled(publishedIsThere: false));
    }

    private static string FileOf(string name) => Path.Combine(AppContext.BaseDirectory, name);
}
