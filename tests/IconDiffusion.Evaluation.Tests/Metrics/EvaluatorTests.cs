using IconDiffusion.Evaluation.Features;
using IconDiffusion.Evaluation.Metrics;
using IconDiffusion.Imaging;
using IconDiffusion.Specs;
using static TorchSharp.torch;

namespace IconDiffusion.Evaluation.Tests.Metrics;

// Tiny icons, since the network sees 299 px whatever comes.
public sealed class EvaluatorTests(EvaluatorTests.Extractor shared) : IClassFixture<EvaluatorTests.Extractor>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("features-").FullName;

    public sealed class Extractor : IDisposable
    {
        public FeatureExtractor Random { get; } = FeatureExtractor.Random(CPU);

        public void Dispose() => Random.Dispose();
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Scores_AreTheDistancesOfTheParts()
    {
        var (generated, training) = (NoisyIcons.Make(3, 8, 1), NoisyIcons.Make(2, 8, 2));
        var evaluation = new Evaluator(shared.Random).Evaluate(generated, training, "none", CancellationToken.None);

        var scores = evaluation.Scores;
        var nearest = NearestNeighbour.Find(generated, training);
        Assert.Equal(nearest, evaluation.Nearest);
        Assert.Equal(nearest.Average(match => match.Distance), scores.Mae);
        Assert.Equal(NearestNeighbour.OrMirrored(NearestNeighbour.Find(generated, training), generated, training).Average(match => match.Distance), scores.MaeMirrored);
        // Batches differ from one evaluation to the next by nothing, so the features are the same to the last bit.
        Assert.Equal(FrechetDistance.Between(Features(generated), Features(training)), scores.Fid, 1e-9 * scores.Fid);
        Assert.Equal(scores.Mae - scores.Fid, scores.Nwi);
        Assert.Equal((3, 2), (scores.GeneratedCount, scores.TrainingCount));
    }

    [Fact]
    public void Copycat_HasNoDistanceAtAll()
    {
        var icons = NoisyIcons.Make(3, 8, 3);
        var scores = new Evaluator(shared.Random).Evaluate(icons, icons, "none", CancellationToken.None).Scores;
        Assert.Equal(0, scores.Mae);
        Assert.Equal(0, scores.Fid, 1e-9);
    }

    [Fact]
    public void EveryReasonNotToCompare_IsSaid()
    {
        var scores = new Evaluator(shared.Random)
            .Evaluate(NoisyIcons.Make(3, 8, 1), NoisyIcons.Make(2, 8, 2), "none", CancellationToken.None).Scores;
        Assert.Equal("inception-v3 random", scores.Features);
        Assert.Equal(
            [
                "random features: not comparable with published FID",
                "FID from 3 generated icons: the preprint's is from 1024",
                "FID from 2 training icons: the preprint's is from 158",
                "icons of 8×8 px: the preprint's are 128×128",
            ],
            scores.NotComparable);
    }

    [Fact]
    public void SecondEvaluation_TakesTheTrainingFeaturesFromTheCache()
    {
        var (generated, training) = (NoisyIcons.Make(2, 8, 1), NoisyIcons.Make(3, 8, 2));
        var evaluator = new Evaluator(shared.Random, new FeatureCache(_folder));
        var first = evaluator.Evaluate(generated, training, "print", CancellationToken.None);

        // Other pixels under the same fingerprint: were they looked at, FID would change.
        var second = evaluator.Evaluate(generated, NoisyIcons.Make(3, 8, 9), "print", CancellationToken.None);
        Assert.Equal(first.Scores.Fid, second.Scores.Fid, 1e-9 * first.Scores.Fid);

        var other = evaluator.Evaluate(generated, NoisyIcons.Make(3, 8, 9), "another print", CancellationToken.None);
        Assert.NotEqual(first.Scores.Fid, other.Scores.Fid, 1e-3);
    }

    [Fact]
    public void Progress_CountsTheIconsOfBothSets()
    {
        var reports = new Reports();
        new Evaluator(shared.Random).Evaluate(
            NoisyIcons.Make(2, 8, 1), NoisyIcons.Make(3, 8, 2), "none", CancellationToken.None, reports);
        Assert.Equal([3, 5], reports.Values);
    }

    [Fact]
    public void Cancelling_EndsTheExtraction() => Assert.Throws<OperationCanceledException>(() =>
        new Evaluator(shared.Random).Evaluate(
            NoisyIcons.Make(2, 8, 1), NoisyIcons.Make(3, 8, 2), "none", new CancellationToken(canceled: true)));

    [Fact]
    public void OneGeneratedIcon_IsTooFew()
    {
        var error = Assert.Throws<ArgumentException>(() => new Evaluator(shared.Random)
            .Evaluate(NoisyIcons.Make(1, 8, 1), NoisyIcons.Make(3, 8, 2), "none", CancellationToken.None));
        Assert.StartsWith("Found 1 generated icon; FID needs at least 2.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WeightsThatAreNotThere_AreAnErrorUnlessRandomOnesWillDo()
    {
        var path = Path.Combine(_folder, "none.pth");
        Assert.Throws<FileNotFoundException>(() => FeatureExtractor.Open(new() { Features = FeatureNetwork.InceptionV3Fid }, path, CPU));
        using var random = FeatureExtractor.Open(new() { Inception = InceptionWeights.PublishedOrRandom }, path, CPU);
        Assert.Equal(FeatureNetwork.Random, random.Network);
    }

    [Fact]
    public void WrongWeights_AreNeverReplacedByRandomOnes()
    {
        var path = Path.Combine(_folder, "wrong.pth");
        File.WriteAllText(path, "wrong");
        Assert.Throws<InvalidDataException>(() => FeatureExtractor.Open(new() { Inception = InceptionWeights.PublishedOrRandom }, path, CPU));
    }

    private FeatureStatistics Features(IconPixels icons) => shared.Random.Extract(icons, CancellationToken.None);

    private sealed class Reports : IProgress<int>
    {
        public List<int> Values { get; } = [];

        public void Report(int value) => Values.Add(value);
    }
}
