using System.Text.Json;
using IconDiffusion.Data;
using IconDiffusion.Imaging;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Pipeline.Publishing;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Pipeline.Tests.Publishing;

/// <summary>What the public is shown of a run, by the rules of publishing.</summary>
[Collection(nameof(TrainingCollection))]
public sealed class FreshIconsTests : IDisposable
{
    private readonly TrainedFaces _faces = new();

    public void Dispose() => _faces.Dispose();

    private FreshIcons Open(int? steps = null, bool withoutConsent = false) => FreshIcons.Open(_faces.Run, _faces.Data, TrainedFaces.Device, steps, withoutConsent);

    private static FreshIcon Draw(FreshIcons icons) => icons.Draw(_ => { }, default)!;

    private static byte[] Pixels(FreshIcon icon) => ImageFile.Decode(icon.Png, "icon").Over(Rgb.White).Pixels;

    [Fact]
    public void NoTwoIconsAreTheSame_NorAfterAStartAnew()
    {
        var shown = new List<FreshIcon>();
        for (var start = 0; start < 2; start++)
        {
            using var icons = Open();
            shown.AddRange([Draw(icons), Draw(icons), Draw(icons)]);
        }

        Assert.Equal(Enumerable.Range(ShownIcons.First, 6), shown.Select(icon => icon.Number));
        Assert.Equal(6, shown.DistinctBy(icon => Convert.ToHexString(Pixels(icon))).Count());
    }

    [Fact]
    public void AnIconThatIsAskedToShowSomething_IsTheOneThatTheRunDrawsWithThoseTags_AndItsOwnGuidance()
    {
        using var faces = new TrainedFaces(TrainedFaces.Terms, withTags: true);
        using var icons = FreshIcons.Open(faces.Run, faces.Data, TrainedFaces.Device, steps: null, withoutConsent: false);
        Assert.Equal(TrainedFaces.Tags, icons.Tags);

        string[] wishes = ["red hair", "hat"];
        FreshIcon[] drawn = [icons.Draw(wishes, _ => { }, default)!, Draw(icons), icons.Draw([wishes[1]], _ => { }, default)!];
        byte[][] expected =
        [
            Drawn(faces.Run.Asked([.. wishes], null), drawn[0].Number), Drawn(faces.Run, drawn[1].Number), Drawn(faces.Run.Asked([wishes[1]], null), drawn[2].Number),
        ];

        Assert.Equal(expected, drawn.Select(Pixels));
        Assert.NotEqual(Drawn(faces.Run, drawn[0].Number), expected[0]);
        Assert.Throws<ExperimentException>(() => icons.Draw(["cap"], _ => { }, default));
        using var untold = Open();
        Assert.Empty(untold.Tags);
        Assert.Throws<ExperimentException>(() => untold.Draw(["hat"], _ => { }, default));

        static byte[] Drawn(TrainedRun run, int number)
        {
            using var source = run.InFewSteps(null).Open(TrainedFaces.Device);
            using var scope = TorchSharp.torch.NewDisposeScope();
            return Watermark.Draw(Generators.Sampling.IconImages.From(source.Draw(number, 1, null, default))[0]).Pixels;
        }
    }

    [Fact]
    public void ANumberWhoseIconWasNeverShown_IsNotGivenOutAgain()
    {
        using var icons = Open();
        using var stop = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => icons.Draw(_ => stop.Cancel(), stop.Token));

