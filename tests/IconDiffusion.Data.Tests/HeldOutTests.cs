using IconDiffusion.Data;
using IconDiffusion.Imaging;
using IconDiffusion.Specs;

namespace IconDiffusion.Data.Tests;

public sealed class HeldOutTests
{
    private static readonly FolderSpec Spec = new() { Path = "here", ImageSize = 8 };

    [Theory]
    [InlineData(null, null, 99, 0, 99)]      // too few to spare any
    [InlineData(null, null, 100, 20, 100)]   // a fifth
    [InlineData(158, null, 618, 39, 197)]    // a quarter more than are trained on
    [InlineData(158, null, 170, 12, 170)]    // what the source has
    [InlineData(49, null, 618, 0, 49)]
    [InlineData(10, 40, 618, 40, 50)]        // as stated
    [InlineData(null, 0, 618, 0, 618)]
    public void Rule_SetsAsideWhatTheSetCanSpare(int? count, int? stated, int available, int heldOut, int pool)
    {
        var spec = Spec with { Count = count, HeldOut = stated };

        Assert.Equal(heldOut, spec.HeldOutOf(available));
        Assert.Equal(pool, spec.PoolOf(available));
    }

    [Fact]
    public void HeldOutIcons_AreSpreadEvenlyAndNeverTrainedOn()
    {
        var dataset = IconDataset.Pack(Spec with { Count = 40, HeldOut = 10 }, Icons(60));

        Assert.Equal(40, dataset.Count);
        Assert.Equal(["2", "7", "12", "17", "22", "27", "32", "37", "42", "47"], dataset.HeldOut!.Names);
        Assert.Empty(dataset.Training.Names.Intersect(dataset.HeldOut.Names));
        Assert.Equal(50, dataset.Training.Names.Concat(dataset.HeldOut.Names).Max(int.Parse) + 1);
    }

    [Fact]
    public void MoreWantedThanThere_IsRefusedWithBothNumbers()
    {
        var error = Assert.Throws<DatasetException>(() => IconDataset.Pack(Spec with { Count = 40, HeldOut = 30 }, Icons(60)));

        Assert.Equal("Found 60 icons; 40 to train on and 30 to hold out are wanted.", error.Message);
    }

    [Fact]
    public void RepeatedIcons_AreTheFirstOnesAgain()
    {
        var dataset = IconDataset.Pack(Spec with { Repeat = new() { Icons = 2, Times = 3 } }, Icons(5));

        Assert.Equal(["0", "1", "2", "3", "4", "0 (2)", "1 (2)", "0 (3)", "1 (3)"], dataset.Training.Names);
        Assert.Equal(dataset[0].Pixels, dataset[7].Pixels);
    }

    [Fact]
    public void OtherHeldOutIcons_AreAnotherDataset()
    {
        var icons = Icons(12);
        string[] fingerprints =
        [
            IconDataset.Pack(Spec with { Count = 8, HeldOut = 0 }, icons).Fingerprint,
            IconDataset.Pack(Spec with { Count = 8, HeldOut = 4 }, icons).Fingerprint,
            IconDataset.Pack(Spec with { Count = 8, HeldOut = 3 }, icons).Fingerprint,
        ];

        Assert.Equal(3, fingerprints.Distinct().Count());
    }

    [Fact]
    public void Store_KeepsHeldOutIcons()
    {
        using var folder = new TempFolder();
        var dataset = IconDataset.Pack(Spec with { Count = 8, HeldOut = 4 }, Icons(12));
        var store = new DatasetStore(folder.Path);

        store.Save(dataset);
        var loaded = store.Load(dataset.Fingerprint);

        Assert.Equal(dataset.HeldOut!.Names, loaded.HeldOut!.Names);
        Assert.Equal(dataset.HeldOut.Pixels.Data, loaded.HeldOut.Pixels.Data);
        Assert.Equal(dataset.Training.Pixels.Data, loaded.Training.Pixels.Data);
    }

    private static List<NamedIcon> Icons(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new NamedIcon($"{i}", new Image(8, 8, [.. Enumerable.Repeat((byte)i, 8 * 8 * 3)])))];
}
