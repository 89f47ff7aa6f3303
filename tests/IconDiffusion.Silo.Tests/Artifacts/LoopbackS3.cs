using System.Collections.Concurrent;
using System.Xml.Linq;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace IconDiffusion.Silo.Tests.Artifacts;

/// <summary>One bucket of S3's protocol on this machine: PUT, GET, HEAD, DELETE and the second list, two keys a page. Signatures are not checked.</summary>
internal sealed class LoopbackS3 : IAsyncDisposable
{
    private static readonly XNamespace Xml = "http://s3.amazonaws.com/doc/2006-03-01/";
    private const int PageSize = 2;

    private readonly WebApplication _app;

    private LoopbackS3(WebApplication app) => _app = app;

    /// <summary>What the bucket holds.</summary>
    public ConcurrentDictionary<string, byte[]> Objects { get; } = new();

    /// <summary>Answers 503 to everything while set.</summary>
    public bool IsDown { get; set; }

    public string Location => $"s3://icons/lab?endpoint={_app.Urls.Single()}";

    public static async Task<LoopbackS3> StartAsync()
    {
        // What the SDK looks for first in its chain.
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", "test");
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", "test");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        var app = builder.Build();
        var s3 = new LoopbackS3(app);
        app.Run(s3.AnswerAsync);
        await app.StartAsync();
        return s3;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        var path = http.Request.Path.Value!;
        var key = path.StartsWith("/icons/", StringComparison.Ordinal) ? path["/icons/".Length..] : "";
        if (IsDown)
            await FailAsync(http, 503, "ServiceUnavailable");
        else if (key.Length == 0 && http.Request.Method == "GET")
            await ListAsync(http);
        else if (http.Request.Method == "PUT")
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body);
            Objects[key] = body.ToArray();
        }
        else if (http.Request.Method == "DELETE")
        {
            Objects.TryRemove(key, out _);
            http.Response.StatusCode = 204;
        }
        else if (!Objects.TryGetValue(key, out var content))
            await FailAsync(http, 404, "NoSuchKey");
        else
        {
            http.Response.ContentLength = content.Length;
            if (http.Request.Method == "GET") await http.Response.Body.WriteAsync(content);
        }
    }

    private async Task ListAsync(HttpContext http)
    {
        var query = http.Request.Query;
        var after = query["continuation-token"].ToString();
        var keys = Objects.Keys.Where(key => key.StartsWith(query["prefix"].ToString(), StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).Where(key => string.CompareOrdinal(key, after) > 0).Take(PageSize + 1).ToArray();
        var page = keys.Take(PageSize).ToArray();
        var answer = new XElement(Xml + "ListBucketResult",
            new XElement(Xml + "IsTruncated", keys.Length > PageSize ? "true" : "false"),
            keys.Length > PageSize ? new XElement(Xml + "NextContinuationToken", page[^1]) : null,
            page.Select(key => new XElement(Xml + "Contents", new XElement(Xml + "Key", key), new XElement(Xml + "Size", Objects[key].Length))));
        http.Response.ContentType = "application/xml";
        await http.Response.WriteAsync(answer.ToString());
    }

    private static async Task FailAsync(HttpContext http, int status, string code)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/xml";
        if (http.Request.Method != "HEAD")
            await http.Response.WriteAsync(new XElement("Error", new XElement("Code", code), new XElement("Message", code)).ToString());
    }
}
