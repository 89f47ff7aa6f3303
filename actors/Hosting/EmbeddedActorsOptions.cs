using System.Reflection;
using System.Text.Json;

namespace IconDiffusion.EmbeddedActors;

/// <summary>How the embedded runtime runs grains. Checked at start.</summary>
public sealed class EmbeddedActorsOptions
{
    /// <summary>The SQLite file of states and reminders; made where it is missing. One process at a time.</summary>
    public string DatabasePath { get; set; } = "";

    /// <summary>The assemblies of the grain classes, their interfaces and the types that travel in calls.</summary>
    public IList<Assembly> Assemblies { get; } = [];

    /// <summary>How long a caller waits for an answer: 30 s.</summary>
    public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a grain stays in memory after its last call: 15 min.</summary>
    public TimeSpan CollectionAge { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How often idle grains are looked for: every minute.</summary>
    public TimeSpan CollectionInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a grain may take to end after its last call: 30 s.</summary>
    public TimeSpan DeactivationTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The shortest period of a reminder: 1 min.</summary>
    public TimeSpan MinimumReminderPeriod { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Which types without [GenerateSerializer] travel as JSON, alone or as members of others: none.</summary>
    public Func<Type, bool> TravelsAsJson { get; set; } = _ => false;

    /// <summary>How they are written while they travel.</summary>
    public JsonSerializerOptions TravelJson { get; set; } = new();

    /// <summary>How states are written. Change it only so that it still reads what was written before.</summary>
    public JsonSerializerOptions StateJson { get; set; } = new();

    /// <summary>For tests: mixes the order of calls, which a cluster does not keep either, from this seed.</summary>
    public int? ShuffleSeed { get; set; }

    internal IEnumerable<string> Faults()
    {
        if (string.IsNullOrWhiteSpace(DatabasePath))
            yield return $"{nameof(DatabasePath)} is empty; wanted the path of the actors' SQLite file.";
        if (Assemblies.Count == 0)
            yield return $"{nameof(Assemblies)} is empty; wanted at least the assembly of the grain classes.";
        foreach (var (name, time) in new[]
        {
            (nameof(ResponseTimeout), ResponseTimeout), (nameof(CollectionAge), CollectionAge),
            (nameof(CollectionInterval), CollectionInterval), (nameof(DeactivationTimeout), DeactivationTimeout),
            (nameof(MinimumReminderPeriod), MinimumReminderPeriod),
        })
        {
            if (time <= TimeSpan.Zero)
                yield return $"{name} is {time}; wanted more than nothing.";
        }
    }
}
