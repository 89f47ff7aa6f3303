using System.Security;
using NetVips;
using VipsImage = NetVips.Image;

namespace IconDiffusion.Imaging;

/// <summary>A font that text is drawn with: none but those that are named so are used, whatever the system has.</summary>
/// <param name="Family">As the file has it, such as <c>DejaVu Sans</c>.</param>
internal sealed record FontFile(string Family, string Path)
{
    /// <summary>The first of the files that the system's or the user's folders of fonts have, or null.</summary>
    /// <param name="fonts">Families and file names, such as <c>DejaVuSans.ttf</c>.</param>
    public static FontFile? Find(params IEnumerable<(string Family, string FileName)> fonts)
    {
        var installed = Folders().Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.ttf", new EnumerationOptions { RecurseSubdirectories = true, MatchCasing = MatchCasing.CaseInsensitive }))
            .ToLookup(System.IO.Path.GetFileName, StringComparer.OrdinalIgnoreCase);
        return fonts.Where(font => installed.Contains(font.FileName))
            .Select(font => new FontFile(font.Family, installed[font.FileName].First())).FirstOrDefault();
    }

    /// <summary>The text, cropped to its ink.</summary>
    /// <param name="pixels">Font size.</param>
    /// <param name="inColour">RGBA in the font's own colours; else one channel, how much of each pixel is covered.</param>
    /// <exception cref="ImageException">The text cannot be drawn.</exception>
    public (int Width, int Height, byte[] Pixels) Draw(string text, int pixels, bool inColour)
    {
        ImageLibrary.Start();
        try
        {
            // At 72 dpi one point is one pixel.
            using var image = VipsImage.Text(SecurityElement.Escape(text), font: $"{Family} {pixels}", dpi: 72, rgba: inColour, fontfile: Path);
            if (image.Bands != (inColour ? 4 : 1)) throw new ImageException($"Text '{text}': came with an unexpected number of channels.");
            return (image.Width, image.Height, image.WriteToMemory<byte>());
        }
        catch (VipsException error)
        {
            throw ImageLibrary.Explain(error, $"Text '{text}'", "cannot be drawn");
        }
    }

    // Of Linux, Windows and macOS; what a system does not have is "" or not there.
    private static IEnumerable<string> Folders()
    {
        var own = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
        return
        [
            Environment.GetFolderPath(Environment.SpecialFolder.Fonts),
            System.IO.Path.Combine(own, "fonts"), System.IO.Path.Combine(own, "Microsoft", "Windows", "Fonts"),
            "/usr/local/share/fonts", "/usr/share/fonts", "/Library/Fonts", "/System/Library/Fonts",
        ];
    }
}
