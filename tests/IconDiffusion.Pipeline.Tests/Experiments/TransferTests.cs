using IconDiffusion.Data;
using IconDiffusion.Generators.Methods;
using IconDiffusion.Generators.Models;
using IconDiffusion.Generators.Runs;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using IconDiffusion.Specs.Files;
using static TorchSharp.torch;

namespace IconDiffusion.Pipeline.Tests.Experiments;

[Collection(nameof(TrainingCollection))]
public sealed class TransferTests : IDisposable
{
    private static readonly Consent Terms = new("A. Painter", "CC BY 4.0");

    private readonly TinyWork _tiny = new();

    public void Dispose() => _tiny.Dispose();

    [Fact]
    public void ATrainingThatStartsFromARun_HasItsWeightsInBothNetworks_AndGoesOnFromThere()
    {
        var source = TrainingStage.Run(_tiny.Training, _tiny.Context(), default);
        using var method = MethodTable.Of(_tiny.Spec.Model).Begin(From(_tiny.RunId).Run, CPU, new() { Source = _tiny.Folder.WeightsFile });

        Assert.Equal(source.WeightsHash, TrainedModel.Write(Path.Combine(_tiny.Data.Path, "copy.safetensors"), method.Drawing));
        Assert.All(method.Drawing.state_dict(), pair => Assert.True(Near.SameBits(pair.Value, method.Tensors[$"model.{pair.Key}"])));
        Assert.NotEqual(source.WeightsHash, TrainingStage.Run(From(_tiny.RunId), _tiny.Context(), default).WeightsHash);
    }

    [Fact]
    public void WhatARunRestsOn_IsInItsSummaryAndItsFolder_OverAllTrainingsBefore()
    {
        Consented();
        var first = TrainingStage.Run(_tiny.Training, _tiny.Context(), default);
        var second = From(_tiny.RunId);
        var secondly = TrainingStage.Run(second, _tiny.Context(), default);
        var third = From(second.RunId);

        var origins = TrainingStage.Run(third, _tiny.Context(), default).Origins!;

        Assert.Null(first.Origins);
        Assert.False(File.Exists(_tiny.Folder.OriginsFile));
        Assert.Equal([(second.RunId, secondly.WeightsHash), (_tiny.RunId, first.WeightsHash)], origins.Select(origin => (origin.Run!, origin.WeightsHash)));
        Assert.All(origins, origin => Assert.Equal((_tiny.Dataset.Fingerprint, ConsentRegistry.IdOf(Terms)), (origin.Rests, origin.Consent!)));
        Assert.Equal(origins, TransferSource.OriginsOf(new(_tiny.Data.Run(third.RunId))));
        Assert.Equal(
            ((string[])[_tiny.RunId, second.RunId, third.RunId]).Order(), Assert.Single(ConsentBook.Read(_tiny.Data, TimeProvider.System)).Runs.Order());
    }

    [Fact]
    public void ARevokedConsentOfTheSource_RefusesStartingFromIt_AndDrawingFromWhatDid()
    {
        TrainingStage.Run(_tiny.Training, _tiny.Context(), default);
        var tuned = From(_tiny.RunId);
        TrainingStage.Run(tuned, _tiny.Context(), default);
        // The fine-tuned run is on a data set of its own; only what it started from is the artist's.
        File.WriteAllText(new RunFolder(_tiny.Data.Run(tuned.RunId)).DatasetFile, new string('b', 64));
        Consented().Revoke(ConsentRegistry.IdOf(Terms), "the artist asked");

        foreach (var use in (Action[])
        [
            () => TransferSource.Open(_tiny.Data, _tiny.RunId, TimeProvider.System),
            () => TransferSource.Open(_tiny.Data, tuned.RunId, TimeProvider.System),
            () => TrainingStage.Run(From(tuned.RunId), _tiny.Context(), default),
            () => TrainedRun.Find(_tiny.Data, tuned.RunId).Draw(2, _tiny.Bench.Device, (_, _) => { }, default),
            () => SampleStage.Run(new() { RunId = tuned.RunId, Run = tuned.Run, DatasetFingerprint = new('b', 64), First = 0, Count = 2 }, _tiny.Context(), default),
        ])
            Assert.Contains("the artist asked", Assert.Throws<ConsentException>(use).Message);

        // Without the note nobody knows.
        File.Delete(new RunFolder(_tiny.Data.Run(tuned.RunId)).OriginsFile);
        Assert.Throws<ConsentException>(() => TrainedRun.Find(_tiny.Data, tuned.RunId).RequireConsent());
    }

