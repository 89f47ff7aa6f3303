using System.Text;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Imaging.Tests;

public class AtomicFileTests
{
    [Fact]
    public void Writing_CreatesFoldersAndLeavesNothingElse()
    {
        using var folder = new TempFolder();

        AtomicFile.WriteAllText(folder["a/b/c.json"], "größer");

        Assert.Equal(Encoding.UTF8.GetBytes("größer"), File.ReadAllBytes(folder["a/b/c.json"]));
        Assert.Single(Directory.GetFileSystemEntries(folder["a/b"]));
    }

    [Fact]
    public void WithinAFolderThatIsGone_NothingIsWrittenOrMade()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder["disk"]);

        AtomicFile.WriteAllText(folder["disk/a/b.json"], "there", within: folder["disk"]);
        Assert.Equal("there", File.ReadAllText(folder["disk/a/b.json"]));

        Directory.Delete(folder["disk"], recursive: true);
        Assert.Throws<DirectoryNotFoundException>(() => AtomicFile.WriteAllText(folder["disk/a/b.json"], "gone", within: folder["disk"]));
        Assert.Throws<DirectoryNotFoundException>(() => AtomicFile.Write(folder["elsewhere/b.json"], stream => stream.Write([1]), within: folder["disk"]));
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void FailingWriter_LeavesTheOldFileWholeAndNoOther()
    {
        using var folder = new TempFolder();
        var path = folder.Add("x", [1, 2, 3]);

        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(path, stream =>
        {
            stream.Write(new byte[1 << 20]);
            throw new InvalidOperationException();
        }));

        Assert.Equal([1, 2, 3], File.ReadAllBytes(path));
        Assert.Single(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void FolderInPlaceOfTheFile_IsRefusedAndKept()
    {
        using var folder = new TempFolder();
        folder.Add("x/inside", [1]);

        Assert.ThrowsAny<Exception>(() => AtomicFile.WriteAllBytes(folder["x"], [2]));

        Assert.True(File.Exists(folder["x/inside"]));
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public async Task ReadersMeanwhile_SeeTheOldOrTheNewFileWhole()
    {
        using var folder = new TempFolder();
        var path = folder.Add("x", new byte[100_000]);

        var writer = Task.Run(() =>
        {
            for (byte version = 1; version < 50; version++)
                AtomicFile.WriteAllBytes(path, Enumerable.Repeat(version, 100_000).ToArray());
        });
        do
        {
            var seen = File.ReadAllBytes(path);
            Assert.Equal(100_000, seen.Length);
            Assert.Single(seen.Distinct());
        }
        while (!writer.IsCompleted);
        await writer;
    }
}
