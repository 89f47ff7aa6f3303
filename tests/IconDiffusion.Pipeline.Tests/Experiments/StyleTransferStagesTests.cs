using System.Runtime.InteropServices;
using IconDiffusion.Data;
using IconDiffusion.Evaluation.Features.Pickles;
using IconDiffusion.Generators.StyleTransfer;
using IconDiffusion.Imaging;
using IconDiffusion.Kernels;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Specs;
using static TorchSharp.torch;

namespace IconDiffusion.Pipeline.Tests.Experiments;

[Collection(nameof(TrainingCollection))]
public sealed class StyleTransferStagesTests : IDisposable
{
    private readonly TinyWork _tiny = new(TinyRun.Spec("style-transfer", steps: 3) with { Sampling = TinyRun.Spec("style-transfer", 3).Sampling with { Count = 4, BatchSize = 2 } });

    public void Dispose() => _tiny.Dispose();

    [Fact]
    public void ARunIsTrainedDrawnAndScored_InterruptedAnywhere_AndItsResultSaysHowFarItIsFromItsContent()
    {
        var training = TrainingStage.Run(_tiny.Training, _tiny.Context(), default);

        // Cancelled within the second icon of the second batch, and gone on with.
        using (var cancel = new CancellationTokenSource())
            Assert.Throws<OperationCanceledException>(() => SampleStage.Run(_tiny.Batch(0, 4), _tiny.Context(progress => { if (progress.Done > 2.5) cancel.Cancel(); }), cancel.Token));
        Assert.Equal([true, true, false, false], Enumerable.Range(0, 4).Select(icon => File.Exists(File1(icon))));
        SampleStage.Run(_tiny.Batch(0, 4), _tiny.Context(), default);
        var resumed = Enumerable.Range(0, 4).Select(icon => File.ReadAllBytes(File1(icon))).ToArray();
        Directory.Delete(_tiny.Folder.Samples(_tiny.Spec.Sampling.Sampler), recursive: true);
        SampleStage.Run(_tiny.Batch(0, 4), _tiny.Context(), default);
        Assert.Equal(resumed, Enumerable.Range(0, 4).Select(icon => File.ReadAllBytes(File1(icon))));

        var result = EvaluationStage.Run(_tiny.Evaluation(training), _tiny.Context(), default);

        var sum = 0.0;
        for (var icon = 0; icon < 4; icon++)
        {
            var (drawn, content) = (ImageFile.Load(File1(icon), Rgb.White).Pixels, TinyRun.Content[StyleStatistics.ContentOf(_tiny.Spec.Seed, icon, 10)].Pixels);
            sum += drawn.Zip(content, (a, b) => Math.Abs(a - b)).Average() / 4;
        }
        Assert.Equal(sum, result.Scores.ContentMae!.Value, 1e-9);
        Assert.Equal(result, RunReportOf());
        Assert.False(File.Exists(_tiny.Folder.WindowFile));
        // Each icon is nearer to its own content than to anything that it was trained on.
        Assert.True(result.Scores.ContentMae < result.Scores.Mae);

        string File1(int icon) => _tiny.Folder.SampleFile(_tiny.Spec.Sampling.Sampler, icon);

        RunResult RunReportOf() => Reports.RunReport.ReadResult(_tiny.Folder.Result(_tiny.Spec));
    }

