using IconDiffusion.Specs;

namespace IconDiffusion.Data;

/// <summary>A consent as the data folder keeps it, whatever becomes of the folder that it came from.</summary>
/// <param name="Id">12 hex digits, a hash of the consent: the same terms by the same artist are one record.</param>
/// <param name="Datasets">What rests on it, the oldest first.</param>
/// <param name="Revocation">Null: it was not revoked.</param>
public sealed record ConsentRecord(string Id, Consent Consent, EquatableList<ConsentedDataset> Datasets, Revocation? Revocation)
{
    /// <summary>Whether it may be relied on.</summary>
    public bool Holds(DateOnly today) => Revocation is null && !Consent.HasExpired(today);
}

/// <summary>A data set that was prepared under a consent.</summary>
/// <param name="Fingerprint">See <see cref="IconDataset.Fingerprint"/>.</param>
/// <param name="Recorded">When it was prepared first.</param>
public sealed record ConsentedDataset(string Fingerprint, DateTimeOffset Recorded);

/// <summary>When a consent was taken back, and why.</summary>
public sealed record Revocation(DateTimeOffset At, string? Reason = null);
