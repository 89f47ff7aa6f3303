using System.Security.Cryptography;
using IconDiffusion.Data;
using IconDiffusion.Data.Layered;
using IconDiffusion.Data.Sources;
using IconDiffusion.Imaging;
using IconDiffusion.Specs;

namespace IconDiffusion.Data.Tests.Layered;

public class LayeredFacesTests
{
    private static readonly LayeredSpec Small = new() { ImageSize = 32, Count = 200, HeldOut = 100, Variants = 3 };

    [Fact]
    public void EveryLayer_HasAsManyVariantsAsTheSpecAllows()
    {
        var spec = new LayeredSpec();

        Assert.Equal(8, Open(spec).Layers.Count);
        Assert.All(Open(spec).Layers, layer => Assert.Equal(spec.MostVariants, layer.Variants.Distinct().Count()));
    }

    // The digest is of the pixels alone: a machine that drew other bits would train other models under the same name.
    [Theory]
    [InlineData(32, "9770719f873a4d16")]
    [InlineData(128, "84088f8a0249e8a1")]
    [InlineData(47, "bcc61f83d27456da")]
    public void Drawing_IsTheSameToTheBitOnEveryMachine(int size, string digest) => Assert.Equal(
        digest,
        Convert.ToHexStringLower(SHA256.HashData(Prepare(new() { ImageSize = size, Count = 30 }).Training.Pixels.Data.Span))[..16]);

    [Fact]
    public void NoCombination_IsInTwoPlaces()
    {
        var set = DatasetSource.Prepare(Small, TimeProvider.System);

        Assert.Equal((200, 100), (set.Count, set.HeldOut!.Count));
        Assert.Equal(300, set.Training.Names.Concat(set.HeldOut!.Names).Distinct().Count());
    }

    [Fact]
    public void TwoHundred_AreTrainedOnWhereNothingIsSaid() =>
        Assert.Equal((200, 50), (Prepare(new() { ImageSize = 16 }).Count, Prepare(new() { ImageSize = 16 }).HeldOut?.Count));

    [Fact]
    public void TheWholeProduct_HasEachCombinationOnce()
    {
        var names = Icons(new() { Variants = 3 }).Select(icon => icon.Name).ToList();

        Assert.Equal(6561, names.Count);
        Assert.Equal(6561, names.Distinct().Count());
    }

    [Fact]
    public void MoreThanTheProduct_IsRefusedWithTheNumber() => Assert.Contains(
        "8 layers of 2 variants have 256 combinations; 300 are wanted",
        Assert.Throws<DatasetException>(() => Prepare(new() { Variants = 2, Count = 300 })).Message);

    [Fact]
    public void AnotherSeed_ChoosesOtherFaces() =>
        Assert.NotEqual(Names(Small), Names(Small with { Seed = 1 }));

    [Fact]
    public void MoreIcons_BeginWithTheSame() => Assert.Equal(
        Names(Small with { HeldOut = 0 }).Take(50), Names(Small with { HeldOut = 0, Count = 50 }));

    [Fact]
    public void Names_CanBeReadBack() => Assert.All(
        Icons(Small).Take(50),
        icon => Assert.Equal(icon.Combination, Open(Small).Parse(icon.Name + " (2)")));

    [Fact]
    public void ANameOfNoFace_IsRefused() =>
        Assert.Contains("'man-blond'", Assert.Throws<DatasetException>(() => Open(Small).Parse("man-blond")).Message);

    [Fact]
    public void Layouts_VaryWithinTheirRange()
    {
        var icons = Icons(Small).Take(500).ToList();

        foreach (var (number, layer) in Open(Small).Layers.Index())
        {
            Assert.Equal(layer.Farthest.X, icons.Max(icon => Math.Abs(icon.Layout[number].X)));
            Assert.Equal(layer.Farthest.Y, icons.Max(icon => Math.Abs(icon.Layout[number].Y)));
        }
    }

    // The one layer at two depths, hair, is on one picture there, so only a face without the back of hair can be put together again.
    [Fact]
    public void Layers_LaidOverOneAnother_AreTheIcon()
    {
        foreach (var icon in Icons(new() { ImageSize = 48 }).Where(icon => icon.Name.Contains("-spikes-")).Take(20))
        {
            var laid = new Image(48, 48, Rgb.White);
            for (var layer = 0; layer < 8; layer++)
                new Sheet(0, 0, 48, 48, icon.Layer(layer).Pixels).Over(laid);
            Assert.Equal(icon.Icon.Pixels, laid.Pixels);
        }
    }

    // Each pixel is shared out among the parts that can be seen there; what is missing at the corners is background.
    [Fact]
    public void VisibleMasks_AddUpToTheWhole()
    {
        foreach (var icon in Icons(Small).Take(20))
        {
            var masks = Enumerable.Range(0, 8).Select(icon.VisibleMask).ToList();
            for (var i = 0; i < 32 * 32; i++)
                // The round corners reach 5.5 pixels; each of the nine sheets can round by ½ more or less.
                if (i % 32 is > 5 and < 26 || i / 32 is > 5 and < 26)
                    Assert.InRange(masks.Sum(mask => mask[i]), 255 - 5, 255 + 5);
        }
    }

    [Fact]
    public void EveryPart_CanBeSeenInEveryFace() => Assert.All(Icons(new() { ImageSize = 32 }).Take(500), icon =>
    {
        foreach (var (number, layer) in Open(new()).Layers.Index().Where(each => each.Item.IsDrawn(icon.Combination[each.Index])))
            // Six of 1024 pixels are enough to tell a nose.
            Assert.True(icon.VisibleMask(number).Sum(value => value) >= 6 * 255, $"The {layer.Name} of {icon.Name} is hidden.");
    });

    [Fact]
    public void TrainingIcons_AreAllDifferentPictures()
    {
        var set = DatasetSource.Prepare(Small with { Count = 100, HeldOut = 0 }, TimeProvider.System);

        Assert.Equal(100, Enumerable.Range(0, set.Count).Select(i => Convert.ToHexString(set[i].Pixels)).Distinct().Count());
    }

    [Fact]
    public void Parts_AreWrittenWithMasksAndLayout()
    {
        var folder = Directory.CreateTempSubdirectory("layered-parts").FullName;
        try
        {
            var spec = new LayeredSpec { ImageSize = 32, Count = 3, HeldOut = 1 };
            LayeredParts.Write(folder, spec, Prepare(spec), InstalledPackages.None);

            Assert.Equal(4 * 8 * 2, Directory.GetFiles(folder, "*.png", SearchOption.AllDirectories).Length);
            Assert.Contains("\"layer\": \"mouth\"", File.ReadAllText(Path.Combine(folder, "parts.json")));
            Assert.True(ImageFile.LoadRgba(Path.Combine(folder, "0", "mouth.png")).IsTransparent);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static EquatableList<string> Names(LayeredSpec spec) => Prepare(spec).Training.Names;

    private static IconDataset Prepare(LayeredSpec spec) => LayeredSource.Prepare(spec, InstalledPackages.None);

    private static LayeredArt Open(LayeredSpec spec) => LayeredSource.Open(spec, InstalledPackages.None);

    private static IEnumerable<LayeredIcon> Icons(LayeredSpec spec) => LayeredSource.Icons(spec, Open(spec));
}
