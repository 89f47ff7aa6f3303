using System.Text.Json;
using IconDiffusion.Data;
using IconDiffusion.Generators.Methods;
using IconDiffusion.Generators.Sampling;
using IconDiffusion.Imaging;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Pipeline.Tests.Publishing;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;
using IconDiffusion.Specs.Novelty;
using static TorchSharp.torch;

namespace IconDiffusion.Pipeline.Tests.Experiments;

[Collection(nameof(TrainingCollection))]
public sealed class CascadeStagesTests : IDisposable
{
    private readonly TinyWork _tiny = new(TinyRun.Spec("ddpm enlarges", steps: 4) with { Sampling = TinyRun.Spec("ddpm enlarges", 4).Sampling with { Count = 4, BatchSize = 2 } });
    private readonly RunFolder _below;

    public CascadeStagesTests() => _below = _tiny.Folder.Beside(_tiny.Spec.Bases.First().Run);

    public void Dispose() => _tiny.Dispose();

    [Fact]
    public void AStageIsTrainedWithoutItsBase_AndDrawnFromOnlyWithIt_AsLongAsTheConsentForBothHolds()
    {
        TrainingStage.Run(_tiny.Training, _tiny.Context(), default);
        Assert.False(File.Exists(_tiny.Folder.WindowFile));
        Assert.Contains(_below.DatasetFile, Assert.Throws<ConsentException>(() => SampleStage.Run(_tiny.Batch(0, 2), _tiny.Context(), default)).Message);

        TinyRun.TrainBases(_tiny.Folder, _tiny.Spec);
        File.WriteAllText(_below.DatasetFile, new string('b', 64));
        SampleStage.Run(_tiny.Batch(2, 2), _tiny.Context(), default);

        using (var source = MethodTable.Of(_tiny.Spec.Model).Open(_tiny.Folder, _tiny.Spec, CPU))
        using (var drawn = source.Draw(3, 1, null, default))
            Assert.Equal(IconImages.From(drawn)[0].Pixels, ImageFile.Load(_tiny.Folder.SampleFile(_tiny.Spec.Sampling.Sampler, 3), Rgb.White).Pixels);

        // Only the base's icons are the artist's.
        var terms = new Consent("A. Painter", "CC BY 4.0");
        var registry = new ConsentRegistry(_tiny.Data.Consents, TimeProvider.System);
        registry.Add(new string('b', 64), terms);
        SampleStage.Run(_tiny.Batch(0, 2), _tiny.Context(), default);
        registry.Revoke(ConsentRegistry.IdOf(terms), "the artist asked");
        foreach (var use in (Action[])
        [
            () => SampleStage.Run(_tiny.Batch(0, 2), _tiny.Context(), default),
            () => TrainedRun.Find(_tiny.Data, _tiny.RunId).Draw(2, _tiny.Bench.Device, (_, _) => { }, default),
        ])
            Assert.Contains("the artist asked", Assert.Throws<ConsentException>(use).Message);
    }

