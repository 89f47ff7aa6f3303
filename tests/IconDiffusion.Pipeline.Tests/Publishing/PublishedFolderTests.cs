using IconDiffusion.Pipeline.Publishing;
using IconDiffusion.Specs;

namespace IconDiffusion.Pipeline.Tests.Publishing;

public sealed class PublishedFolderTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void UntilItIsWhole_NothingIsInItsPlace()
    {
        using (var folder = new PublishedFolder(_temp["new"]))
        {
            folder.Add("icons/a.png", [1, 2, 3]);
            Assert.False(Directory.Exists(_temp["new"]));
            folder.Commit();
        }

        Assert.Equal([1, 2, 3], File.ReadAllBytes(_temp["new/icons/a.png"]));
        Assert.Equal([_temp["new"]], Directory.EnumerateFileSystemEntries(_temp.Path));
    }

    [Fact]
    public void WithoutItsEnd_NothingIsLeft()
    {
        using (var folder = new PublishedFolder(_temp["new"]))
            folder.Add("a", [1]);

        Assert.Empty(Directory.EnumerateFileSystemEntries(_temp.Path));
    }

    [Fact]
    public void WhatAKilledProcessLeft_IsNoPartOfTheNext()
    {
        _temp.Add(".new.partial/icons/old.png", [1]);
        _temp.Add(".new.partial.lock", []);

        using (var folder = new PublishedFolder(_temp["new"]))
        {
            folder.Add("a", [1]);
            folder.Commit();
        }

        Assert.Equal([_temp["new/a"]], Directory.EnumerateFiles(_temp.Path, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public void AnEmptyFolder_MayBeThere_AndAFullOneMayNot()
    {
        Directory.CreateDirectory(_temp["new"]);
        using (var folder = new PublishedFolder(_temp["new"] + "/"))
        {
            folder.Add("a", [1]);
            folder.Commit();
        }

        Assert.Contains("not empty", Assert.Throws<ExperimentException>(() => new PublishedFolder(_temp["new"])).Message);
        Assert.Contains("not empty", Assert.Throws<ExperimentException>(() => new PublishedFolder(_temp["new/a"])).Message);
    }

    [Fact]
    public void TwoAtOnce_AreOneTooMany()
    {
        using var first = new PublishedFolder(_temp["new"]);

        Assert.Contains("another process", Assert.Throws<ExperimentException>(() => new PublishedFolder(_temp["new"])).Message);
    }
}