    [Fact]
    public void WhoseShapesAreKept_HasToAllowIt_BeforeTrainingAndBeforeDrawing()
    {
        var terms = new Consent("A. Painter", "CC BY 4.0");
        var registry = new ConsentRegistry(_tiny.Data.Consents, TimeProvider.System);
        registry.Add(TinyRun.Content.Fingerprint, terms);
        var origin = Assert.Single(TrainingStage.Run(_tiny.Training, _tiny.Context(), default).Origins!);
        Assert.Equal(new() { IsContent = true, WeightsHash = TinyRun.Content.Fingerprint, Rests = TinyRun.Content.Fingerprint, Consent = ConsentRegistry.IdOf(terms) }, origin);
        Assert.Contains(_tiny.RunId, Assert.Single(ConsentBook.Read(_tiny.Data, TimeProvider.System)).Runs);
        SampleStage.Run(_tiny.Batch(0, 1), _tiny.Context(), default);

        registry.Revoke(ConsentRegistry.IdOf(terms), "the artist asked");

        foreach (var use in (Action[])
        [
            () => TrainingStage.Run(_tiny.Training, _tiny.Context(), default),
            () => SampleStage.Run(_tiny.Batch(0, 1), _tiny.Context(), default),
            () => TrainedRun.Find(_tiny.Data, _tiny.RunId).Draw(2, _tiny.Bench.Device, (_, _) => { }, default),
        ])
            Assert.Contains("the artist asked", Assert.Throws<ConsentException>(use).Message);

        // Nor may nobody know.
        File.Delete(_tiny.Folder.OriginsFile);
        Assert.Contains(_tiny.Folder.OriginsFile, Assert.Throws<ConsentException>(() => SampleStage.Run(_tiny.Batch(0, 1), _tiny.Context(), default)).Message);
    }

    [Fact]
    public void OfTorchvisionsVgg19_WhatIsNeededIsKept()
    {
        var tensors = StyleNetwork.Vgg19Tensors.Append(new("classifier.0.bias", [2])).ToDictionary(each => each.Key, each =>
            new PickledTensor(StorageType.Float32, each.Value, new byte[4 * each.Value.Aggregate(1L, (product, side) => product * side)]));
        BitConverter.TryWriteBytes(MemoryMarshal.AsMemory(tensors["features.28.bias"].Data).Span, 1.5f);

        Vgg19File.Keep(tensors, _tiny.Data.Vgg19Weights);

        using (StyleNetwork.Open(StyleNetworkKind.Vgg19, _tiny.Data, CPU))
        using (var file = File.OpenRead(_tiny.Data.Vgg19Weights))
        using (var scope = NewDisposeScope())
        {
            var kept = Safetensors.Read(file);
            Assert.Equal(StyleNetwork.Vgg19Tensors.Keys.Order(), kept.Keys.Order());
            Assert.Equal(1.5f, kept["features.28.bias"][0].item<float>());
        }
        tensors.Remove("features.0.bias");
        Assert.Contains("'features.0.bias'", Assert.Throws<InvalidDataException>(() => Vgg19File.Keep(tensors, _tiny.Data.Vgg19Weights)).Message);
    }

    [Fact]
    public void APlan_CountsTheDescentOfEachIcon_WithWhicheverNetworkIsHere()
    {
        var open = _tiny.Spec with { Model = (StyleTransferSpec)_tiny.Spec.Model with { Network = null } };
        var experiment = new ExperimentSpec { Name = "style", Runs = [open, open with { Sampling = open.Sampling with { Sampler = new LbfgsSpec { Steps = 20 } } }] };

        var plan = ExperimentPlan.Make(experiment, _tiny.Bench.Device, _tiny.Data, measure: false);

        Assert.Equal(["style transfer ResNet-18, steps 2", "style transfer ResNet-18, steps 20"], plan.Runs.Select(run => run.Label));
        Assert.Equal((3, 4), (plan.Runs[0].Steps, plan.Runs[0].Icons));
        Assert.Equal(10, plan.Runs[1].SamplingTime / plan.Runs[0].SamplingTime, 1e-4);
        Assert.Equal(64 * 64 + 64 * 64 + 128 * 128 + 256 * 256, plan.Runs[0].Parameters);
        Directory.CreateDirectory(_tiny.Data.Weights);
        File.WriteAllBytes(_tiny.Data.Vgg19Weights, []);
        Assert.Equal(
            StyleNetwork.SizeOf(StyleNetworkKind.Vgg19).MultiplyAdds / StyleNetwork.SizeOf(StyleNetworkKind.Resnet18Imagenet).MultiplyAdds,
            ExperimentPlan.Make(experiment, _tiny.Bench.Device, _tiny.Data, measure: false).Runs[0].MultiplyAdds / plan.Runs[0].MultiplyAdds);
    }
}
