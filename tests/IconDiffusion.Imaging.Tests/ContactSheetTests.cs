using IconDiffusion.Imaging;

namespace IconDiffusion.Imaging.Tests;

public class ContactSheetTests
{
    private const int Margin = ContactSheet.Margin;

    [Fact]
    public void EveryIcon_IsInItsCellUnchanged()
    {
        var icons = Enumerable.Range(0, 5).Select(seed => Pictures.Noise(100, 100, seed)).ToList();

        var sheet = ContactSheet.Compose(icons, columns: 3);

        Assert.Equal(((3 * 100) + (4 * Margin), (2 * 100) + (3 * Margin)), (sheet.Width, sheet.Height));
        for (var i = 0; i < 5; i++)
            Assert.Equal(icons[i].Pixels, sheet.Crop(Margin + (i % 3 * (100 + Margin)), Margin + (i / 3 * (100 + Margin)), 100, 100).Pixels);
    }

    [Fact]
    public void SmallIcons_AreEnlargedInBlocks()
    {
        var icon = Pictures.Noise(32, 32, 1);

        var sheet = ContactSheet.Compose([icon]);

        Assert.Equal(icon.Enlarged(3).Pixels, sheet.Crop(Margin, Margin, 96, 96).Pixels);
    }

    [Fact]
    public void Captions_AreDrawnUnderTheirIconOnly()
    {
        var icons = Enumerable.Range(0, 2).Select(_ => new Image(100, 100, Rgb.White)).ToList();

        var sheet = ContactSheet.Compose(icons, columns: 2, captions: ["<b>& 12.34", ""]);

        Assert.Contains(Rgb.Black, Pixels(sheet.Crop(Margin, Margin + 100, 100, ContactSheet.CaptionHeight)));
        Assert.Single(Pixels(sheet.Crop(Margin + 100 + Margin, Margin + 100, 100, ContactSheet.CaptionHeight)).Distinct());
    }

    [Fact]
    public void LongCaption_StaysInItsCell()
    {
        var sheet = ContactSheet.Compose([new(100, 100, Rgb.White)], captions: [new string('W', 200)]);

        Assert.Equal(100 + (2 * Margin), sheet.Width);
    }

    [Fact]
    public void NearestGallery_FramesWhatIsCalledACopy()
    {
        var icon = new Image(32, 32, Rgb.White);
        bool HasFrame(bool isFramed)
        {
            var sheet = NearestGallery.Compose([new(icon, icon, 0, IsFramed: isFramed)]);
            return Enumerable.Range(0, sheet.Width).Any(x => sheet[x, sheet.Height / 3] == new Rgb(213, 94, 0));
        }

        Assert.True(HasFrame(true));
        Assert.False(HasFrame(false));
    }

    [Fact]
    public void NearestGallery_ShowsThePairAndItsDistance()
    {
        Image generated = Pictures.Noise(100, 100, 1), nearest = Pictures.Noise(100, 100, 2);

        var sheet = NearestGallery.Compose([new(generated, nearest, 12.345)]);

        Assert.Equal(generated.Pixels, sheet.Crop(Margin, Margin, 100, 100).Pixels);
        Assert.Equal(nearest.Pixels, sheet.Crop(Margin, Margin + 102, 100, 100).Pixels);
        Assert.True(Pixels(sheet.Crop(Margin, Margin + 202, 100, ContactSheet.CaptionHeight)).Distinct().Count() > 1);
    }

    [Fact]
    public void NoIcons_AreRefused() => Assert.Throws<ArgumentException>(() => ContactSheet.Compose([]));

    [Fact]
    public void WrongNumberOfCaptions_IsRefused() =>
        Assert.Throws<ArgumentException>(() => ContactSheet.Compose([new(8, 8, Rgb.White)], captions: ["a", "b"]));

    private static IEnumerable<Rgb> Pixels(Image image) =>
        from y in Enumerable.Range(0, image.Height) from x in Enumerable.Range(0, image.Width) select image[x, y];
}
