using IconDiffusion.Silo.Artifacts;

namespace IconDiffusion.Silo.Tests.Artifacts;

/// <summary>What every store promises, for each of them.</summary>
public abstract class ArtifactStoreTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("icon-artifacts-");

    private protected string this[string name] => Path.Combine(_folder.FullName, name);

    private protected abstract Task<IArtifactStore> OpenAsync();

    public virtual void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task AFile_ComesBackAsItWas_AndCanBeReplacedAndRemoved()
    {
        var store = await OpenAsync();
        foreach (var content in new[] { Bytes(3, 200_000), Bytes(4, 100_000), [] })
        {
            await store.PutAsync("runs/a/weights.bin", File(content), default);
            Assert.True(await store.ExistsAsync("runs/a/weights.bin", default));
            Assert.True(await store.GetAsync("runs/a/weights.bin", this["back"], default));
            Assert.Equal(content, System.IO.File.ReadAllBytes(this["back"]));
        }
        await store.DeleteAsync("runs/a/weights.bin", default);
        await store.DeleteAsync("runs/a/weights.bin", default);
        Assert.False(await store.ExistsAsync("runs/a/weights.bin", default));
    }

    [Fact]
    public async Task AMissingFile_LeavesTheTargetAlone()
    {
        var store = await OpenAsync();
        System.IO.File.WriteAllText(this["mine"], "mine");
        Assert.False(await store.GetAsync("nothing/there", this["mine"], default));
        Assert.Equal("mine", System.IO.File.ReadAllText(this["mine"]));
    }

    [Fact]
    public async Task AList_HasWhatIsUnderItsPrefix_HoweverMuch()
    {
        var store = await OpenAsync();
        Assert.Empty(await store.ListAsync("runs/a/", default));
        foreach (var key in (string[])["runs/a/1", "runs/a/b/2", "runs/a/b/3", "runs/ab/4", "runs/a/5", "other/6"])
            await store.PutAsync(key, File(Bytes(1, key.Length)), default);
        var found = await store.ListAsync("runs/a/", default);
        Assert.Equal([("runs/a/1", 8L), ("runs/a/5", 8), ("runs/a/b/2", 10), ("runs/a/b/3", 10)], found.Select(pair => (pair.Key, pair.Value)).Order());
    }

    [Theory]
    [InlineData("../outside")]
    [InlineData("a//b")]
    [InlineData("/etc/passwd")]
    [InlineData("a/./b")]
    [InlineData("a\\b")]
    public async Task AKeyThatLeadsOut_IsRefused(string key)
    {
        var store = await OpenAsync();
        await Assert.ThrowsAsync<ArgumentException>(() => store.PutAsync(key, File([1]), default));
        await Assert.ThrowsAsync<ArgumentException>(() => store.GetAsync(key, this["back"], default));
    }

    private string File(byte[] content)
    {
        System.IO.File.WriteAllBytes(this["source"], content);
        return this["source"];
    }

    private static byte[] Bytes(int seed, int count)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}

public sealed class FolderArtifactsTests : ArtifactStoreTests
{
    private protected override Task<IArtifactStore> OpenAsync() => Task.FromResult(ArtifactStores.Open(Directory.CreateDirectory(this["store"]).FullName));

    [Fact]
    public async Task AShareThatIsNotMounted_IsNotWrittenIntoItsMountPoint()
    {
        File.WriteAllText(this["source"], "x");
        var error = await Assert.ThrowsAsync<IOException>(() => ArtifactStores.Open(this["share"]).PutAsync("a", this["source"], default));
        Assert.Contains("it may not be mounted", error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(this["share"]));
    }
}

public sealed class S3ArtifactsTests : ArtifactStoreTests, IAsyncLifetime
{
    private LoopbackS3 _s3 = null!;

    public async Task InitializeAsync() => _s3 = await LoopbackS3.StartAsync();

    public Task DisposeAsync() => _s3.DisposeAsync().AsTask();

    private protected override Task<IArtifactStore> OpenAsync() => Task.FromResult(ArtifactStores.Open(_s3.Location));

    [Fact]
    public async Task ABucketThatDoesNotAnswer_IsNamed()
    {
        _s3.IsDown = true;
        var error = await Assert.ThrowsAsync<IOException>(async () => await (await OpenAsync()).ListAsync("runs/", default));
        Assert.StartsWith("'runs/' of s3://icons/lab: ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("s3://")]
    [InlineData("s3://icons?endpoint=nas:9000")]
    [InlineData("s3://icons?bucket=x")]
    public void ALocationThatCannotBe_IsNamed(string location) =>
        Assert.Contains($"'{location}'", Assert.Throws<ArgumentException>(() => ArtifactStores.Open(location)).Message, StringComparison.Ordinal);
}
