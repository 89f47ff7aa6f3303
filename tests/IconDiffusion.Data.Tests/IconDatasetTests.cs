using IconDiffusion.Data;
using IconDiffusion.Imaging;
using IconDiffusion.Specs;

namespace IconDiffusion.Data.Tests;

public class IconDatasetTests
{
    private static readonly FolderSpec Spec = new() { Path = "here", ImageSize = 8 };

    // From an independent implementation in Python; a change would make every finished run look new.
    [Fact]
    public void Fingerprint_IsTheSameOnEveryMachine() =>
        Assert.Equal("e410a4f655915fc3e127cca8dc784487445d7be12bbbe486a935ef82aaaa6ddc", Dataset(Spec).Fingerprint);

    [Fact]
    public void AnyPixelChanged_ChangesTheFingerprint()
    {
        var original = Dataset(Spec);
        for (var i = 0; i < original.Training.Pixels.Data.Length; i++)
        {
            var pixels = original.Training.Pixels.Data.ToArray();
            pixels[i] ^= 1;
            Assert.NotEqual(original.Fingerprint, new IconDataset(Spec, new(original.Training.Names, new(pixels, 8))).Fingerprint);
        }
    }

    [Fact]
    public void AnySettingChanged_ChangesTheFingerprint()
    {
        IconDataset[] datasets =
        [
            Dataset(Spec),
            Dataset(Spec with { HorizontalFlip = false }),
            Dataset(Spec with { Background = "#000000" }),
            Dataset(new NotoFacesSpec { ImageSize = 8 }),
            new(Spec with { ImageSize = 4 }, new([.. Enumerable.Range(0, 12).Select(i => $"{i}")], new(Dataset(Spec).Training.Pixels.Data, 4))),
        ];

        Assert.Equal(datasets.Length, datasets.Select(dataset => dataset.Fingerprint).Distinct().Count());
    }

    [Fact]
    public void WhereTheIconsLieAndWhatTheyAreCalled_DoesNotChangeTheFingerprint()
    {
        var original = Dataset(Spec);

        Assert.Equal(original.Fingerprint, new IconDataset(Spec with { Path = "there", Count = 3, Background = "#ffffff" }, new(["x", "y", "z"], original.Training.Pixels)).Fingerprint);
    }

    [Fact]
    public void OrderOfTheIcons_ChangesTheFingerprint()
    {
        var icons = Icons();

        Assert.NotEqual(IconDataset.Pack(Spec, icons).Fingerprint, IconDataset.Pack(Spec, [icons[1], icons[0], icons[2]]).Fingerprint);
    }

    [Fact]
    public void OneIcon_IsRefused() =>
        Assert.Contains("at least 2", Assert.Throws<DatasetException>(() => IconDataset.Pack(Spec, [Icons()[0]])).Message);

    [Fact]
    public void WrongNumberOfNames_IsRefused() =>
        Assert.Contains("2 names", Assert.Throws<ArgumentException>(() => new IconSet(["a", "b"], Dataset(Spec).Training.Pixels)).Message);

    [Fact]
    public void PixelsOfAnotherSize_AreRefused() =>
        Assert.Contains("8×8", Assert.Throws<DatasetException>(() => new IconDataset(Spec with { ImageSize = 16 }, Dataset(Spec).Training)).Message);

    [Fact]
    public void IconOfAnotherSize_IsNamed() =>
        Assert.Contains("'big'", Assert.Throws<DatasetException>(() => IconDataset.Pack(Spec, [Icons()[0], new("big", Pictures.Noise(9, 9, 1))])).Message);

    internal static IconDataset Dataset(DatasetSpec spec) => IconDataset.Pack(spec, Icons());

    private static List<NamedIcon> Icons() =>
        Enumerable.Range(0, 3).Select(seed => new NamedIcon($"{seed}.png", Pictures.Noise(8, 8, seed))).ToList();
}
