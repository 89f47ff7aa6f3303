using System.Diagnostics;
using System.Net.Sockets;
using IconDiffusion.Data;
using IconDiffusion.Data.Sources;
using IconDiffusion.Imaging;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Data.Tests.Sources;

/// <summary>What lies in a folder is read, or named.</summary>
public sealed class FolderWalkTests : IDisposable
{
    private static readonly FixedClock Clock = new(2030, 6, 15);

    private readonly TempFolder _folder = new();
    private int _seed;

    public void Dispose() => _folder.Dispose();

    private FolderSpec Spec => new() { Path = _folder["icons"], ImageSize = 16 };

    private IconDataset Dataset => DatasetSource.Prepare(Spec, Clock);

    private DatasetReport Report => DatasetSource.Check(Spec, Clock);

    private List<string> Warnings
    {
        get
        {
            var warnings = new List<string>();
            DatasetSource.Prepare(Spec, Clock, warn: warnings.Add);
            return warnings;
        }
    }

    private void Add(params string[] names)
    {
        foreach (var name in names) _folder.Add(name, ImageFile.EncodePng(Pictures.Noise(16, 16, _seed++)));
    }

    private void Link(string name, string target) => Directory.CreateSymbolicLink(_folder[name], target);

    [Fact]
    public void LinkedFolders_AreRead_AndCirclesAreCutAndNamed()
    {
        Add("icons/a/i0.png", "icons/a/i1.png", "elsewhere/e0.png", "elsewhere/in/e1.png");
        Link("icons/b", "../elsewhere");
        Link("icons/a/loop", "..");
        Link("elsewhere/back", _folder["icons"]);
        Link("elsewhere/up", _folder.Path);

        Assert.Equal(["a/i0.png", "a/i1.png", "b/e0.png", "b/in/e1.png"], Dataset.Training.Names);
        Assert.Equal(["b"], Report.Linked);
        Assert.Equal(
            [new("a/loop", LinkFault.Circle), new("b/back", LinkFault.Circle), new("b/up", LinkFault.Circle)], Report.Unfollowed);
        Assert.Contains("a/loop", Assert.Single(Warnings));
    }

    [Fact]
    public void LinkedFolders_AreTheSameDataAsCopiesOfThem()
    {
        Add("icons/a.png", "elsewhere/e0.png", "elsewhere/e1.png");
        Link("icons/b", _folder["elsewhere"]);
        var linked = Dataset.Fingerprint;

        Directory.Delete(_folder["icons/b"]);
        Directory.Move(_folder["elsewhere"], _folder["icons/b"]);

        Assert.Equal(linked, Dataset.Fingerprint);
    }

    [Fact]
    public void AFolderThatManyLinksLeadTo_IsReadOnce_UnderItsOwnNameWhereItHasOne()
    {
        Add("icons/z/1.png", "elsewhere/2.png");
        Link("icons/a", "z");
        Link("icons/c", _folder["elsewhere"]);
        Link("icons/b", "c");

        Assert.Equal(["b/2.png", "z/1.png"], Dataset.Training.Names);
        Assert.Equal([new("a", LinkFault.ReadAlready), new("c", LinkFault.ReadAlready)], Report.Unfollowed);
    }

    [Fact]
    public void TheFolderItself_MayBeALink()
    {
        Add("elsewhere/1.png", "elsewhere/2.png");
        Link("icons", "elsewhere");
        Link("elsewhere/loop", ".");

        Assert.Equal(["1.png", "2.png"], Dataset.Training.Names);
        Assert.Equal([new("loop", LinkFault.Circle)], Report.Unfollowed);
    }

    [Fact]
    public void LinkedFiles_AreRead_AndALinkToNothingIsNamed()
    {
        Add("icons/a.png", "elsewhere/other");
        File.CreateSymbolicLink(_folder["icons/b.png"], _folder["elsewhere/other"]);
        File.CreateSymbolicLink(_folder["icons/c"], _folder["elsewhere/other"]);
        Link("icons/gone", "nowhere");
        Link("icons/itself", "itself");

        Assert.Equal(["a.png", "b.png", "c"], Dataset.Training.Names);
        Assert.Equal([new("gone", LinkFault.Broken), new("itself", LinkFault.Broken)], Report.Unfollowed);

        File.CreateSymbolicLink(_folder["icons/d.png"], "nowhere.png");
        Assert.Equal("d.png", Assert.Single(Report.Unreadable).Name);
    }

    [SkippableFact]
    public void ABackslashInAName_IsShownAsAFolder_AndTheFileIsOpenedUnderItsOwnName()
    {
        Skip.If(OperatingSystem.IsWindows(), "there it separates folders");
        Add("icons/faces\\0.png", "icons/faces\\1.png", "icons/faces/0.png");

        Assert.Equal(["faces/0.png", "faces/0.png", "faces/1.png"], Dataset.Training.Names);
        // Of two with one label the one in the folder comes first.
        foreach (var (icon, seed) in new[] { (0, 2), (1, 0), (2, 1) })
            Assert.Equal(Pictures.Noise(16, 16, seed).Pixels, Dataset[icon].Pixels);
        Assert.Equal(16, IconFolder.UsualSide(Spec.Path));
        Assert.Empty(Warnings);
    }

