using IconDiffusion.Data;
using IconDiffusion.Specs;

namespace IconDiffusion.Data.Tests;

public class DatasetStoreTests
{
    [Fact]
    public void Dataset_ComesBackEqual()
    {
        using var folder = new TempFolder();
        var store = new DatasetStore(folder["store"]);
        var dataset = Example();

        Assert.False(store.Contains(dataset.Fingerprint));
        store.Save(dataset);

        Assert.True(store.Contains(dataset.Fingerprint));
        var loaded = store.Load(dataset.Fingerprint);
        Assert.Equal((dataset.Spec, dataset.Training.Names, dataset.Fingerprint), (loaded.Spec, loaded.Training.Names, loaded.Fingerprint));
        Assert.Equal(dataset.Training.Pixels.Data, loaded.Training.Pixels.Data);
    }

    [Fact]
    public void SavingTwice_KeepsOneFile()
    {
        using var folder = new TempFolder();
        var store = new DatasetStore(folder.Path);

        Assert.Equal(store.Save(Example()), store.Save(Example()));
        Assert.Single(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void UnknownFingerprint_IsNamed()
    {
        using var folder = new TempFolder();
        var unknown = new string('0', 64);

        Assert.Contains(unknown, Assert.Throws<DatasetException>(() => new DatasetStore(folder.Path).Load(unknown)).Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("../../etc/passwd")]
    [InlineData("ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789")]
    public void AnythingButAFingerprint_IsRefused(string text) =>
        Assert.Contains("64", Assert.Throws<DatasetException>(() => new DatasetStore("x").PathOf(text)).Message);

    [Fact]
    public void FlippedPixelBit_IsFound() => AssertDamageFound(file => file[^1] ^= 1);

    [Fact]
    public void FlippedSetting_IsFound() => AssertDamageFound(file =>
    {
        var at = file.AsSpan().IndexOf("#FFFFFF"u8);
        file[at + 1] = (byte)'E';
    });

    [Fact]
    public void HugeHeader_IsFound() => AssertDamageFound(file => file[6] = 0x7F);

    [Fact]
    public void NegativeHeader_IsFound() => AssertDamageFound(file => file[7] = 0xFF);

    [Fact]
    public void BrokenJson_IsFound() => AssertDamageFound(file => file[8] = (byte)'?');

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(40)]
    [InlineData(500)]
    public void CutOffFile_IsFound(int length)
    {
        using var folder = new TempFolder();
        var store = new DatasetStore(folder.Path);
        var path = store.Save(Example());
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..length]);

        AssertDamaged(store);
    }

    private static void AssertDamageFound(Action<byte[]> damage)
    {
        using var folder = new TempFolder();
        var store = new DatasetStore(folder.Path);
        var path = store.Save(Example());
        var file = File.ReadAllBytes(path);
        damage(file);
        File.WriteAllBytes(path, file);

        AssertDamaged(store);
    }

    private static void AssertDamaged(DatasetStore store) =>
        Assert.Contains("damaged", Assert.Throws<DatasetException>(() => store.Load(Example().Fingerprint)).Message);

    private static IconDataset Example() => IconDatasetTests.Dataset(new FolderSpec { Path = "icons", ImageSize = 8 });
}
