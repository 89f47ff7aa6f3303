using System.Text;
using IconDiffusion.Data;
using IconDiffusion.Data.Sources;
using IconDiffusion.Imaging;
using IconDiffusion.Specs;

namespace IconDiffusion.Data.Tests.Sources;

public sealed class FolderTagsTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly List<string> _warnings = [];

    public FolderTagsTests()
    {
        foreach (var (seed, name) in new[] { "a.png", "b.png", "old/c, d.png" }.Index())
            _folder.Add(name, ImageFile.EncodePng(Pictures.Noise(8, 8, seed)));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ATable_HasALineOfEachImage_InAnyOrder()
    {
        Write("tags.csv", "file,tags\nb.png\n\"old/c, d.png\",Red  Hair, beard,beard\na.png,beard,\n");

        var tags = Prepare().Tags!;

        Assert.Equal(["beard", "red hair"], tags.Names);
        Assert.Equal(new int[][] { [0], [], [0, 1] }, tags.Icons.Select(icon => icon.ToArray()));
        Assert.Equal([2, 1], tags.Counts());
        Assert.Contains("beard (2), red hair (1)", Assert.Single(_warnings));
    }

    [Fact]
    public void TextFilesBesideImages_AreAnotherWayToSayTheSame()
    {
        Write("tags.csv", "a.png,beard\nb.png\n\"old/c, d.png\",beard,red hair\n");
        var table = Prepare();
        File.Delete(_folder["tags.csv"]);
        Write("a.txt", "Beard");
        Write("b.txt", "");
        Write("old/c, d.txt", "red hair\r\nbeard\r\n");

        var beside = Prepare();

        Assert.Equal(table.Tags, beside.Tags);
        Assert.Equal(table.Fingerprint, beside.Fingerprint);
    }

    [Fact]
    public void TagsAreAnotherDataSet_OfTheSamePixels_AndNoneWhereNobodyAsks()
    {
        var plain = Prepare(tags: false);
        Write("tags.csv", "a.png,beard\nb.png\n\"old/c, d.png\"\n");

        var (with, without) = (Prepare(), Prepare(tags: false));
        Write("tags.csv", "a.png,glasses\nb.png\n\"old/c, d.png\"\n");

        Assert.Null(without.Tags);
        Assert.Equal(plain.Fingerprint, without.Fingerprint);
        Assert.Equal(without.Training.Pixels.Data, with.Training.Pixels.Data);
        Assert.Equal(3, new[] { plain, with, Prepare() }.Select(dataset => dataset.Fingerprint).Distinct().Count());
    }

    [Fact]
    public void AStoredDataSet_KeepsItsTags()
    {
        Write("tags.csv", "a.png,beard\nb.png\n\"old/c, d.png\",red hair\n");
        var dataset = Prepare();
        var store = new DatasetStore(_folder["store"]);
        store.Save(dataset);

        Assert.Equal(dataset.Tags, store.Load(dataset.Fingerprint).Tags);
    }

    [Fact]
    public void TheFilesThatStateTags_AreLeftOutOnlyWhereNobodyAsksForThem()
    {
        Write("tags.csv", "a.png\nb.png\n\"old/c, d.png\"\n");
        Write("notes.txt", "nothing");

        Assert.Equal(["notes.txt"], DatasetSource.Check(Spec(tags: true), TimeProvider.System).Ignored);
        Assert.Equal(["notes.txt", "tags.csv"], DatasetSource.Check(Spec(tags: false), TimeProvider.System).Ignored);
    }

    [Theory]
    [InlineData("a.png,beard\nb.png\n", "'old/c, d.png'")]
    [InlineData("a.png\nb.png\n\"old/c, d.png\"\ne.png,beard\n", "line 4: 'e.png'")]
    [InlineData("a.png\nb.png\na.png,beard\n\"old/c, d.png\"\n", "line 3: 'a.png'")]
    [InlineData("a.png,\"red, hair\"\nb.png\n\"old/c, d.png\"\n", "line 1: the tag 'red, hair'")]
    [InlineData("a.png\nb.png,\"beard\n\"old/c, d.png\"\n", "line 2")]
    public void ATableThatDoesNotFitTheImages_IsRefusedByWhatIsWrong(string table, string wrong)
    {
        Write("tags.csv", table);

        Assert.Contains(wrong, Assert.Throws<DatasetException>(() => Prepare()).Message);
        Assert.Contains(wrong, Assert.Single(DatasetSource.Check(Spec(tags: true), TimeProvider.System).Problems));
    }

    [Fact]
    public void AFolderWithoutTags_OrWithBothKinds_IsRefused()
    {
        Assert.Contains("tags.csv", Assert.Throws<DatasetException>(() => Prepare()).Message);
        Write("tags.csv", "a.png\nb.png\n\"old/c, d.png\"\n");
        Write("a.txt", "beard");

        Assert.Contains("'a.txt'", Assert.Throws<DatasetException>(() => Prepare()).Message);
    }

    [Fact]
    public void AStartedTable_FitsTheFolder_AndHasItsFoldersAsTags()
    {
        Write("tags.csv", FolderTags.Begin(FolderContent.Of(_folder.Path).Listing));

        Assert.Equal(["old"], Prepare().Tags!.Names);
        Assert.Equal(new int[][] { [], [], [0] }, Prepare().Tags!.Icons.Select(icon => icon.ToArray()));
    }

    private IconDataset Prepare(bool tags = true) => DatasetSource.Prepare(Spec(tags), TimeProvider.System, warn: _warnings.Add);

    private FolderSpec Spec(bool tags) => new() { Path = _folder.Path, ImageSize = 8, Tags = tags };

    private void Write(string name, string text) => _folder.Add(name, Encoding.UTF8.GetBytes(text));
}
