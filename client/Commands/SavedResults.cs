using IconDiffusion.Client.Cluster;
using IconDiffusion.Client.Output;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;
using IconDiffusion.Specs.Tables;

namespace IconDiffusion.Client.Commands;

/// <summary>What experiments have left in the data folder, for when no silo runs.</summary>
internal static class SavedResults
{
    /// <summary>The experiment of this id, a unique beginning of it, or name (the newest of that name).</summary>
    /// <exception cref="UsageException">There is none, or several begin so.</exception>
    public static ExperimentReport Find(DataFolder data, string typed)
    {
        var id = Choose([.. Ids(data)], typed, data);
        return new(id, data.Experiment(id),
            [.. ExperimentTable.Read(data, id).Select(result => new ReportedRun(new RunFolder(data.Run(result.RunId)).Result(result.Spec), Reused: true, result))],
            []);
    }

    // Newest first.
    private static IEnumerable<string> Ids(DataFolder data) => !Directory.Exists(data.Experiments) ? [] : new DirectoryInfo(data.Experiments)
        .EnumerateDirectories()
        .Where(folder => File.Exists(Path.Combine(folder.FullName, ExperimentTable.ResultsFile)))
        .OrderByDescending(folder => folder.LastWriteTimeUtc)
        .Select(folder => folder.Name);

    private static string Choose(string[] ids, string typed, DataFolder data)
    {
        if (ids.FirstOrDefault(id => id == typed || RunIdentity.ExperimentName(id) == typed) is { } found)
            return found;
        return ids.Where(id => id.StartsWith(typed, StringComparison.Ordinal)).ToArray() switch
        {
            [var only] => only,
            [] => throw new UsageException($"No silo runs, and '{data.Experiments}' holds no results of an experiment '{typed}'; there {(ids.Length == 1 ? "is" : "are")} {(ids.Length == 0 ? "none" : string.Join(", ", ids))}."),
            var several => throw new UsageException($"'{typed}' begins several experiments: {string.Join(", ", several)}; wanted more of one."),
        };
    }
}
