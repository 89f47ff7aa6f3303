using IconDiffusion.Data;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Pipeline.Experiments;

/// <summary>The one place that training, drawing and publishing ask whether a data set may be used.</summary>
public static class ConsentGate
{
    /// <summary>The newest consent that a data set rests on; null: none was ever given.</summary>
    /// <param name="fingerprint">The consent in a data set that came from elsewhere is noted here first.</param>
    /// <param name="clock">Tells what has expired.</param>
    /// <exception cref="ConsentException">One was revoked, or all have expired.</exception>
    /// <exception cref="DatasetException">The data set or a record of its consent is damaged.</exception>
    public static ConsentRecord? Require(DataFolder data, string fingerprint, TimeProvider clock)
    {
        var (registry, store) = (new ConsentRegistry(data.Consents, clock), new DatasetStore(data.Datasets));
        if (store.Contains(fingerprint)) registry.Add(fingerprint, store.ConsentOf(fingerprint));
        return registry.Require(fingerprint);
    }

    /// <summary>As <see cref="Require"/> for a data set whose consent is noted already: writes nothing.</summary>
    /// <exception cref="ConsentException">It was revoked, or has expired.</exception>
    public static void Look(DataFolder data, string fingerprint, TimeProvider clock) => new ConsentRegistry(data.Consents, clock).Require(fingerprint);
}
