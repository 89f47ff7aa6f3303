using System.Runtime.Versioning;
using System.Text.Json;
using IconDiffusion.Data;
using IconDiffusion.Data.Sources;
using IconDiffusion.Imaging;
using IconDiffusion.Specs;

namespace IconDiffusion.Data.Tests.Sources;

public class IconFolderTests
{
    private static readonly FixedClock Clock = new(2030, 6, 15);

    [Fact]
    public void Icons_AreInTheOrderOfTheirNamesFromAllFolders()
    {
        using var folder = new TempFolder();
        foreach (var (name, seed) in new[] { ("b.png", 2), ("B.png", 1), ("a/z.png", 3) })
            folder.Add(name, ImageFile.EncodePng(Pictures.Noise(16, 16, seed)));

        var dataset = DatasetSource.Prepare(Spec(folder), Clock);

        Assert.Equal(["B.png", "a/z.png", "b.png"], dataset.Training.Names);
        Assert.Equal(Pictures.Noise(16, 16, 3).Pixels, dataset[1].Pixels);
    }

    [Fact]
    public void MixedSizesAndFormats_BecomeSquaresOfOneSize()
    {
        using var folder = Two();
        folder.Add("wide.jpg", VipsEncoder.Encode(Pictures.Smooth(300, 200, 3), ".jpg"));
        folder.Add("small.gif", VipsEncoder.Encode(Pictures.Smooth(9, 9, 4), ".gif"));

        Assert.Equal(4 * 16 * 16 * 3, DatasetSource.Prepare(Spec(folder), Clock).Training.Pixels.Data.Length);

        var report = DatasetSource.Check(Spec(folder), Clock);
        Assert.Empty(report.Problems);
        Assert.Equal(["wide.jpg"], report.Cropped);
        Assert.Equal(["small.gif"], report.Enlarged);
    }

    [Fact]
    public void TransparentPixels_AreLaidOverTheBackground()
    {
        using var folder = Two();
        folder.Add("clear.png", PngBytes.Write(16, 16, 8, PngBytes.Rgba, new byte[16 * 16 * 4]));

        Assert.Equal(new Image(16, 16, new Rgb(1, 2, 3)).Pixels, DatasetSource.Prepare(Spec(folder) with { Background = "#010203" }, Clock)[2].Pixels);
        Assert.Equal(["clear.png"], DatasetSource.Check(Spec(folder), Clock).Transparent);
    }

    [Fact]
    public void Count_TakesTheFirst()
    {
        using var folder = Two();
        folder.Add("c.png", ImageFile.EncodePng(Pictures.Noise(16, 16, 3)));

        Assert.Equal(["a.png", "b.png"], DatasetSource.Prepare(Spec(folder) with { Count = 2 }, Clock).Training.Names);
    }

    [Fact]
    public void MissingFolder_IsNamed() =>
        AssertRefused(new() { Path = "/nowhere/icons", ImageSize = 16 }, "'/nowhere/icons' does not exist");

    [Fact]
    public void EmptyFolder_NeedsTwoImages()
    {
        using var folder = new TempFolder();
        AssertRefused(Spec(folder), "Found 0 image(s)", "at least 2");
    }

    [Fact]
    public void OneImageOnly_NeedsTwo()
    {
        using var folder = new TempFolder();
        folder.Add("a.png", ImageFile.EncodePng(Pictures.Noise(16, 16, 1)));
        AssertRefused(Spec(folder), "Found 1 image(s)", "at least 2");
    }

    [Fact]
    public void FewerThanTheCount_AreRefused()
    {
        using var folder = Two();
        AssertRefused(Spec(folder) with { Count = 158 }, "Found 2 images", "158 are wanted");
    }

    [Fact]
    public void UnreadableImage_RefusesTheFolderAndIsListedWithItsReason()
    {
        using var folder = Two();
        folder.Add("broken.png", ImageFile.EncodePng(Pictures.Noise(16, 16, 3))[..100]);
        folder.Add("text.png", "no picture"u8.ToArray());

        AssertRefused(Spec(folder), "2 of 4 images", "broken.png");
        var report = DatasetSource.Check(Spec(folder), Clock);
        Assert.Equal(["broken.png", "text.png"], report.Unreadable.Select(file => file.Name));
        Assert.All(report.Unreadable, file => Assert.NotEmpty(file.Reason));
        Assert.Equal(2, report.Icons);
    }