    [Fact]
    public void Pictures_AreReadByContent_WhateverTheirNames()
    {
        Add("icons/a.png", "icons/b", "icons/c.bak");
        foreach (var (name, suffix) in new[] { ("d.jfif", ".jpg"), ("e.JPE", ".jpg"), ("f.dat", ".jpg"), ("g.x", ".webp"), ("h.x", ".gif") })
            _folder.Add($"icons/{name}", VipsEncoder.Encode(Pictures.Smooth(16, 16, 3), suffix));
        _folder.Add("icons/notes.txt", "no picture at all"u8.ToArray());
        _folder.Add("icons/short", [0xFF, 0xD8, 0xFF]);
        _folder.Add("icons/empty", []);

        Assert.Equal(["a.png", "b", "c.bak", "d.jfif", "e.JPE", "f.dat", "g.x", "h.x"], Dataset.Training.Names);
        Assert.Equal(["b", "c.bak", "f.dat", "g.x", "h.x"], Report.Mislabelled);
        Assert.Equal(["empty", "notes.txt", "short"], Report.Ignored);
        Assert.Contains(Warnings, warning => warning.Contains("notes.txt"));
        Assert.Contains(Warnings, warning => warning.Contains("c.bak"));
    }

    [Fact]
    public void ADamagedJfif_RefusesTheFolder_AsAnyImageDoes()
    {
        Add("icons/a.png", "icons/b.png");
        _folder.Add("icons/c.jfif", [1, 2, 3]);

        Assert.Throws<DatasetException>(() => Dataset);
        Assert.Equal("c.jfif", Assert.Single(Report.Unreadable).Name);
    }

    [SkippableFact]
    public void PipesSocketsAndDevices_AreNamed_AndNobodyWaitsForThem()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no such files.");
        Add("icons/a.png", "icons/b.png");
        using (var make = Process.Start("mkfifo", [_folder["icons/pipe.png"], _folder["icons/pipe"], _folder["icons/.pipe.png"]])) make.WaitForExit();
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(_folder["icons/s.gif"]));
        Link("icons/zero.jpg", "/dev/zero");
        Link("icons/linked.webp", "pipe.png");

        Assert.Equal(["a.png", "b.png"], Dataset.Training.Names);
        Assert.Equal(["linked.webp", "pipe", "pipe.png", "s.gif", "zero.jpg"], Report.Ignored);
        Assert.Equal(16, IconFolder.UsualSide(Spec.Path));
        Assert.Contains("pipe.png", Assert.Single(Warnings));
    }

    [Fact]
    public void AnEmptyImage_AndALinkToNothing_AreToldOfWhenTheyAreOpened()
    {
        Add("icons/a.png", "icons/b.png");
        _folder.Add("icons/empty.png", []);
        Link("icons/nowhere.png", "nothing");

        Assert.Throws<DatasetException>(() => Dataset);
        Assert.Equal(["empty.png", "nowhere.png"], Report.Unreadable.Select(file => file.Name));
    }

    [Fact]
    public void AContactSheet_IsNoIcon_AndIsNamed()
    {
        Add("icons/a.png", "icons/b.png", "icons/contact-sheet.png", "icons/in/contact-sheet.png", "icons/my-contact-sheet.png");

        Assert.Equal(["a.png", "b.png", "my-contact-sheet.png"], Dataset.Training.Names);
        Assert.Equal(["contact-sheet.png", "in/contact-sheet.png"], Report.ContactSheets);
        Assert.Empty(Report.Ignored);
        Assert.Contains("contact-sheet.png", Assert.Single(Warnings));
    }

    [Fact]
    public void HiddenImagesAndFolders_AreNamed_AndHiddenFilesOfOtherKindsAreNot()
    {
        Add("icons/a.png", "icons/b.png", "icons/.c.png", "icons/.hidden/d.png");
        _folder.Add("icons/.DS_Store", "no picture at all"u8.ToArray());

        Assert.Equal(["a.png", "b.png"], Dataset.Training.Names);
        Assert.Equal([".c.png", ".hidden/"], Report.Hidden);
        Assert.Contains(".c.png", Assert.Single(Warnings));
    }

    [Fact]
    public void AConsentOfALinkedFolder_IsNamed_AsTheFolderSOwnCounts()
    {
        Add("icons/a.png", "elsewhere/b.png");
        Link("icons/b", _folder["elsewhere"]);
        new Consent("A. Painter", "CC BY 4.0").Write(_folder["icons"]);
        new Consent("B. Painter", "CC BY-NC 4.0").Write(_folder["elsewhere"]);

        Assert.Equal("A. Painter", Dataset.Consent!.Artist);
        Assert.Equal(["b/consent.json"], Report.OtherConsents);
        Assert.Empty(Report.Ignored);
        Assert.Contains("b/consent.json", Assert.Single(Warnings));
    }

    [Fact]
    public void ASurvey_NamesWhatIsLeftOut_WithoutReadingAnImage()
    {
        Add("icons/a.png");
        _folder.Add("icons/broken.png", [1, 2, 3]);
        _folder.Add("icons/notes.txt", "no picture at all"u8.ToArray());

        var survey = IconFolder.Survey(Spec.Path);

        Assert.Equal(2, survey.Icons);
        Assert.Equal(["notes.txt"], survey.Ignored);
        Assert.Empty(survey.Unreadable);
    }
}
