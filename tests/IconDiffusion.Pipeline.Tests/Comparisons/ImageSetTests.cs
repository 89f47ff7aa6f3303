using IconDiffusion.Data;
using IconDiffusion.Imaging;
using IconDiffusion.Pipeline.Comparisons;
using IconDiffusion.Specs;

namespace IconDiffusion.Pipeline.Tests.Comparisons;

public sealed class ImageSetTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private FolderSpec Spec => new() { Path = _folder.Path, ImageSize = 8 };

    private ImageSet Open(bool skipUnreadable = false, FolderSpec? spec = null) => ImageSet.Open(spec ?? Spec, skipUnreadable, InstalledPackages.None);

    [Fact]
    [Trait("Speed", "Slow")]
    public void AmongThousandsOfFiles_TheDamagedOnesAreNamed_AndTheRestIsThere()
    {
        for (var i = 0; i < 2000; i++)
        {
            var file = ImageFile.EncodePng(Pictures.Noise(8, 8, i));
            _folder.Add($"{i:D4}.png", i % 400 == 7 ? file[..(file.Length / 2)] : file);
        }
        _folder.Add("empty.png", []);

        var set = Open(skipUnreadable: true);

        Assert.Equal((1995, 0), (set.Dataset.Count, set.Resampled));
        Assert.Equal(["0007.png", "0407.png", "0807.png", "1207.png", "1607.png", "empty.png"], set.Unreadable.Select(file => file.Name));
        Assert.DoesNotContain("0007.png", set.Dataset.Training.Names);
        var error = Assert.Throws<DatasetException>(() => Open());
        Assert.Contains("6 of 2001 images", error.Message);
        Assert.Contains("--skip-unreadable", error.Message);
    }

    [Fact]
    public void AFolderOfDamagedFilesAlone_IsRefusedEvenWhenTheyMayBeLeftOut()
    {
        _folder.Add("a.png", [1]);
        _folder.Add("b.png", [2]);

        Assert.Contains("Found 0 readable image(s)", Assert.Throws<DatasetException>(() => Open(skipUnreadable: true)).Message);
    }

    [Fact]
    public void ImagesOfAnotherSize_AreCounted()
    {
        _folder.Add("a.png", ImageFile.EncodePng(Pictures.Noise(8, 8, 1)));
        _folder.Add("b.png", ImageFile.EncodePng(Pictures.Noise(16, 16, 2)));
        _folder.Add("c.png", ImageFile.EncodePng(Pictures.Noise(8, 9, 3)));

        Assert.Equal(2, Open().Resampled);
    }

    [Fact]
    public void NothingIsHeldOut_UnlessStated()
    {
        for (var i = 0; i < 120; i++)
            _folder.Add($"{i:D3}.png", ImageFile.EncodePng(Pictures.Noise(8, 8, i)));

        Assert.Equal(120, Open().Dataset.Count);
        Assert.Equal(90, Open(spec: Spec with { HeldOut = 30 }).Dataset.Count);
    }

    [Theory]
    [InlineData("noto-faces")]
    [InlineData("openmoji-faces-new")]
    [InlineData("somewhere/else")]
    public void ASet_IsCalledWhatItWasAskedFor(string name) =>
        Assert.Equal(name, ImageSet.NameOf(DatasetName.Read(name) with { Count = 7, ImageSize = 16, HeldOut = 0 }));
}
