using IconDiffusion.Client.Cluster;
using IconDiffusion.Silo.Hosting;

namespace IconDiffusion.Silo.Tests.Hosting;

public sealed class SiloTokenTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableFact]
    public void TheFirstStart_MakesATokenThatItsOwnerAloneCanRead()
    {
        if (OperatingSystem.IsWindows())
            throw new SkipException("Windows has no file modes.");

        var token = SiloToken.Ensure(_folder.Path, Assert.Fail);

        Assert.Equal(43, token.Length); // 32 bytes in base64url
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(LocalSilo.TokenFile(_folder.Path)));
        Assert.Equal([LocalSilo.TokenFile(_folder.Path)], Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void TheNextStart_ReadsTheSameToken() =>
        Assert.Equal(SiloToken.Ensure(_folder.Path, Assert.Fail), SiloToken.Ensure(_folder.Path, Assert.Fail));

    [SkippableFact]
    public void ATokenThatOthersCanRead_IsMendedWithAWarning()
    {
        if (OperatingSystem.IsWindows())
            throw new SkipException("Windows has no file modes.");
        SiloToken.Ensure(_folder.Path, Assert.Fail);
        File.SetUnixFileMode(LocalSilo.TokenFile(_folder.Path), OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        var warnings = new List<string>();

        SiloToken.Ensure(_folder.Path, warnings.Add);

        Assert.Contains("had mode 644", Assert.Single(warnings));
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(LocalSilo.TokenFile(_folder.Path)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("short")]
    [InlineData("a token with spaces in it that is long enough to pass")]
    public void AFileThatHoldsNoToken_IsRefused(string content)
    {
        File.WriteAllText(LocalSilo.TokenFile(_folder.Path), content);

        var exception = Assert.Throws<SiloStartException>(() => SiloToken.Ensure(_folder.Path, _ => { }));

        Assert.Contains("holds no token", exception.Message);
        Assert.Equal(content, File.ReadAllText(LocalSilo.TokenFile(_folder.Path)));
    }
}
