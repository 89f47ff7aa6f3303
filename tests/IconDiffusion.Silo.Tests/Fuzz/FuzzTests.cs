using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using IconDiffusion.Imaging;
using IconDiffusion.Silo.Api;
using IconDiffusion.Silo.Hosting;
using IconDiffusion.Silo.Tests.Hosting;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using Xunit.Abstractions;

namespace IconDiffusion.Silo.Tests.Fuzz;

/// <summary>
/// Malformed pictures, experiments, HTTP requests and join files: each is read or refused in the words that are meant for it, within ten seconds. The number of each is
/// small here; <c>ICON_FUZZ=10000</c> says another, and <c>ICON_TEST_SEED</c> begins elsewhere.
/// </summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private static readonly int Count = Setting("ICON_FUZZ", 200);
    private static readonly int Seed = Setting("ICON_TEST_SEED", 1);

    [Fact]
    public Task Pictures()
    {
        var image = new Image(24, 16, [.. Enumerable.Range(0, 24 * 16 * 3).Select(i => (byte)(i * 7))]);
        byte[] grey = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];
        byte[][] whole =
        [
            ImageFile.EncodePng(image), PngBytes.Write(16, 16, 8, PngBytes.Grey, grey), PngBytes.Write(8, 8, 8, PngBytes.Rgba, grey), PngBytes.HeaderOnly(8, 8),
            .. new[] { ".jpg[Q=75]", ".jpg[Q=90,interlace]", ".webp", ".webp[lossless]", ".gif" }.Select(suffix => VipsEncoder.Encode(image.Pixels, image.Width, image.Height, 3, suffix)),
        ];
        return EachAsync("pictures", mutator => mutator.Change(mutator.Choose(whole), whole), bytes => Task.Run(() =>
        {
            try
            {
                ImageFile.Probe(bytes, "fuzzed");
                ImageFile.Decode(bytes, "fuzzed", maxPixels: 1 << 22);
                return "read";
            }
            catch (ImageException)
            {
                return "refused";
            }
        }));
    }

    [Fact]
    public Task Experiments()
    {
        string[] whole = [.. Directory.EnumerateFiles(Checkout.PathOf("grids"), "*.json").Order(StringComparer.Ordinal).Select(File.ReadAllText)];
        byte[][] bytes = [.. whole.Select(Encoding.UTF8.GetBytes)];
        var isText = true;
        return EachAsync(
            "experiments",
            mutator => (isText = !isText) ? Encoding.UTF8.GetString(mutator.Change(mutator.Choose(bytes), bytes)) : mutator.ChangeJson(mutator.Choose(whole)),
            text => Task.Run(() =>
            {
                try
                {
                    _ = RunIdentity.Experiment(ExperimentFile.Parse(text, "fuzzed"));
                    return "read";
                }
                catch (ExperimentException)
                {
                    return "refused";
                }
            }));
    }

    [Fact]
    public async Task Requests()
    {
        await using var silo = await TestSilo.StartAsync();
        var submission = JsonSerializer.Serialize(new Submission { Experiment = TestSilo.Tiny(), Fingerprints = [silo.AddDataset()] }, SpecJson.Compact);
        var plan = JsonSerializer.Serialize(new PlanOrder(File.ReadAllText(Checkout.PathOf("grids", "quickstart.json")), "quickstart.json"), SpecJson.Compact);
        var id = await silo.SubmitAsync();
        string[] asked =
        [
            "GET /api/experiments", $"GET /api/experiments/{id}", $"GET /api/experiments/{id}/table?format=csv", $"POST /api/experiments/{id}/pause", $"PUT /api/experiments/{id}/priority",
            "GET /api/runs/0123456789ab/log?after=1&limit=2", "GET /api/runs/0123456789ab/files/../token", "GET /api/devices", "GET /", "GET /openapi/v1.json", "GET /api/silo", "DELETE /api/tokens/x",
        ];
        byte[][] whole = [.. asked.Select(line => Request(line, "{\"priority\":1}")), Request("POST /api/experiments", submission), Request("POST /api/plans", plan)];
        var body = 0;
        await EachAsync(
            "requests",
            mutator => ++body % 2 == 0 ? mutator.Change(mutator.Choose(whole), whole) : mutator.Choose<Func<byte[]>>(
            [
                () => Request("POST /api/experiments", mutator.ChangeJson(submission)), () => Request("POST /api/plans", mutator.ChangeJson(plan)),
                () => Request($"PUT /api/experiments/{id}/priority", mutator.ChangeJson("""{"priority":1}""")), () => Request("POST /api/tokens", mutator.ChangeJson("""{"name":"x","role":"watch"}""")),
            ])(),
            async bytes =>
            {
                using var client = new TcpClient();
                await client.ConnectAsync(silo.Host.Url.Host, silo.Host.Url.Port);
                var stream = client.GetStream();
                try
                {
                    await stream.WriteAsync(bytes);
                    var head = new byte[12];
                    var answer = stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false).AsTask();
                    // Whatever the silo still waits for does not come.
                    if (await Task.WhenAny(answer, Task.Delay(100)) != answer)
                        client.Client.Shutdown(SocketShutdown.Send);
                    var read = await answer;
                    // A bug is 500 or 503; 501 and 505 are about methods and versions of HTTP that there are none of.
                    return read < head.Length ? "closed" : Encoding.ASCII.GetString(head)[9..] is var status && status is "500" or "503" ? throw new InvalidOperationException(status) : $"{status[0]}xx";
                }
                catch (Exception closed) when (closed is IOException or SocketException)
                {
                    return "closed";
                }
            });
        await silo.BeReadyAsync();

        byte[] Request(string line, string content) => Encoding.UTF8.GetBytes(
            $"{line} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nAuthorization: Bearer {silo.Host.Token}\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(content)}\r\n\r\n{content}");
    }

    [Fact]
    public async Task JoinFiles()
    {
        using var folder = new TemporaryFolder();
        using var authority = ClusterAuthority.Ensure(folder.Path, TimeProvider.System);
        byte[][] whole = [.. new[] { "desktop", "laptop" }.Select(machine =>
        {
            var (certificate, key) = authority.Issue(machine);
            return File.ReadAllBytes(new JoinFile
            {
                Machine = machine, ClusterId = "icon", Database = "Host=db;Username=icon;Password=hunter2", Authority = authority.Certificate, Certificate = certificate, Key = key,
            }.Write(folder.Path));
        })];
        var path = folder["fuzzed.join"];
        await EachAsync("join files", mutator => mutator.Change(mutator.Choose(whole), whole), bytes => Task.Run(() =>
        {
            File.WriteAllBytes(path, bytes);
            try
            {
                JoinFile.Read(path);
                return "read";
            }
            catch (SiloOptionsException refused)
            {
                Assert.DoesNotContain("hunter2", refused.Message);
                return "refused";
            }
        }));
    }

    private async Task EachAsync<T>(string what, Func<Mutator, T> make, Func<T, Task<string>> read)
    {
        var (mutator, outcomes, longest) = (new Mutator(Seed), new SortedDictionary<string, int>(), TimeSpan.Zero);
        for (var i = 0; i < Count; i++)
        {
            var input = make(mutator);
            var began = Stopwatch.GetTimestamp();
            string outcome;
            try
            {
                outcome = await read(input).WaitAsync(Limit);
            }
            catch (Exception failure)
            {
                var kept = Path.Combine(Path.GetTempPath(), $"icon-fuzz-{what.Replace(' ', '-')}-{Seed}-{i}");
                File.WriteAllBytes(kept, input as byte[] ?? Encoding.UTF8.GetBytes($"{input}"));
                throw new InvalidOperationException($"Number {i} of the {what} with seed {Seed}, kept as '{kept}': {failure.GetType().Name}: {failure.Message}", failure);
            }
            outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
            longest = TimeSpan.FromTicks(Math.Max(longest.Ticks, Stopwatch.GetElapsedTime(began).Ticks));
        }
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{Count} {what}: {string.Join(", ", outcomes.Select(each => $"{each.Value} {each.Key}"))}; longest {longest.TotalSeconds:0.000} s; {Environment.WorkingSet / 1e6:0} MB"));
        Assert.True(outcomes.Count > 1, "All of them ended alike: the changes change nothing, or everything.");
    }

    private static int Setting(string name, int otherwise) => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}
