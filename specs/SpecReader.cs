using System.Text.Json;
using System.Text.Json.Nodes;

namespace IconDiffusion.Specs;

/// <summary>Reads a record that came as JSON, with errors for people.</summary>
public static class SpecReader
{
    /// <summary>Reads strictly.</summary>
    /// <param name="utf8">One JSON object.</param>
    /// <param name="name">What the record is, such as <c>submission</c>.</param>
    /// <param name="source">What errors call the text.</param>
    /// <exception cref="ExperimentException">Not JSON (names line and column), or not such a record (names the key, what came and what was wanted).</exception>
    public static T Read<T>(ReadOnlySpan<byte> utf8, string name, string source)
    {
        var options = new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, AllowDuplicateProperties = false };
        JsonNode? node;
        try
        {
            node = JsonNode.Parse(utf8, documentOptions: options);
        }
        catch (JsonException exception)
        {
            throw new ExperimentException(
                $"{source}: not JSON at line {exception.LineNumber + 1}, column {exception.BytePositionInLine + 1}: {SpecErrors.FirstSentence(exception.Message)}");
        }
        return node is JsonObject
            ? SpecErrors.Read<T>(node, name, source)
            : throw new ExperimentException($"{source}: {name} is {SpecErrors.Describe(node)}; wanted an object.");
    }
}
