using System.Security.Cryptography.X509Certificates;
using IconDiffusion.Silo.Hosting;

namespace IconDiffusion.Silo.Tests.Hosting;

public sealed class JoinFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void WhatWasWritten_IsRead_AndTrustsTheOthersOfItsAuthorityAlone()
    {
        using var authority = ClusterAuthority.Ensure(_folder["one"], TimeProvider.System);
        using var other = ClusterAuthority.Ensure(_folder["two"], TimeProvider.System);
        var written = File(authority, "desktop");

        var (read, keys) = JoinFile.Read(written.Write(_folder.Path));

        Assert.Equal(written, read);
        Assert.True(keys.Certificate.HasPrivateKey);
        Assert.Equal("CN=desktop", keys.Certificate.Subject);
        Assert.True(keys.Certificate.MatchesHostname("desktop"));
        Assert.Equal((true, false, false), (keys.Trusts(Issued(authority, "laptop")), keys.Trusts(Issued(other, "laptop")), keys.Trusts(keys.Authority)));
        Assert.False(keys.Trusts(null));
        Assert.Null(keys.Warning);
    }

    [Fact]
    public void ACertificateThatEnds_WarnsAMonthBefore_AndIsRefusedAfterIt()
    {
        using var authority = ClusterAuthority.Ensure(_folder["one"], TimeProvider.System);
        var (certificate, key) = authority.Issue("desktop", DateTimeOffset.UtcNow.AddDays(29));
        var soon = File(authority, "desktop") with { Certificate = certificate, Key = key };
        (certificate, key) = authority.Issue("desktop", DateTimeOffset.UtcNow.AddSeconds(-1));
        var over = soon with { Machine = "over", Certificate = certificate, Key = key };

        Assert.NotNull(JoinFile.Read(soon.Write(_folder.Path)).Keys.Warning);
        Assert.Throws<SiloOptionsException>(() => JoinFile.Read(over.Write(_folder.Path)));
    }

    [Fact]
    public void AnAuthorityThatLostItsKey_IsNotMadeAnew()
    {
        ClusterAuthority.Ensure(_folder["one"], TimeProvider.System).Dispose();
        System.IO.File.Delete(Path.Combine(_folder["one"], "authority.key"));

        Assert.Throws<IOException>(() => ClusterAuthority.Ensure(_folder["one"], TimeProvider.System));
    }

    // Whatever is in the file: a sentence, without a piece of the file in it.
    [Fact]
    public void ADamagedFile_IsRefused_AndNothingOfItIsTold()
    {
        using var authority = ClusterAuthority.Ensure(_folder["one"], TimeProvider.System);
        var whole = System.IO.File.ReadAllBytes(File(authority, "desktop").Write(_folder.Path));
        var random = new Random(1);
        var refused = 0;
        for (var i = 0; i < 400; i++)
        {
            var bytes = whole.ToArray();
            for (var change = random.Next(1, 4); change > 0; change--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (i % 4 == 0)
                bytes = bytes[..random.Next(bytes.Length)];
            System.IO.File.WriteAllBytes(_folder["damaged.join"], bytes);
            try
            {
                JoinFile.Read(_folder["damaged.join"]);
            }
            catch (SiloOptionsException failure)
            {
                refused++;
                Assert.DoesNotContain("hunter2", failure.Message);
                Assert.DoesNotContain("PRIVATE", failure.Message);
            }
        }
        Assert.InRange(refused, 300, 400);   // A changed letter of the database or of a name is no damage that can be seen.
    }

    [SkippableTheory]
    [InlineData("/dev/zero")]
    [InlineData("/dev/null")]
    [InlineData("/")]
    [InlineData("/nowhere/x.join")]
    public void WhatIsNoFile_IsRefused(string path)
    {
        Skip.If(OperatingSystem.IsWindows(), "These are Unix's.");
        Assert.Throws<SiloOptionsException>(() => JoinFile.Read(path));
    }

    private static JoinFile File(ClusterAuthority authority, string machine)
    {
        var (certificate, key) = authority.Issue(machine);
        return new() { Machine = machine, ClusterId = "icon", Database = "Host=db;Username=icon;Password=hunter2", Authority = authority.Certificate, Certificate = certificate, Key = key };
    }

    private static X509Certificate2 Issued(ClusterAuthority authority, string name) => X509Certificate2.CreateFromPem(authority.Issue(name).Certificate);
}
