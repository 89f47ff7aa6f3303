using IconDiffusion.Data;
using IconDiffusion.Imaging;
using IconDiffusion.Pipeline.Upscaling;

namespace IconDiffusion.Pipeline.Tests.Upscaling;

public sealed class SmallPicturesTests : IDisposable
{
    private static readonly FixedClock Clock = new(2030, 6, 15);
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void FilesAndFolders_AreReadAsADataSetIs_AndKeepTheirNames()
    {
        var icon = Pictures.Noise(8, 8, 1);
        var file = _folder.Add("one.jpeg.png", ImageFile.EncodePng(icon));
        _folder.Add("many/clear.png", PngBytes.Write(8, 8, 8, PngBytes.Rgba, new byte[8 * 8 * 4]));
        _folder.Add("many/deep/grey.gif", VipsEncoder.Encode(new Image(8, 8, new Rgb(9, 9, 9)), ".gif"));
        _folder.Add("many/large", ImageFile.EncodePng(Pictures.Smooth(64, 32, 2)));
        _folder.Add("many/notes.txt", [1, 2, 3]);

        var pictures = Read(file, _folder["many"]);

        Assert.Equal(["one.jpeg.png", "clear.png", "deep/grey.png", "large.png"], pictures.Icons.Select(each => each.Name));
        Assert.Equal(
            [icon.Pixels, new Image(8, 8, new Rgb(1, 2, 3)).Pixels, new Image(8, 8, new Rgb(9, 9, 9)).Pixels, Resize.CoverSquare(Pictures.Smooth(64, 32, 2), 8).Pixels],
            pictures.Icons.Select(each => each.Icon.Pixels));
        // The notes, the image without an ending, the one that is not square, and that it was made smaller.
        Assert.Equal(4, pictures.Warnings.Count);
    }

    [Fact]
    public void WhatCannotBeEnlarged_IsOneErrorThatNamesIt()
    {
        _folder.Add("small/tiny.png", ImageFile.EncodePng(Pictures.Noise(8, 7, 1)));
        _folder.Add("same/a.gif", VipsEncoder.Encode(Pictures.Noise(8, 8, 1), ".gif"));
        _folder.Add("same/a.png", ImageFile.EncodePng(Pictures.Noise(8, 8, 2)));
        _folder.Add("damaged/bad.png", [1, 2, 3]);
        Directory.CreateDirectory(_folder["empty"]);
        _folder.Add("ended/a.png", ImageFile.EncodePng(Pictures.Noise(8, 8, 2)));
        File.WriteAllText(_folder["ended/consent.json"], """{ "artist": "A. Painter", "licence": "CC BY 4.0", "expiry": "2030-06-14" }""");

        foreach (var (path, named) in ((string, string)[])
                 [("small", "tiny.png"), ("same", "a.png"), ("damaged", "bad.png"), ("empty", "empty"), ("ended", "A. Painter"), ("ended/a.png", "A. Painter"), ("none.png", "none.png")])
            Assert.Contains(named, Assert.Throws<DatasetException>(() => Read(_folder[path])).Message);
        Assert.Contains(_folder["same"], Assert.Throws<DatasetException>(() => SmallPictures.Read([_folder["same"]], _folder["same/large"], 8, "#FFFFFF", Clock)).Message);
    }

    private SmallPictures Read(params string[] paths) => SmallPictures.Read(paths, _folder["out"], 8, "#010203", Clock);
}
