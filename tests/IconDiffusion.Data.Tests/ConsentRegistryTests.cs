using IconDiffusion.Data;

namespace IconDiffusion.Data.Tests;

public sealed class ConsentRegistryTests : IDisposable
{
    private static readonly string Fingerprint = new('a', 64);
    private static readonly Consent Terms = new("A. Painter", "CC BY 4.0", "research", new DateOnly(2030, 6, 15));

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private ConsentRegistry On(int year, int month, int day) => new(_folder["consents"], new FixedClock(year, month, day));

    [Fact]
    public void ARecord_SaysWhatRestsOnIt_AndSinceWhen()
    {
        On(2030, 1, 2).Add(Fingerprint, Terms);
        On(2030, 1, 3).Add(Fingerprint, Terms);  // again: the first day stays

        var record = Assert.Single(On(2030, 1, 4).All());
        Assert.Equal((ConsentRegistry.IdOf(Terms), Terms), (record.Id, record.Consent));
        var dataset = Assert.Single(record.Datasets);
        Assert.Equal((Fingerprint, 2), (dataset.Fingerprint, dataset.Recorded.Day));
        Assert.Null(record.Revocation);
    }

    [Fact]
    public void TheSameTerms_HaveTheSameId_AndAnyOtherAnother()
    {
        Assert.Equal(ConsentRegistry.IdOf(Terms), ConsentRegistry.IdOf(Terms with { }));
        Assert.Equal(4, ((Consent[])[Terms, Terms with { Artist = "B" }, Terms with { Scope = null }, Terms with { Expiry = null }]).Select(ConsentRegistry.IdOf).Distinct().Count());
    }

    [Fact]
    public void WithoutAnybodysConsent_NothingIsRecorded_AndNothingRefused()
    {
        On(2030, 1, 2).Add(Fingerprint, null);

        Assert.Empty(On(2030, 1, 2).All());
        Assert.Null(On(2030, 1, 2).Require(Fingerprint));
    }

    [Fact]
    public void TheLastDay_StillCounts_AndTheDayAfterRefuses()
    {
        On(2030, 1, 2).Add(Fingerprint, Terms);

        Assert.Equal(Terms, On(2030, 6, 15).Require(Fingerprint)?.Consent);
        var error = Assert.Throws<ConsentException>(() => On(2030, 6, 16).Require(Fingerprint));
        foreach (var expected in (string[])["A. Painter", "ended on 2030-06-15", ConsentRegistry.IdOf(Terms)])
            Assert.Contains(expected, error.Message);
    }

    [Fact]
    public void ARenewedConsent_HoldsWhereTheOldOneEnded()
    {
        On(2030, 1, 2).Add(Fingerprint, Terms);
        var renewed = Terms with { Expiry = new DateOnly(2031, 6, 15) };
        On(2030, 6, 20).Add(Fingerprint, renewed);

        Assert.Equal(renewed, On(2030, 6, 21).Require(Fingerprint)?.Consent);
    }

    [Fact]
    public void ARevokedConsent_StaysRevoked_WhateverIsGrantedAfterIt()
    {
        On(2030, 1, 2).Add(Fingerprint, Terms);
        On(2030, 2, 3).Revoke(ConsentRegistry.IdOf(Terms), "the artist asked");
        On(2030, 2, 4).Revoke(ConsentRegistry.IdOf(Terms), "again");
        On(2030, 2, 5).Add(Fingerprint, Terms with { Licence = "anything" });

        var error = Assert.Throws<ConsentException>(() => On(2030, 2, 6).Require(Fingerprint));
        foreach (var expected in (string[])["A. Painter", "revoked on 2030-02-03", "the artist asked", ConsentRegistry.IdOf(Terms)])
            Assert.Contains(expected, error.Message);
    }

    [Fact]
    public void ARevocation_IsAboutItsOwnDataSetsAlone()
    {
        On(2030, 1, 2).Add(Fingerprint, Terms);
        On(2030, 1, 2).Add(new string('b', 64), Terms with { Artist = "B" });
        On(2030, 2, 3).Revoke(ConsentRegistry.IdOf(Terms), null);

        Assert.Equal("B", On(2030, 2, 4).Require(new string('b', 64))?.Consent.Artist);
    }

    [Theory]
    [InlineData("revoked.json")]
    [InlineData("consent.json")]
    public void ADamagedRecord_RefusesAndIsNamed(string file)
    {
        On(2030, 1, 2).Add(Fingerprint, Terms);
        On(2030, 2, 3).Revoke(ConsentRegistry.IdOf(Terms), null);
        File.WriteAllText(Path.Combine(_folder["consents"], ConsentRegistry.IdOf(Terms), file), "{ \"at\": ");

        Assert.Contains(file, Assert.Throws<DatasetException>(() => On(2030, 2, 4).Require(Fingerprint)).Message);
    }
}
