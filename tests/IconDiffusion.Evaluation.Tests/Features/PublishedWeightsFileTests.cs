using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using IconDiffusion.Evaluation.Features;

namespace IconDiffusion.Evaluation.Tests.Features;

public sealed class PublishedWeightsFileTests : IDisposable
{
    private static readonly byte[] Content = [.. Enumerable.Range(0, 300_000).Select(i => (byte)(i * 7))];
    private static readonly string Hash = Convert.ToHexStringLower(SHA256.HashData(Content));

    private readonly string _folder = Directory.CreateTempSubdirectory("weights-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void PublishedFile_IsKnownByItsName() =>
        Assert.Equal(Path.Combine("data", "weights", "pt_inception-2015-12-05-6726825d.pth"), PublishedWeightsFile.Inception.DefaultPath("data"));

    [Fact]
    public void MissingFile_SaysWhereItWasLookedForAndWhereItIs()
    {
        var error = Assert.Throws<FileNotFoundException>(() => PublishedWeightsFile.Inception.Verify(Path.Combine(_folder, "none.pth")));
        Assert.Contains(Path.Combine(_folder, "none.pth"), error.Message);
        Assert.Contains("https://github.com/mseitzer/pytorch-fid/", error.Message);
    }

    [Fact]
    public void OtherFile_SaysWhatCameAndWhatWasWanted()
    {
        var path = Path.Combine(_folder, "other.pth");
        File.WriteAllBytes(path, Content);
        var error = Assert.Throws<InvalidDataException>(() => PublishedWeightsFile.Inception.Verify(path));
        Assert.Contains(Hash, error.Message);
        Assert.Contains("6726825d", error.Message);
        Assert.Contains(path, error.Message);
    }

    [Fact]
    public void AFileWhoseHashIsToldInPart_IsKnownByThatPart()
    {
        var path = Path.Combine(_folder, "w.pth");
        File.WriteAllBytes(path, Content);

        Assert.Equal(Hash, new PublishedWeightsFile("made", new("http://localhost/w.pth"), Hash[..8], maxBytes: 1 << 20).Verify(path));
        Assert.Throws<InvalidDataException>(() => new PublishedWeightsFile("made", new("http://localhost/w.pth"), Hash[1..9], maxBytes: 1 << 20).Verify(path));
        Assert.Equal("vgg19-dcbb9e9d.pth", PublishedWeightsFile.Vgg19.FileName);
    }

    [SkippableFact]
    public async Task APipe_IsReadOnceAndVerified()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no pipes with a path of the user's choice.");
        var (pipe, path) = (Path.Combine(_folder, "pipe"), Path.Combine(_folder, "weights", "w.pth"));
        using (var make = Process.Start("mkfifo", [pipe])) await make.WaitForExitAsync();
        var file = new PublishedWeightsFile("made", new("http://localhost/w.pth"), Hash, maxBytes: 1 << 20);

        using (var writer = Write(Content))
        {
            file.Install(pipe, path);
            await writer.WaitForExitAsync();
        }
        Assert.Equal(Content, File.ReadAllBytes(path));

        using (var writer = Write(Content[1..]))
        {
            Assert.Throws<InvalidDataException>(() => file.Install(pipe, path));
            await writer.WaitForExitAsync();
        }
        Assert.Equal([path], Directory.GetFiles(Path.GetDirectoryName(path)!));
        Assert.Equal(Content, File.ReadAllBytes(path));

        Process Write(byte[] content)
        {
            var source = Path.Combine(_folder, "source");
            File.WriteAllBytes(source, content);
            return Process.Start("cp", [source, pipe]);
        }
    }

    [Fact]
    public async Task Download_LeavesTheVerifiedFileAndReportsItsBytes()
    {
        using var server = new Server(Content, Content.Length);
        var path = Path.Combine(_folder, "weights", "w.pth");
        var progress = new Progress();

        var file = new PublishedWeightsFile("made", server.Address, Hash, maxBytes: 1 << 20);
        await file.DownloadAsync(new HttpClient(), path, progress, CancellationToken.None);

        Assert.Equal(Content, File.ReadAllBytes(path));
        Assert.Equal(Hash, file.Verify(path));
        Assert.Equal(new DownloadProgress(Content.Length, Content.Length), progress.Last);
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public async Task DownloadOfAnotherFile_IsRefusedAndKeepsTheOldOne()
    {
        using var server = new Server(Content, Content.Length);
        var file = new PublishedWeightsFile("made", server.Address, new string('0', 64), maxBytes: 1 << 20);
        var error = await FailingDownload<InvalidDataException>(file);
        Assert.Contains(Hash, error.Message);
        Assert.Contains(server.Address.ToString(), error.Message);
    }

    [Fact]
    public async Task DownloadCutShort_IsRefusedAndKeepsTheOldOne()
    {
        using var server = new Server(Content[..1000], Content.Length);
        await FailingDownload<IOException>(new("made", server.Address, Hash, maxBytes: 1 << 20));
    }

    [Fact]
    public async Task DownloadBeyondItsLimit_IsGivenUp()
    {
        using var server = new Server(Content, Content.Length);
        var error = await FailingDownload<InvalidDataException>(new("made", server.Address, Hash, maxBytes: 1000));
        Assert.Contains("1000", error.Message);
    }

    [Fact]
    public async Task ServerThatAnswersWithAnError_KeepsTheOldFile()
    {
        using var server = new Server(Content, Content.Length, status: "404 Not Found");
        var error = await FailingDownload<HttpRequestException>(new("made", server.Address, Hash, maxBytes: 1 << 20));
        Assert.Equal(HttpStatusCode.NotFound, error.StatusCode);
    }

    private async Task<TException> FailingDownload<TException>(PublishedWeightsFile file) where TException : Exception
    {
        var path = Path.Combine(_folder, "w.pth");
        File.WriteAllText(path, "old");
        var error = await Assert.ThrowsAnyAsync<TException>(() => file.DownloadAsync(new HttpClient(), path, null, CancellationToken.None));
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(_folder));
        return error;
    }

    // Reports at once; System.Progress would come later, on another thread.
    private sealed class Progress : IProgress<DownloadProgress>
    {
        public DownloadProgress Last { get; private set; }

        public void Report(DownloadProgress value) => Last = value;
    }

    // Answers one HTTP request on the loopback interface.
    private sealed class Server : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

        public Server(byte[] body, long declaredLength, string status = "200 OK")
        {
            _listener.Start();
            Address = new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/w.pth");
            _ = Task.Run(async () =>
            {
                using var connection = await _listener.AcceptTcpClientAsync();
                var stream = connection.GetStream();
                var request = new StreamReader(stream);
                while (await request.ReadLineAsync() is { Length: > 0 }) { }
                await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Length: {declaredLength}\r\nConnection: close\r\n\r\n"));
                await stream.WriteAsync(body);
            });
        }

        public Uri Address { get; }

        public void Dispose() => _listener.Dispose();
    }
}
