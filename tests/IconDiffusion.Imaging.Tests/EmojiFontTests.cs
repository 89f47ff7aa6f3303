using IconDiffusion.Imaging;

namespace IconDiffusion.Imaging.Tests;

public class EmojiFontTests
{
    private const string Baby = "\U0001F476";
    private const string ManWithBeard = "\U0001F9D4\u200D\u2642\uFE0F";
    private const string PersonJoinedToTRex = "\U0001F9D1\u200D\U0001F996";

    [Fact]
    public void Emoji_StandsInTheMiddleOfItsBackground()
    {
        var background = new Rgb(1, 2, 3);
        var icon = EmojiFont.TryRender(Baby, 128, background)!;

        Assert.Equal((128, 128), (icon.Width, icon.Height));
        var ink = (from y in Enumerable.Range(0, 128) from x in Enumerable.Range(0, 128) where icon[x, y] != background select (x, y)).ToList();
        var (left, right, top, bottom) = (ink.Min(p => p.x), ink.Max(p => p.x), ink.Min(p => p.y), ink.Max(p => p.y));
        Assert.True(left > 0 && top > 0 && right < 127 && bottom < 127, "The head is cut off.");
        Assert.InRange(left + right, 125, 129);
        Assert.InRange(top + bottom, 122, 132);
    }

    [Fact]
    public void OtherSize_ShowsTheWholeEmoji()
    {
        var large = EmojiFont.TryRender(Baby, 128, Rgb.White)!;
        var small = EmojiFont.TryRender(Baby, 32, Rgb.White)!;

        Assert.Equal(Resize.To(large, 32, 32).Pixels.Average(value => value), small.Pixels.Average(value => value), tolerance: 1.0);
    }

    // DejaVu Sans has a sign for men, too.
    [Fact]
    public void SignThatALabelsFontHas_ComesFromTheEmojiFont()
    {
        Assert.NotNull(TextLabel.TryRender("♂ 12.3", 12, Rgb.Black, Rgb.White));
        Assert.NotNull(EmojiFont.TryRender(ManWithBeard, 64, Rgb.White));
    }

    [Fact]
    public void SequenceUnknownToTheFont_IsNotRendered() => Assert.Null(EmojiFont.TryRender(PersonJoinedToTRex, 64, Rgb.White));

    [Fact]
    public void LetterOfAnotherFont_IsNotRendered() => Assert.Null(EmojiFont.TryRender("A", 64, Rgb.White));
}
