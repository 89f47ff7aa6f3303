using System.Net;
using System.Text.Json.Nodes;

namespace IconDiffusion.Silo.Tests.Hosting;

/// <summary>What an error answer must look like, whatever the error.</summary>
internal static class Problem
{
    /// <summary>Asserts status and form; returns the problem.</summary>
    public static async Task<JsonNode> ReadAsync(HttpStatusCode status, HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(status == answer.StatusCode, $"{(int)answer.StatusCode}, wanted {(int)status}: {text}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal); // a stack trace
        var problem = JsonNode.Parse(text)!;
        Assert.Equal((int)status, (int)problem["status"]!);
        Assert.EndsWith(".", (string)problem["detail"]!, StringComparison.Ordinal);
        return problem;
    }

    /// <summary>Asserts status and form; returns the sentence.</summary>
    public static async Task<string> SentenceAsync(HttpStatusCode status, HttpResponseMessage answer) =>
        (string)(await ReadAsync(status, answer))["detail"]!;
}