        Assert.Equal(ShownIcons.First + 1, Draw(icons).Number);
        Assert.Equal(new(ShownIcons.First + 2, Shown: 1, Copies: 0), icons.Tally);
    }

    [Fact]
    public void AnIcon_IsMarked_AndSaysWhatItIs_AsPublishedOnesDo()
    {
        using var icons = Open();
        var icon = Draw(icons);

        var image = ImageFile.Decode(icon.Png, "icon").Over(Rgb.White);
        Assert.Equal((new Rgb(32, 32, 32), Rgb.White), (image[15, 15], image[9 + 2, 9 + 1]));  // the mark's corner, the top of its A
        Assert.Equal(
            IconMetadata.Of(_faces.Run, _faces.Run.DatasetFingerprint, icons.RequireConsent(), watermark: true).Entries(icon.Number),
            PngText.Read(icon.Png));
        Assert.Contains(PngText.Read(icon.Png), entry => entry.Keyword == "Copyright" && entry.Text.Contains(TrainedFaces.Terms.Artist, StringComparison.Ordinal));
    }

    [Fact]
    public void Copies_AreCounted_AndOthersShownInTheirPlace()
    {
        _faces.Memorise(ShownIcons.First, ShownIcons.First + 2, ShownIcons.First + 3);
        using var icons = Open();

        Assert.Equal([ShownIcons.First + 1, ShownIcons.First + 4], ((FreshIcon[])[Draw(icons), Draw(icons)]).Select(icon => icon.Number));
        Assert.Equal(new(ShownIcons.First + 5, Shown: 2, Copies: 3), icons.Tally);
    }

    [Fact]
    public void WhereAllAreCopies_NoneIsShown()
    {
        _faces.Memorise([.. Enumerable.Range(ShownIcons.First, FreshIcons.MostTries)]);
        using var icons = Open();

        Assert.Null(icons.Draw(_ => { }, default));
        Assert.Equal(new(ShownIcons.First + FreshIcons.MostTries, Shown: 0, Copies: FreshIcons.MostTries), icons.Tally);
    }

    [Fact]
    public void AConsentThatIsRevokedWhileAnIconIsDrawn_ShowsNothing()
    {
        var revoked = false;
        void Revoke(double part)
        {
            if (part < 1 || revoked) return;
            revoked = true;
            _faces.Revoke();
        }

        using (var icons = Open())
        {
            Assert.Throws<ConsentException>(() => icons.Draw(Revoke, default));
            Assert.Throws<ConsentException>(() => Draw(icons));
            Assert.Equal(new(ShownIcons.First + 1, Shown: 0, Copies: 0), icons.Tally);
        }
        Assert.Throws<ConsentException>(() => Open(withoutConsent: true));
    }

    [Fact]
    public void WithoutAConsent_ItIsRefused_UnlessThatIsWanted()
    {
        using var faces = new TrainedFaces(consent: null);

        Assert.Contains("--without-consent", Assert.Throws<ConsentException>(() => FreshIcons.Open(faces.Run, faces.Data, TrainedFaces.Device, null, withoutConsent: false)).Message);
        using var icons = FreshIcons.Open(faces.Run, faces.Data, TrainedFaces.Device, null, withoutConsent: true);
        Assert.Contains(PngText.Read(Draw(icons).Png), entry => entry.Text.Contains("No consent", StringComparison.Ordinal));
    }

    [Fact]
    public void WithoutAReportThatSeesCopies_ItIsRefused()
    {
        var file = Path.Combine(_faces.Run.ResultFolder, NoveltyReport.FileName);
        var report = NoveltyReport.Read(_faces.Run.ResultFolder)!;
        File.WriteAllText(file, JsonSerializer.Serialize(report with { Rows = [.. report.Rows.Select(row => row.IsControl ? row with { Copies = 0 } : row)] }, SpecJson.Indented));
        Assert.Contains("It can't tell which icons are copies", Assert.Throws<ExperimentException>(() => Open()).Message);

        File.Delete(file);
        Assert.Contains($"icon report {_faces.Run.Id}", Assert.Throws<ExperimentException>(() => Open()).Message);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1001)]
    public void ANumberOfStepsThatTheModelDoesNotHave_IsNamed(int steps) =>
        Assert.Contains($"--steps is {steps}; wanted 2 to 1000", Assert.Throws<ExperimentException>(() => Open(steps)).Message);

    [Fact]
    public void OneProcessAtATime_ShowsIconsOfARun()
    {
        using (Open())
            Assert.Contains(_faces.Run.Id, Assert.Throws<ExperimentException>(() => Open()).Message);
        Open().Dispose();
    }
}
