using IconDiffusion.Data;
using IconDiffusion.Generators.Methods;
using IconDiffusion.Generators.Sampling;
using IconDiffusion.Imaging;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;
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
