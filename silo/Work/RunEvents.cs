using System.Text.Json;
using IconDiffusion.Grains;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Cluster;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Silo.Work;

/// <summary>Keeps what happens to runs in their <see cref="RunFolder.EventsFile"/>.</summary>
internal sealed class RunEvents(DataFolder data, string silo, TimeProvider time)
{
    private readonly Lock _gate = new();

    /// <summary>Adds a line. What cannot be written, on a full disk say, is left out: no work ends for want of its log.</summary>
    public void Add(WorkOrder order, RunEventKind kind, string message)
    {
        var line = JsonSerializer.SerializeToUtf8Bytes(
            new RunEvent { At = time.GetUtcNow(), Silo = silo, Work = order.Work.Key, Attempt = order.Attempt, Kind = kind, Message = message },
            SpecJson.Compact);
        try
        {
            lock (_gate)
            {
                var path = WorkFiles.FolderOf(data, order.Spec).EventsFile;
                // Only then: a folder that vanishes later was unmounted, and nothing is to be written in its place.
                if (kind == RunEventKind.Started) Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                // Unbuffered and in one call, so that lines of several silos do not mix.
                using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
                file.Write([.. line, (byte)'\n']);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }
}
