using System.Security.Cryptography;
using IconDiffusion.Data;
using IconDiffusion.Data.Layered;
using IconDiffusion.Data.Sources;
using IconDiffusion.Imaging;
using IconDiffusion.Specs;

namespace IconDiffusion.Data.Tests.Layered;

public class DiceBearArtTests(InstalledStyles installed) : IClassFixture<InstalledStyles>
{
    private static readonly string[] Styles = ["adventurer", "toon-head", "micah", "lorelei"];

    public static TheoryData<string> Named => [.. Styles];

    // Of the pixels alone. Another renderer may draw other bits, which make another data set of the same name.
    [SkippableTheory]
    [InlineData("adventurer", "a971a552b5c413da")]
    [InlineData("toon-head", "961c94f781a5ce2c")]
    [InlineData("micah", "fa6388bb1c0124df")]
    [InlineData("lorelei", "3f0f9ad6d9015bb0")]
    public void Pictures_AreThoseOfTheRenderer(string style, string digest)
    {
        var set = Prepare(Of(style) with { ImageSize = 64, Count = 30, HeldOut = 0 });

        Assert.Equal(("8.18.7", digest), (ImageFile.LibraryVersion, Convert.ToHexStringLower(SHA256.HashData(set.Training.Pixels.Data.Span))[..16]));
    }

