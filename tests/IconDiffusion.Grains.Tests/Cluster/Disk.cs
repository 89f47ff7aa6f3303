using System.Collections.Concurrent;

namespace IconDiffusion.Grains.Tests.Cluster;

/// <summary>What survives a crash: the actors' database and a note of all work that was done.</summary>
public sealed class Disk : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("grains-").FullName;

    /// <summary>Keeps the states of its hosts together, and apart from others'.</summary>
    public string Name => Path.GetFileName(_folder);

    public string Database => Path.Combine(_folder, "cluster.db");

    /// <summary>Takes the file's place.</summary>
    internal PostgresDatabase? Postgres { get; set; }

    /// <summary>Work keys in the order of their starts, "key#attempt".</summary>
    public ConcurrentQueue<string> Started { get; } = new();

    /// <summary>The newest attempts that the work's own files know of, where that is more than the database does.</summary>
    public ConcurrentDictionary<WorkId, int> Noted { get; } = new();

    /// <summary>Work whose end was taken by its grain.</summary>
    public ConcurrentQueue<WorkId> Finished { get; } = new();

    /// <summary>Attempts at reports, which begin whenever they may after an experiment's end; not among the above.</summary>
    public ConcurrentQueue<WorkOrder> Reports { get; } = new();

    /// <summary>Results written into tables: experiment → counts of rows, in order.</summary>
    public ConcurrentQueue<(string Experiment, int Rows)> Tables { get; } = new();

    /// <summary>Whether tables can't be written.</summary>
    public bool IsFull { get; set; }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
