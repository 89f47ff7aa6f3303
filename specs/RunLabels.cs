using System.Text.Json;
using System.Text.Json.Nodes;

namespace IconDiffusion.Specs;

/// <summary>What runs are called that are shown beside one another, such as the rows of a table.</summary>
public static class RunLabels
{
    /// <summary>
    /// <see cref="RunSpec.Label"/> of each, with as many settings as tell it from others of the same label, by the names that these have in an experiment file:
    /// <c>ddpm 32 (1,2,4), sampler ddim, steps 20</c>. Runs that differ in their seed alone, or in which runs theirs rest on, have the same.
    /// </summary>
    public static Dictionary<RunSpec, string> Of(IEnumerable<RunSpec> runs)
    {
        var labels = new Dictionary<RunSpec, string>();
        foreach (var alike in runs.Distinct().GroupBy(run => run.Label))
        {
            // Most differ in their seeds alone, and need not be written out.
            var differ = alike.DistinctBy(run => run with { Seed = 0 }).Skip(1).Any();
            var settings = alike.ToDictionary(run => run, run => differ ? SettingsOf(run) : []);
            var (telling, kinds) = (Array.Empty<string>(), 1);
            foreach (var path in settings.Values.SelectMany(each => each.Keys).Distinct())
            {
                string[] more = [.. telling, path];
                if (Kinds(more) is var count && count > kinds) (telling, kinds) = (more, count);
            }
            foreach (var (run, own) in settings)
                labels.Add(run, string.Join(", ", [alike.Key, .. telling.Where(own.ContainsKey).Select(path => $"{Shortest(path, telling)} {own[path]}")]));

            int Kinds(string[] paths) => settings.Values.DistinctBy(each => string.Join('\n', paths.Select(path => each.GetValueOrDefault(path)))).Count();
        }
        return labels;
    }

    // Such as sampling.sampler.steps. What a thing is is said under its own name: sampling.sampler, not sampling.sampler.kind.
    private static Dictionary<string, string> SettingsOf(RunSpec run)
    {
        var settings = new Dictionary<string, string>();
        Walk("", JsonSerializer.SerializeToNode(run, SpecJson.Compact));
        return settings;

        void Walk(string path, JsonNode? node)
        {
            if (node is JsonObject members)
                foreach (var (name, member) in members)
                    Walk(name == "kind" ? path : path == "" ? name : $"{path}.{name}", member);
            else if (node is not null && path is not ("seed" or "training.from") && !path.StartsWith("sampling.sampler.base.", StringComparison.Ordinal))
                settings[path] = $"{node}";
        }
    }

    // As much of its end as no other has.
    private static string Shortest(string path, string[] among)
    {
        for (var dot = path.LastIndexOf('.'); dot > 0; dot = path.LastIndexOf('.', dot - 1))
            if (among.Count(other => $".{other}".EndsWith(path[dot..], StringComparison.Ordinal)) == 1)
                return path[(dot + 1)..];
        return path;
    }
}