    [SkippableTheory]
    [MemberData(nameof(Named))]
    public void AnIconOfWhichNothingIsMoved_IsTheStylesOwnPicture(string style)
    {
        var art = DiceBearArt.Open(Of(style) with { ImageSize = 128 }, installed.Packages);
        var unmoved = new ArtLayout([.. art.Layers.Select(_ => new PartMove(0, 0))]);

        foreach (var icon in LayeredSource.Icons(Of(style), art).Take(10))
        {
            var whole = art.DrawWhole(icon.Combination);
            Assert.Equal(whole.Pixels, art.Draw(icon.Combination, unmoved).Pixels);
            // Pieces drawn alone are rounded to 8 bits each.
            var laid = art.Compose(icon.Combination, unmoved, (_, sheet) => sheet);
            Assert.InRange(whole.Pixels.Zip(laid.Pixels, (a, b) => Math.Abs(a - b)).Max(), 0, 3);
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Named))]
    public void VisibleMasks_AddUpToWhatIsDrawn(string style)
    {
        var (white, black) = (Open(Of(style) with { ImageSize = 32 }), Open(Of(style) with { ImageSize = 32, Background = "#000000" }));

        foreach (var icon in LayeredSource.Icons(Of(style), white).Take(10))
        {
            var masks = Enumerable.Range(0, white.Layers.Count).Select(icon.VisibleMask).ToList();
            var onBlack = black.Draw(icon.Combination, icon.Layout);
            for (var i = 0; i < 32 * 32; i++)
                // What the background does not show through; each piece can round by ½ more or less.
                Assert.InRange(masks.Sum(mask => mask[i]) - (255 - (icon.Icon.Pixels[3 * i] - onBlack.Pixels[3 * i])), -8, 8);
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Named))]
    public void TrainingAndHeldOutIcons_AreAllDifferentCombinations(string style)
    {
        var set = Prepare(Of(style) with { ImageSize = 16, Count = 300, HeldOut = 100 });

        Assert.Equal((300, 100), (set.Count, set.HeldOut!.Count));
        Assert.Equal(400, set.Training.Names.Concat(set.HeldOut!.Names).Distinct().Count());
    }

    [SkippableTheory]
    [MemberData(nameof(Named))]
    public void TheWholeProduct_HasEachAllowedCombinationOnce(string style)
    {
        var art = Open(Of(style) with { Variants = 2 });

        var names = LayeredSource.Icons(Of(style), art).Select(icon => icon.Name).ToList();

        Assert.Equal(art.Combinations, names.Count);
        Assert.Equal(names.Count, names.Distinct().Count());
    }

    // All of it that the spec allows of the hair; the number is the product of the parts, less those that are not drawn together.
    [SkippableFact]
    public void ToonHead_HasItsCombinations()
    {
        var art = Open(Of("toon-head") with { Variants = 5 });

        Assert.Equal(["rearHair", "clothes", "mouth", "beard", "eyes", "eyebrows", "hair", "skin"], art.Layers.Select(layer => layer.Name));
        Assert.Equal(5 * 5 * 5 * 5 * 5 * 5 * 5 * 5, art.Combinations);
        Assert.Equal(["none", "longStraight", "longWavy", "neckHigh", "shoulderHigh"], art.Layers[0].Variants);
    }

    [SkippableFact]
    public void MoreVariants_BeginWithTheSame()
    {
        var (few, many) = (Open(Of("micah") with { Variants = 3 }), Open(Of("micah") with { Variants = 12 }));

        Assert.All(few.Layers.Zip(many.Layers), each => Assert.Equal(each.First.Variants, each.Second.Variants.Take(each.First.Variants.Count)));
    }

    [SkippableFact]
    public void AnEarring_NeedsHairThatLeavesItAPlace()
    {
        var art = Open(Of("adventurer") with { Variants = 64 });
        var (hair, earrings) = (NumberOf(art, "hair"), NumberOf(art, "earrings"));
        var held = Enumerable.Range(0, art.Layers[hair].Variants.Count).Count(variant => art.Allows(With(art, (hair, variant), (earrings, 1))));

        Assert.InRange(held, 1, art.Layers[hair].Variants.Count - 1);
        Assert.All(Enumerable.Range(0, art.Layers[hair].Variants.Count), variant => Assert.True(art.Allows(With(art, (hair, variant), (earrings, 0)))));
    }

    [SkippableFact]
    public void ColoursThatTheStyleKeepsApart_AreApart()
    {
        var art = Open(Of("micah"));
        var (hair, skin) = (NumberOf(art, "hair"), NumberOf(art, "base"));
        var like = art.Layers[hair].Variants.ToList().FindIndex(name => name.EndsWith(art.Layers[skin].Variants[0], StringComparison.Ordinal));

        Assert.False(art.Allows(With(art, (hair, like), (skin, 0))));
        Assert.All(LayeredSource.Icons(Of("micah"), art).Take(200), icon =>
            Assert.False(art.Layers[hair].Variants[icon.Combination[hair]].EndsWith(art.Layers[skin].Variants[icon.Combination[skin]], StringComparison.Ordinal)));
    }

    [SkippableTheory]
    [InlineData("adventurer", "Lisa Wischofsky", "CC BY 4.0")]
    [InlineData("toon-head", "Johan Melin", "CC BY 4.0")]
    [InlineData("micah", "Micah Lanier", "CC BY 4.0")]
    [InlineData("lorelei", "Lisa Wischofsky", "CC0 1.0")]
    public void TheArtistsTerms_GoWithTheDataSet_AndCannotBeRevoked(string style, string artist, string licence)
    {
        var consent = Prepare(Of(style) with { ImageSize = 16, Count = 2, HeldOut = 0 }).Consent!;

        Assert.Equal((artist, licence, null), (consent.Artist, consent.Licence, consent.Expiry));
        Assert.True(SourceLicences.Contains(consent));
        Assert.False(SourceLicences.Contains(consent with { Scope = "Any use." }));
    }

    [SkippableFact]
    public void TheSameSpec_IsTheSameData_AndAnotherSeedIsNot()
    {
        var spec = Of("toon-head") with { ImageSize = 16, Count = 20 };

        Assert.Equal(Prepare(spec).Fingerprint, Prepare(spec).Fingerprint);
        Assert.NotEqual(Prepare(spec).Fingerprint, Prepare(spec with { Seed = 1 }).Fingerprint);
    }

    [SkippableFact]
    public void AStyleThatIsNotThere_IsAnsweredWithTheNearest() =>
        Assert.Contains("toon-head", Assert.Throws<DatasetException>(() => Open(Of("tonhead"))).Message);

    // What cannot be drawn apart is refused; all others are drawn.
    [SkippableFact]
    [Trait("Speed", "Slow")]
    public void OtherStylesOfThePackage_AreDrawnOrRefused()
    {
        var drawn = Names().ToLookup(style =>
        {
            try
            {
                return Prepare(Of(style) with { ImageSize = 16, Count = 4, HeldOut = 0 }).Count == 4;
            }
            catch (DatasetException)
            {
                return false;
            }
        });

        Assert.Equal((42, 19), (drawn[true].Count(), drawn[false].Count()));
        Assert.Subset(drawn[true].ToHashSet(), Styles.ToHashSet());
    }

    private IEnumerable<string> Names() =>
        installed.Packages.Read(PinnedPackage.DiceBear, file => file.StartsWith("package/src/", StringComparison.Ordinal)).Keys.Select(file => Path.GetFileNameWithoutExtension(file)!);

    private static DiceBearSpec Of(string style) => new() { Style = style };

    private LayeredArt Open(DiceBearSpec spec) => LayeredSource.Open(spec, installed.Packages);

    private IconDataset Prepare(DiceBearSpec spec) => DatasetSource.Prepare(spec, TimeProvider.System, installed.Packages);

    private static int NumberOf(LayeredArt art, string layer) => art.Layers.ToList().FindIndex(each => each.Name == layer);

    private static Combination With(LayeredArt art, params (int Layer, int Variant)[] chosen) =>
        new([.. Enumerable.Range(0, art.Layers.Count).Select(layer => chosen.FirstOrDefault(each => each.Layer == layer).Variant)]);
}