    [Fact]
    public void AFile_IsKeptUnderItsHash_WithTheConsentBesideIt()
    {
        var weights = TrainingStage.Run(_tiny.Training, _tiny.Context(), default).WeightsHash;
        var folder = Directory.CreateDirectory(Path.Combine(_tiny.Data.Path, "elsewhere")).FullName;
        var file = Path.Combine(folder, "weights.safetensors");
        File.Copy(_tiny.Folder.WeightsFile, file);
        Terms.Write(folder);

        var name = TransferSource.Keep(_tiny.Data, file, TimeProvider.System);
        File.Delete(file);
        var origin = Assert.Single(TrainingStage.Run(From(name), _tiny.Context(), default).Origins!);

        Assert.Equal((weights, weights, weights, ConsentRegistry.IdOf(Terms)), (name, origin.WeightsHash, origin.Rests, origin.Consent!));
        Assert.Null(origin.Run);
        new ConsentRegistry(_tiny.Data.Consents, TimeProvider.System).Revoke(origin.Consent!, null);
        Assert.Throws<ConsentException>(() => TransferSource.Open(_tiny.Data, name, TimeProvider.System));
    }

    [Fact]
    public void WeightsThatDoNotFit_AreRefusedBeforeAnyWork_ByTheFirstTensorThatDiffers()
    {
        TrainingStage.Run(_tiny.Training, _tiny.Context(), default);
        var source = TransferSource.Open(_tiny.Data, _tiny.RunId, TimeProvider.System);
        var file = Path.Combine(_tiny.Data.Path, "narrow.safetensors");
        using var narrow = new Unet(new() { Dim = 4, DimMults = [1, 2], ResnetBlockGroups = 4 });
        using var wanted = new Unet(((DdpmSpec)_tiny.Spec.Model).Unet);
        TrainedModel.Write(file, narrow);
        var name = TransferSource.Keep(_tiny.Data, file, TimeProvider.System);
        var (shapes, wantedShapes) = (Shapes(narrow), Shapes(wanted));
        var first = shapes.Keys.Where(key => shapes[key] != wantedShapes[key]).Order(StringComparer.Ordinal).First();

        foreach (var part in (string[])[$"'{first}'", shapes[first], wantedShapes[first]])
            Assert.Contains(part, Error(() => TransferSource.Open(_tiny.Data, name, TimeProvider.System).Check(_tiny.Spec, null)));
        Assert.Contains(name[..12], Error(() => TrainingStage.Run(From(name), _tiny.Context(), default)));
        Assert.False(Directory.Exists(_tiny.Data.Run(From(name).RunId)));
        Assert.Contains("ddpm 8 (1,2) tags", Error(() => source.Check(_tiny.Spec with { Model = (DdpmSpec)_tiny.Spec.Model with { Condition = ModelCondition.Tags } }, tags: 2)));
        Assert.Contains("dataset.imageSize", Error(() => source.Check(_tiny.Spec with { Dataset = _tiny.Spec.Dataset with { ImageSize = 32 } }, null)));
        Assert.Contains("velocity", Error(() => source.Check(_tiny.Spec with { Model = (DdpmSpec)_tiny.Spec.Model with { Diffusion = new() { Objective = Objective.Velocity } } }, null)));
        Assert.Contains("nowhere.safetensors", Error(() => TransferSource.Keep(_tiny.Data, "nowhere.safetensors", TimeProvider.System)));

        static Dictionary<string, string> Shapes(nn.Module network) =>
            network.state_dict().ToDictionary(pair => pair.Key, pair => $"[{string.Join(", ", pair.Value.shape)}]");

        static string Error(Action use) => Assert.Throws<ExperimentException>(use).Message;
    }

    private ConsentRegistry Consented()
    {
        var registry = new ConsentRegistry(_tiny.Data.Consents, TimeProvider.System);
        registry.Add(_tiny.Dataset.Fingerprint, Terms);
        return registry;
    }

    private TrainingWork From(string source)
    {
        var run = _tiny.Spec with { Training = _tiny.Spec.Training with { From = source } };
        return _tiny.Training with { Run = run, RunId = RunIdentity.Run(run, _tiny.Dataset.Fingerprint) };
    }
}
