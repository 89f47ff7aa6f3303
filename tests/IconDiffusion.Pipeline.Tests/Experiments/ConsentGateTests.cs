using IconDiffusion.Data;
using IconDiffusion.Pipeline.Experiments;

namespace IconDiffusion.Pipeline.Tests.Experiments;

/// <summary>Every way to use a data set, once its consent has ended.</summary>
[Collection(nameof(TrainingCollection))]
public sealed class ConsentGateTests : IDisposable
{
    private static readonly Consent Terms = new("A. Painter", "CC BY 4.0", Expiry: new DateOnly(2030, 6, 15));

    private readonly TinyWork _tiny = new();
    private readonly DatasetStore _store;

    public ConsentGateTests()
    {
        _store = new(_tiny.Data.Datasets);
        _store.Save(new(_tiny.Dataset.Spec, _tiny.Dataset.Training, consent: Terms));
    }

    public void Dispose() => _tiny.Dispose();

    private static FixedClock Before => new(2030, 6, 15);

    private static FixedClock After => new(2030, 6, 16);

    private WorkContext Context(TimeProvider clock) => _tiny.Context() with { Time = clock };

    private void Revoke() => new ConsentRegistry(_tiny.Data.Consents, Before).Revoke(ConsentRegistry.IdOf(Terms), "the artist asked");

    [Fact]
    public void AConsentThatComesWithADataSet_IsRecordedWithItsFirstUse()
    {
        TrainingStage.Run(_tiny.Training, Context(Before), default);

        var record = Assert.Single(new ConsentRegistry(_tiny.Data.Consents, Before).All());
        Assert.Equal((Terms, _tiny.Dataset.Fingerprint), (record.Consent, Assert.Single(record.Datasets).Fingerprint));
        var entry = Assert.Single(ConsentBook.Read(_tiny.Data, Before));
        Assert.Equal(("holds until 2030-06-15", _tiny.RunId), (entry.State, Assert.Single(entry.Runs)));
    }

    [Fact]
    public void ADataSetPreparedUnderOtherTerms_CarriesThoseFromThenOn()
    {
        Assert.Equal(Terms, _store.Load(_tiny.Dataset.Fingerprint).Consent);
        var renewed = Terms with { Expiry = null };
        _store.Save(new(_tiny.Dataset.Spec, _tiny.Dataset.Training, consent: renewed));
        Assert.Equal(renewed, _store.ConsentOf(_tiny.Dataset.Fingerprint));

        // A file that is gone takes nothing back.
        _store.Save(_tiny.Dataset);
        Assert.Equal(renewed, _store.ConsentOf(_tiny.Dataset.Fingerprint));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AnEndedConsent_RefusesEveryWayToUseTheDataSet_AndDeletesNothing(bool revoked)
    {
        TrainingStage.Run(_tiny.Training, Context(Before), default);
        SampleStage.Run(_tiny.Batch(0, 4), Context(Before), default);
        var trained = TrainedRun.Find(_tiny.Data, _tiny.RunId, Before);
        trained.Draw(4, _tiny.Bench.Device, (_, _) => { }, default);
        var files = Directory.GetFiles(_tiny.Data.Path, "*", SearchOption.AllDirectories).Length;
        if (revoked) Revoke();
        var clock = revoked ? Before : After;
        trained = TrainedRun.Find(_tiny.Data, _tiny.RunId, clock);

        foreach (var use in (Action[])
        [
            () => TrainingStage.Run(_tiny.Training, Context(clock), default),
            () => SampleStage.Run(_tiny.Batch(4, 4), Context(clock), default),
            () => trained.Draw(8, _tiny.Bench.Device, (_, _) => { }, default),
            () => trained.DrawFilm([0, 1], 2, _tiny.Bench.Device, (_, _) => { }, default),
            () => trained.DrawMix([0], [1], null, _tiny.Bench.Device, default),
        ])
        {
            var error = Assert.Throws<ConsentException>(use);
            Assert.Contains("A. Painter", error.Message);
            Assert.Contains(revoked ? "the artist asked" : "ended on 2030-06-15", error.Message);
        }
        Assert.Equal(files + (revoked ? 1 : 0), Directory.GetFiles(_tiny.Data.Path, "*", SearchOption.AllDirectories).Count(file => !file.Contains("attempt")));
    }

    [Fact]
    public void ATrainingUnderWay_EndsOnceTheConsentIsRevoked()
    {
        var clock = new ManualTime();
        var steps = 0;
        void Told(Specs.Cluster.WorkProgress progress)
        {
            if (++steps == 2) Revoke();
            clock.Advance(TimeSpan.FromSeconds(2));
        }

        Assert.Throws<ConsentException>(() => TrainingStage.Run(_tiny.Training, _tiny.Context(Told) with { Time = clock }, default));
        Assert.Equal(2, steps);
    }

    [Fact]
    public void ARunOfAnEarlierVersion_IsKnownByItsResult()
    {
        var training = TrainingStage.Run(_tiny.Training, Context(Before), default);
        SampleStage.Run(_tiny.Batch(0, 10), Context(Before), default);
        EvaluationStage.Run(_tiny.Evaluation(training), Context(Before), default);
        File.Delete(_tiny.Folder.DatasetFile);

        Assert.Equal(_tiny.Dataset.Fingerprint, TrainedRun.FingerprintOf(_tiny.Folder));
    }
}
