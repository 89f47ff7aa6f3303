using System.Security.Cryptography.X509Certificates;
using IconDiffusion.Silo.Cluster;
using IconDiffusion.Silo.Hosting;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Orleans.Connections.Security;

namespace IconDiffusion.Silo.Tests.Hosting;

public sealed class RevocationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ClusterAuthority _authority;

    public RevocationTests() => _authority = ClusterAuthority.Ensure(_folder["one"], TimeProvider.System);

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void AList_GrowsAndNeverShrinks_AndIsBelievedByItsSignatureAlone()
    {
        var (desktop, laptop, other) = (Issue(_authority, "desktop"), Issue(_authority, "laptop"), Issue(_authority, "other"));
        using var stranger = ClusterAuthority.Ensure(_folder["two"], TimeProvider.System);
        var keys = Keys("desktop");
        var first = RevocationList.Add(_authority.Root, null, [laptop.SerialNumber], DateTimeOffset.UtcNow);
        var second = RevocationList.Add(_authority.Root, first, [laptop.SerialNumber, other.SerialNumber], DateTimeOffset.UtcNow);

        Assert.True(keys.Trusts(laptop));
        Assert.True(keys.Learn(first.Der));
        Assert.Equal((true, false, true), (keys.Trusts(desktop), keys.Trusts(laptop), keys.Trusts(other)));
        Assert.True(keys.Learn(second.Der));
        Assert.False(keys.Learn(first.Der));
        Assert.Equal((true, false, false), (keys.Trusts(desktop), keys.Trusts(laptop), keys.Trusts(other)));

        Assert.False(keys.Learn(RevocationList.Add(stranger.Root, second, [desktop.SerialNumber], DateTimeOffset.UtcNow.AddDays(1)).Der));
        var random = new Random(1);
        var third = RevocationList.Add(_authority.Root, second, [desktop.SerialNumber], DateTimeOffset.UtcNow).Der;
        for (var i = 10; i < third.Length - 100; i++)   // What is signed; the signature and its algorithm are behind it.
        {
            var damaged = third.ToArray();
            damaged[i] ^= (byte)(1 << random.Next(8));
            Assert.False(keys.Learn(damaged));
            Assert.False(keys.Learn(third[..i]));
        }
        Assert.True(keys.Learn(third));
        Assert.False(keys.Trusts(desktop));
    }

    [Fact]
    public async Task WhatIsOpenToWhoeverIsRevoked_IsEnded_AndNothingElse()
    {
        var settings = new ClusterSettings();
        settings.Join(Join("desktop").Write(_folder.Path));
        await using var nowhere = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1");
        using var revocations = new Revocations(nowhere, settings, new(), new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance), TimeProvider.System, NullLogger<Revocations>.Instance);
        var laptop = Issue(_authority, "laptop");
        var (theirs, ours) = (Connection(laptop), Connection(Issue(_authority, "other")));
        var end = new TaskCompletionSource();
        var watched = Task.WhenAll(revocations.WatchAsync(theirs, _ => end.Task), revocations.WatchAsync(ours, _ => end.Task));

        revocations.EndRevoked();
        Assert.False(theirs.ConnectionClosed.IsCancellationRequested);
        settings.Keys!.Learn(RevocationList.Add(_authority.Root, null, [laptop.SerialNumber], DateTimeOffset.UtcNow).Der);
        revocations.EndRevoked();

        await Task.Run(() => theirs.ConnectionClosed.WaitHandle.WaitOne()).WaitAsync(Patience.Limit);
        Assert.False(ours.ConnectionClosed.IsCancellationRequested);
        end.SetResult();
        await watched;
    }

    private static DefaultConnectionContext Connection(X509Certificate2 shown)
    {
        var connection = new DefaultConnectionContext();
        connection.Features.Set<ITlsConnectionFeature>(new Shown { RemoteCertificate = shown });
        return connection;
    }

    private JoinFile Join(string machine)
    {
        var (certificate, key) = _authority.Issue(machine);
        return new() { Machine = machine, ClusterId = "icon", Database = "Host=db", Authority = _authority.Certificate, Certificate = certificate, Key = key };
    }

    private ClusterKeys Keys(string machine) => ClusterKeys.Of(Join(machine));

    private static X509Certificate2 Issue(ClusterAuthority authority, string machine) => X509Certificate2.CreateFromPem(authority.Issue(machine).Certificate);

    private sealed class Shown : ITlsConnectionFeature
    {
        public X509Certificate2? RemoteCertificate { get; set; }

        public Task<X509Certificate2?> GetRemoteCertificateAsync(CancellationToken cancellationToken) => Task.FromResult(RemoteCertificate);
    }
}
