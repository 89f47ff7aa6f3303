using System.Text.Json;
using IconDiffusion.Data;
using IconDiffusion.Imaging;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Pipeline.Publishing;
using IconDiffusion.Pipeline.Tests.Experiments;
using IconDiffusion.Pipeline.Tests.Publishing;
using IconDiffusion.Pipeline.Upscaling;
using IconDiffusion.Specs;

namespace IconDiffusion.Pipeline.Tests.Upscaling;

[Collection(nameof(TrainingCollection))]
public sealed class UpscalerTests : IDisposable
{
    private static readonly NamedIcon[] Icons = [.. Enumerable.Range(0, 3).Select(i => new NamedIcon($"deep/{i}.png", Pictures.Smooth(8, 8, i)))];

    private readonly TinyWork _tiny = new(TinyRun.Spec("ddpm enlarges", 4) with { Sampling = TinyRun.Spec("ddpm enlarges", 4).Sampling with { BatchSize = 2 } });

    public UpscalerTests()
    {
        new DatasetStore(_tiny.Data.Datasets).Save(new(_tiny.Dataset.Spec, _tiny.Dataset.Training, consent: PublishableRun.Terms));
        TrainingStage.Run(_tiny.Training, _tiny.Context(), default);
    }

    public void Dispose() => _tiny.Dispose();

    [Fact]
    public void AnIcon_BecomesTheSameInEveryCompany_AndAfterAnInterruption_AndAnotherByNoiseAndSeed()
    {
        Enlarge("together", Icons);
        Enlarge("alone", [Icons[2] with { Name = "other.png" }]);
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => Enlarge("interrupted", Icons, done: batches => { if (batches > 1) stop.Cancel(); }, cancellation: stop.Token));
        Assert.Equal(2, Directory.GetFiles(Folder("interrupted"), "*.png", SearchOption.AllDirectories).Length);
        var first = File.GetLastWriteTimeUtc(Path.Combine(Folder("interrupted"), Icons[0].Name));
        var batches = 0.0;
        Enlarge("interrupted", Icons, done: done => batches = Math.Max(batches, done));

        Assert.Equal(1, batches);
        Assert.Equal(first, File.GetLastWriteTimeUtc(Path.Combine(Folder("interrupted"), Icons[0].Name)));
        Assert.Equal(TinyWork.Hashes(Folder("together")), TinyWork.Hashes(Folder("interrupted")));
        var third = Pixels("together", Icons[2].Name);
        Assert.Equal(16 * 16 * 3, third.Length);
        Assert.Equal(third, Pixels("alone", "other.png"));
        Enlarge("noisy", Icons, noise: 0.5);
        Enlarge("seeded", Icons, seed: 7);
        Assert.Equal(3, new[] { third, Pixels("noisy", Icons[2].Name), Pixels("seeded", Icons[2].Name) }.Select(Convert.ToHexString).Distinct().Count());
    }

    [Fact]
    public void AnEnlargedIcon_SaysSo_AndNothingElseIsWrittenOver()
    {
        Enlarge("out", Icons);

        var texts = PngText.Read(File.ReadAllBytes(Path.Combine(Folder("out"), Icons[1].Name))).ToDictionary(entry => entry.Keyword, entry => entry.Text);
        Assert.Equal(["Comment", "Copyright", "Description", "Software", "Source", "Title", IconMetadata.XmpKeyword], texts.Keys.Order(StringComparer.Ordinal));
        Assert.Contains(PublishableRun.Terms.Artist, texts["Copyright"]);
        Assert.Contains(IconMetadata.EnlargedSourceType, texts[IconMetadata.XmpKeyword]);
        using var comment = JsonDocument.Parse(texts["Comment"]);
        var enlarged = comment.RootElement.GetProperty("enlarged");
        Assert.Equal((_tiny.RunId, ConsentRegistry.IdOf(PublishableRun.Terms)), (comment.RootElement.GetProperty("run").GetString(), comment.RootElement.GetProperty("consent").GetString()));
        Assert.Equal(("deep/1.png", 8, 0.0, 3407), (enlarged.GetProperty("name").GetString(), enlarged.GetProperty("side").GetInt32(), enlarged.GetProperty("noise").GetDouble(), enlarged.GetProperty("seed").GetInt32()));

        foreach (var other in (Action[])[() => Enlarge("out", Icons, noise: 0.5), () => Enlarge("out", Icons, seed: 7), () => Enlarge("out", [Icons[0] with { Icon = Icons[1].Icon }])])
            Assert.Contains(Icons[0].Name, Assert.Throws<ExperimentException>(other).Message);
        File.WriteAllText(Path.Combine(Folder("out"), Icons[2].Name), "a letter");
        Assert.Contains(Icons[2].Name, Assert.Throws<ExperimentException>(() => Enlarge("out", Icons)).Message);
        Assert.Equal("a letter", File.ReadAllText(Path.Combine(Folder("out"), Icons[2].Name)));
    }

    [Fact]
    public void OnceTheConsentIsTakenBack_NothingIsEnlarged()
    {
        var registry = new ConsentRegistry(_tiny.Data.Consents, TimeProvider.System);
        Enlarge("before", Icons);
        registry.Revoke(ConsentRegistry.IdOf(PublishableRun.Terms), "the artist asked");

        Assert.Contains("the artist asked", Assert.Throws<ConsentException>(() => Enlarge("after", Icons)).Message);
        Assert.False(Directory.Exists(Folder("after")));
    }

    [Fact]
    public void ARunThatEnlargesNothing_IsNamed()
    {
        using var plain = new TinyWork();
        TrainingStage.Run(plain.Training, plain.Context(), default);

        Assert.Contains(plain.RunId, Assert.Throws<ExperimentException>(() => TrainedRun.Find(plain.Data, plain.RunId).AsStage(null)).Message);
    }

    private string Folder(string name) => Path.Combine(_tiny.Data.Path, name);

    private byte[] Pixels(string folder, string name) => ImageFile.Load(Path.Combine(Folder(folder), name), Rgb.White).Pixels;

    private void Enlarge(string folder, IReadOnlyList<NamedIcon> icons, double noise = 0, int? seed = null, Action<double>? done = null, CancellationToken cancellation = default) => Upscaler.Enlarge(
        TrainedRun.Find(_tiny.Data, _tiny.RunId).AsStage(seed), icons, Folder(folder), noise, _tiny.Bench.Device, (batches, _) => done?.Invoke(batches), cancellation);
}