    [Fact]
    public void HeldOutIconsAreEnlargedAndMeasured_OnceAndTheSameInEveryBatch_AndWithoutWeightsThatIsSaid()
    {
        // Icons of noise, of which three are held out.
        var noise = Enumerable.Range(0, 10).Select(_tiny.Dataset.Training.Pixels.ToImage).ToArray();
        var dataset = new IconDataset(
            _tiny.Dataset.Spec, new([.. _tiny.Dataset.Training.Names.Take(7)], IconPixels.From(noise[..7])), new([.. _tiny.Dataset.Training.Names.Skip(7)], IconPixels.From(noise[7..])));
        new DatasetStore(_tiny.Data.Datasets).Save(dataset);
        var training = TrainingStage.Run(_tiny.Training with { DatasetFingerprint = dataset.Fingerprint }, _tiny.Context(), default);
        var result = Results.Make([1, 2], 1, 1, []) with { RunId = _tiny.RunId, Spec = _tiny.Spec, DatasetFingerprint = dataset.Fingerprint, Training = training };
        var (folder, warnings, stages) = (_tiny.Folder.Result(_tiny.Spec), new List<string>(), new List<string>());
        // Whether it copies is known already; neither its base nor an icon of its own is asked for.
        AtomicFile.WriteAllText(Path.Combine(folder, NoveltyReport.FileName), JsonSerializer.Serialize(PublishableRun.Report(), SpecJson.Compact));
        var novelty = new RunNovelty(_tiny.Data, _tiny.Bench, warnings.Add);

        Assert.False(RunNovelty.IsWhole(folder, _tiny.Spec));
        novelty.Ensure(result, (stage, _, _) => stages.Add(stage), default);

        Assert.True(RunNovelty.IsWhole(folder, _tiny.Spec));
        Assert.Equal(RunNovelty.Stages(_tiny.Spec)[^1], Assert.Single(stages.Distinct()));
        var report = EnlargedReport.Read(folder)!;
        var made = TinyWork.Hashes(folder);
        Assert.Equal((3, 8, 16), (report.Count, report.From, report.ImageSize));
        using (var source = MethodTable.Of(_tiny.Spec.Model).Open(_tiny.Folder, EnlargingStage.WithoutBase(_tiny.Spec)!, CPU))
        {
            var large = new EnlargingStage(source).Enlarge([Resize.To(noise[9], 8, 8)], noise: 0, null, default)[0];
            Assert.Equal(large.Enlarged(6).Pixels, ImageFile.Load(Path.Combine(folder, EnlargedReport.PictureFile), Rgb.White).Crop(8 + (2 * 104), 8 + (4 * 104), 96, 96).Pixels);
        }

        // It is there; then made anew in one batch; then impossible.
        novelty.Ensure(result, (_, _, _) => Assert.Fail("nothing was missing"), default);
        File.Delete(Path.Combine(folder, EnlargedReport.FileName));
        _tiny.Bench.Clear();
        novelty.Ensure(result with { Spec = result.Spec with { Sampling = result.Spec.Sampling with { BatchSize = 3 } } }, (_, _, _) => { }, default);
        Assert.Equal(made, TinyWork.Hashes(folder));
        Assert.Empty(warnings);
        File.Delete(Path.Combine(folder, EnlargedReport.FileName));
        File.Delete(_tiny.Folder.WeightsFile);
        _tiny.Bench.Clear();
        novelty.Ensure(result, (_, _, _) => { }, default);
        Assert.False(RunNovelty.IsWhole(folder, _tiny.Spec));
        Assert.Contains(_tiny.RunId, Assert.Single(warnings));
    }

    [Fact]
    public void APlanCountsWhatAllStagesTakeForAnIcon()
    {
        var below = _tiny.Spec.Base!;
        var experiment = new ExperimentSpec { Name = "cascade", Runs = [below, _tiny.Spec] };
        var cost = new CostEstimate(_tiny.Bench.Device, _tiny.Data);

        var plan = ExperimentPlan.Make(experiment, _tiny.Bench.Device, _tiny.Data, measure: false);

        Assert.Equal(4 * (cost.Of(below).IconSeconds + cost.Of(_tiny.Spec).IconSeconds), plan.Runs[1].SamplingTime.TotalSeconds, 1e-6);
        var (alone, chain) = (MethodTable.Of(below.Model).Memory(below), MethodTable.Of(_tiny.Spec.Model).Memory(_tiny.Spec));
        Assert.Equal(alone.Drawing + plan.Runs[1].Parameters, chain.Drawing);
        // A base that takes more for an icon than the stage does counts for both.
        var wide = (DdpmSpec)below.Model with { Unet = new() { Dim = 1024, DimMults = [1, 2] } };
        var sampler = (ReverseSpec)_tiny.Spec.Sampling.Sampler;
        var heavy = _tiny.Spec with { Sampling = new() { Sampler = sampler with { Base = sampler.Base! with { Model = wide } } } };
        Assert.Equal(MethodTable.Of(wide).Memory(heavy.Base!).DrawingPerIcon, MethodTable.Of(heavy.Model).Memory(heavy).DrawingPerIcon);
    }
}