    [SkippableFact]
    [UnsupportedOSPlatform("windows")]
    public void UnreadableFolder_IsNamed()
    {
        Skip.If(Environment.IsPrivilegedProcess, "root reads every folder");
        using var folder = Two();
        var closed = Directory.CreateDirectory(folder["closed"]);
        File.SetUnixFileMode(closed.FullName, UnixFileMode.None);
        try
        {
            AssertRefused(Spec(folder), "cannot be read");
        }
        finally
        {
            File.SetUnixFileMode(closed.FullName, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    [Fact]
    public void OtherAnimationsThanGifs_AreAnimatedToo()
    {
        using var folder = Two();
        folder.Add("moving.png", PngBytes.Write(16, 16, 8, PngBytes.Grey, new byte[16 * 16], ("acTL", [0, 0, 0, 3, 0, 0, 0, 0])));
        folder.Add("still.png", PngBytes.Write(16, 16, 8, PngBytes.Grey, new byte[16 * 16], ("acTL", [0, 0, 0, 1, 0, 0, 0, 0])));
        folder.Add("moving.webp", VipsEncoder.Encode(Pictures.Noise(16, 32, 4).Pixels, 16, 32, 3, ".webp", pageHeight: 16));

        Assert.Equal(["moving.png", "moving.webp"], DatasetSource.Check(Spec(folder), Clock).Animated);
    }

    [Theory]
    [InlineData(null, null, 96, 24)]
    [InlineData(60, null, 60, 15)]
    [InlineData(null, 7, 113, 7)]
    public void Check_HoldsOutWhatARunHoldsOut(int? count, int? heldOut, int expected, int expectedHeldOut)
    {
        using var folder = new TempFolder();
        for (var i = 0; i < 120; i++) folder.Add($"{i:D3}.png", ImageFile.EncodePng(Pictures.Noise(8, 8, i)));
        var spec = new FolderSpec { Path = folder.Path, ImageSize = 8, Count = count, HeldOut = heldOut };

        var (report, dataset) = (DatasetSource.Check(spec, Clock), DatasetSource.Prepare(spec, Clock));

        Assert.Equal((expected, expectedHeldOut), (report.Icons, report.HeldOut));
        Assert.Equal((expected, expectedHeldOut), (dataset.Count, dataset.HeldOut?.Count));
    }

    [Fact]
    public void ThirtyLikePictures_AreOneGroup()
    {
        using var folder = Two();
        for (var i = 0; i < 30; i++) folder.Add($"like/{i:D2}.png", ImageFile.EncodePng(Pictures.Smooth(16, 16, 9)));

        var group = Assert.Single(DatasetSource.Check(Spec(folder), Clock).Duplicates);

        Assert.Equal((DuplicateKind.Exact, 0.0), (group.Kind, group.MeanAbsoluteError));
        Assert.Equal(Enumerable.Range(0, 30).Select(i => $"like/{i:D2}.png"), group.Names);
    }

    [Fact]
    public void AFewSmallOrLargeImages_DoNotMoveTheUsualSide()
    {
        using var folder = new TempFolder();
        for (var i = 0; i < 6; i++) folder.Add($"{i}.png", ImageFile.EncodePng(Pictures.Noise(64, i == 3 ? 80 : 64, i)));
        folder.Add("favicon.png", ImageFile.EncodePng(Pictures.Noise(8, 8, 7)));
        folder.Add("poster.png", ImageFile.EncodePng(Pictures.Noise(200, 300, 8)));
        folder.Add("broken.png", [1, 2, 3]);

        Assert.Equal(64, IconFolder.UsualSide(folder.Path));
    }

    [Fact]
    public void OtherFilesAnimationsAndWrongNames_AreReported()
    {
        using var folder = Two();
        folder.Add("notes.txt", "hello"u8.ToArray());
        folder.Add("drawing.svg", "<svg/>"u8.ToArray());
        folder.Add("really-jpeg.png", VipsEncoder.Encode(Pictures.Smooth(16, 16, 3), ".jpg"));
        folder.Add("moving.gif", VipsEncoder.Encode(Pictures.Noise(16, 32, 4).Pixels, 16, 32, 3, ".gif", pageHeight: 16));

        var report = DatasetSource.Check(Spec(folder), Clock);

        Assert.Equal(["drawing.svg", "notes.txt"], report.Ignored);
        Assert.Equal(["really-jpeg.png"], report.Mislabelled);
        Assert.Equal(["moving.gif"], report.Animated);
        Assert.Equal(4, report.Icons);
    }

    [Fact]
    public void Report_SurvivesJson()
    {
        using var folder = Two();
        folder.Add("c.png", ImageFile.EncodePng(Pictures.Noise(16, 16, 1)));
        folder.Add("bad.png", []);
        var report = DatasetSource.Check(Spec(folder), Clock);

        var json = JsonSerializer.Serialize(report, SpecJson.Compact);

        Assert.Equal(report, JsonSerializer.Deserialize<DatasetReport>(json, SpecJson.Compact));
    }

    [Theory]
    [InlineData(7)]
    [InlineData(1025)]
    public void ImpossibleImageSize_IsRefused(int size) =>
        AssertRefused(new() { Path = "x", ImageSize = size }, $"dataset.imageSize is {size}");

    [Fact]
    public void ImpossibleBackground_IsRefused() =>
        AssertRefused(new() { Path = "x", Background = "white" }, "background", "#RRGGBB");

    [Fact]
    public void ImpossibleCount_IsRefused() => AssertRefused(new() { Path = "x", Count = 1 }, "count is 1");

    private static TempFolder Two()
    {
        var folder = new TempFolder();
        folder.Add("a.png", ImageFile.EncodePng(Pictures.Noise(16, 16, 1)));
        folder.Add("b.png", ImageFile.EncodePng(Pictures.Noise(16, 16, 2)));
        return folder;
    }

    private static FolderSpec Spec(TempFolder folder) => new() { Path = folder.Path, ImageSize = 16 };

    private static void AssertRefused(FolderSpec spec, params string[] because)
    {
        var error = Assert.Throws<DatasetException>(() => DatasetSource.Prepare(spec, Clock));
        Assert.All(because, part => Assert.Contains(part, error.Message));
    }
}
