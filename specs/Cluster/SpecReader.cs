using System.Text.Json;
using System.Text.Json.Nodes;

namespace IconDiffusion.Specs.Cluster;

/// <summary>Reads what came as JSON over the network, with errors for people.</summary>
public static class SpecReader
{
    /// <summary>Reads a submission strictly.</summary>
    /// <param name="utf8">One JSON object.</param>
    /// <param name="source">What errors call the text.</param>
    /// <exception cref="ExperimentException">Not JSON (names line and column), or no submission (names the key, what came and what was wanted).</exception>
    public static Submission ReadSubmission(ReadOnlySpan<byte> utf8, string source)
    {
        const string Name = "submission";
        var node = Parse(utf8, source) as JsonObject ?? throw new ExperimentException($"{source}: a {Name} is wanted, which is an object.");
        try
        {
            return SpecErrors.Read<Submission>(node, Name, source);
        }
        catch (ExperimentException)
        {
            // A list's error does not tell which of its items is wrong.
            if (node["experiment"] is JsonObject experiment && experiment["runs"] is JsonArray runs)
                for (var i = 0; i < runs.Count; i++)
                    SpecErrors.Read<RunSpec>(runs[i], $"{Name}.experiment.runs[{i}]", source);
            throw;
        }
    }

    private static JsonNode? Parse(ReadOnlySpan<byte> utf8, string source)
    {
        var options = new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, AllowDuplicateProperties = false };
        try
        {
            return SpecErrors.Whole(JsonNode.Parse(utf8, documentOptions: options));
        }
        catch (JsonException exception)
        {
            throw new ExperimentException(
                $"{source}: not JSON at line {exception.LineNumber + 1}, column {exception.BytePositionInLine + 1}: {SpecErrors.FirstSentence(exception.Message)}");
        }
        catch (InvalidOperationException exception)
        {
            throw SpecErrors.NoText(exception, source);
        }
    }
}
