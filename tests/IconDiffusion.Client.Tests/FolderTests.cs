namespace IconDiffusion.Client.Tests;

public sealed class FolderTests : IDisposable
{
    private readonly Icon _icon = new();

    public void Dispose() => _icon.Dispose();

    private async Task<string> MakeFacesAsync(string name, int count)
    {
        var folder = Path.Combine(_icon.Folder, name);
        var outcome = await _icon.RunAsync("dataset", "make", "noto-faces", "--count", $"{count}", "--size", "32", "--output", folder, "--json");
        Assert.Equal(0, outcome.ExitCode);
        return folder;
    }

    [Fact]
    public async Task AFolderAgainstItself_HasNoDistance_AndTheFigureSaysWhatItIsNotComparableWith()
    {
        var folder = await MakeFacesAsync("faces", 5);

        var outcome = await _icon.RunAsync("evaluate", "--training", folder, "--generated", folder, "--random-features", "--json");

        Assert.Equal(0, outcome.ExitCode);
        Assert.Equal(0, outcome.Json.GetProperty("mae").GetDouble());
        Assert.InRange(outcome.Json.GetProperty("fid").GetDouble(), -1e-3, 1e-3);
        Assert.Contains("random features: not comparable with published FID", outcome.Json.GetProperty("notComparable").EnumerateArray().Select(n => n.GetString()));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task ImagesOfAnotherSize_AreCountedBesideTheFigure()
    {
        var folder = await MakeFacesAsync("faces", 3);

        var outcome = await _icon.RunAsync("evaluate", "--training", folder, "--generated", folder, "--random-features", "--size", "16", "--json");

        Assert.Contains("6 images resized or cropped to 16×16: pytorch-fid takes them as they are",
            outcome.Json.GetProperty("notComparable").EnumerateArray().Select(n => n.GetString()));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task WithoutTheWeights_FiguresAreOfResNet18_UnlessInceptionIsAskedFor()
    {
        var folder = await MakeFacesAsync("faces", 3);

        var outcome = await _icon.RunAsync("evaluate", "--training", folder, "--generated", folder, "--json");
        var refused = await _icon.RunAsync("evaluate", "--training", folder, "--generated", folder, "--features", "inception-v3-fid");

        Assert.Equal((0, "ResNet-18"), (outcome.ExitCode, outcome.Json.GetProperty("network").GetString()));
        Assert.Equal(3, refused.ExitCode);
        Assert.Contains("The Inception weights are not at", refused.Error);
    }

    [Theory]
    [Trait("Speed", "Slow")]
    [InlineData("--training")]
    [InlineData("--generated")]
    public async Task AMissingFolder_IsNamed(string option)
    {
        var folder = await MakeFacesAsync("faces", 3);
        string[] arguments = ["evaluate", "--training", folder, "--generated", folder, "--random-features"];
        arguments[Array.IndexOf(arguments, option) + 1] = "nowhere";

        var outcome = await _icon.RunAsync(arguments);

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("nowhere", outcome.Error);
    }

    [Fact]
    public async Task ACheckedFolder_ListsWhatIsWrong_AndTheExitCodeSaysSo()
    {
        var folder = await MakeFacesAsync("faces", 3);
        File.Copy(Path.Combine(folder, "0.png"), Path.Combine(folder, "copy.png"));
        File.WriteAllText(Path.Combine(folder, "broken.png"), "");

        var outcome = await _icon.RunAsync("dataset", "check", folder, "--size", "32", "--json");

        Assert.Equal(1, outcome.ExitCode);
        Assert.Equal("broken.png", outcome.Json.GetProperty("unreadable")[0].GetProperty("name").GetString());
        Assert.Equal("exact", outcome.Json.GetProperty("duplicates")[0].GetProperty("kind").GetString());
    }

    [Fact]
    public async Task AFolderWithoutTags_GetsATable_WhichIsListedWithItsCounts()
    {
        var folder = await MakeFacesAsync("faces", 3);
        var table = Path.Combine(folder, "tags.csv");

        var started = await _icon.RunAsync("dataset", "tags", folder, "--json");
        var empty = await File.ReadAllTextAsync(table);
        await File.WriteAllTextAsync(table, empty.Replace("0.png", "0.png,beard").Replace("2.png", "2.png,beard,bald"));
        var listed = await _icon.RunAsync("dataset", "tags", folder, "--json");
        await File.AppendAllTextAsync(table, "3.png,beard\n");
        var refused = await _icon.RunAsync("dataset", "tags", folder, "--json");

        Assert.Equal(table, started.Json.GetProperty("started").GetString());
        Assert.Equal("file,tags\n0.png\n1.png\n2.png\n", empty);
        Assert.Equal([("beard", 2), ("bald", 1)], listed.Json.GetProperty("tags").EnumerateArray().Select(tag => (tag.GetProperty("name").GetString(), tag.GetProperty("icons").GetInt32())));
        Assert.Equal(3, listed.Json.GetProperty("icons").GetInt32());
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("'3.png'", refused.Error);
    }
}
