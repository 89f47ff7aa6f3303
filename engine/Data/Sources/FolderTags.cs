using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;
using Microsoft.VisualBasic.FileIO;

namespace IconDiffusion.Data.Sources;

/// <summary>
/// The tags of a folder's images: from <c>tags.csv</c>, a line for each image, or from a text file beside each, tags with ',' or lines between them.
/// Every image has to be there, if without a tag: one that was forgotten would be learned as one that shows nothing.
/// </summary>
public static class FolderTags
{
    // The first line of a table may say what its columns are.
    private static readonly string[] Header = ["file", "tags"];

    /// <summary>The tags of every image, by its label.</summary>
    /// <param name="folder">What errors call it.</param>
    /// <param name="files">Those that state tags.</param>
    /// <exception cref="DatasetException">There are none, or both kinds; an image is left out, is named twice or is not there; a table is damaged.</exception>
    public static IReadOnlyDictionary<string, EquatableList<string>> Of(string folder, FolderListing listing, IReadOnlyList<TagFile> files)
    {
        var table = files.FirstOrDefault(file => file.Label == TagFile.TableName);
        if (files.Count == 0)
            throw new DatasetException($"'{folder}' has no tags; wanted {TagFile.TableName}, which 'icon dataset tags' starts, or a text file beside each image.");
        if (table is not null && files.Count > 1)
            throw new DatasetException($"'{folder}' has {TagFile.TableName} and text files beside images, such as '{files.First(file => file != table).Label}'; wanted one or the other.");
        var images = listing.Images.Select(image => image.Label).ToList();
        var tags = table is null ? Beside(images, files) : FromTable(Path.Combine(folder, TagFile.TableName), table.Text, images.ToHashSet());
        if (images.Where(image => !tags.ContainsKey(image)).ToList() is [var first, ..] without)
            throw new DatasetException($"{without.Count} of {images.Count} images in '{folder}' have no tags, such as '{first}'; wanted " +
                (table is null ? $"'{TagFile.BesideOf(first)}'; an empty file says that there are none." : $"a line of each in {TagFile.TableName}; its name alone says that there are none."));
        return tags;
    }

    /// <summary>A table to go on from: every image with the names of the folders that it lies in as tags.</summary>
    public static string Begin(FolderListing listing) =>
        string.Concat(new[] { string.Join(',', Header) }.Concat(listing.Images.Select(image => string.Join(',', FoldersOf(image.Label).Prepend(Quoted(image.Label))))).Select(line => line + "\n"));

    private static IEnumerable<string> FoldersOf(string label) => TagNames.List(string.Join(',', label.Split('/')[..^1])).Select(Quoted);

    private static string Quoted(string text) => text.AsSpan().ContainsAny(",\"\n\r") || text != text.Trim() ? $"\"{text.Replace("\"", "\"\"")}\"" : text;

    private static Dictionary<string, EquatableList<string>> Beside(List<string> images, IReadOnlyList<TagFile> files)
    {
        var texts = files.ToDictionary(file => file.Label, file => file.Text);
        return images.Where(image => texts.ContainsKey(TagFile.BesideOf(image))).ToDictionary(image => image, image => TagNames.List(texts[TagFile.BesideOf(image)]));
    }

    private static Dictionary<string, EquatableList<string>> FromTable(string path, string text, HashSet<string> images)
    {
        var tags = new Dictionary<string, EquatableList<string>>();
        using var table = new TextFieldParser(new StringReader(text)) { Delimiters = [","], HasFieldsEnclosedInQuotes = true };
        try
        {
            while (!table.EndOfData)
            {
                var line = table.LineNumber;
                if (table.ReadFields() is not [var image, .. var words] || (tags.Count == 0 && image == Header[0] && !images.Contains(image))) continue;
                if (!images.Contains(image))
                    throw new DatasetException($"'{path}', line {line}: '{image}' is no image of the folder; wanted a name such as '{images.FirstOrDefault()}'.");
                if (words.FirstOrDefault(word => word.Contains(',')) is { } list)
                    throw new DatasetException($"'{path}', line {line}: the tag '{list}' has a ',' in it; wanted each tag in a column of its own.");
                if (!tags.TryAdd(image, TagNames.List(string.Join(',', words))))
                    throw new DatasetException($"'{path}', line {line}: '{image}' is named a second time; wanted one line of each image.");
            }
            return tags;
        }
        catch (MalformedLineException error)
        {
            throw new DatasetException($"'{path}', line {table.ErrorLineNumber}: the quotation marks do not go together; wanted a name and tags with ',' between them.", error);
        }
    }
}
