using System.Text.Json.Nodes;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Specs.Comparisons;

/// <summary>Reads an experiment file that holds <c>comparisons</c> in place of runs: JSON with comments.</summary>
public static class ComparisonFile
{
    private const string Key = "comparisons";

    /// <summary>Reads and checks the text of a file, as <see cref="ExperimentFile.Parse(SpecFile)"/> does; null: it holds no comparisons and so is that one's.</summary>
    /// <exception cref="ExperimentException">It is not JSON, or asks for something impossible.</exception>
    public static ComparisonExperimentSpec? TryParse(SpecFile file) =>
        ExperimentFile.ParseObject(file.Text, file.Source) is var root && root.ContainsKey(Key) ? Read(root, file) : null;

    private static ComparisonExperimentSpec Read(JsonObject root, SpecFile file)
    {
        var source = file.Source;
        // A list's own error would not tell which of its items is wrong.
        foreach (var (i, each) in (root[Key] as JsonArray ?? []).Index())
            SpecErrors.Read<ComparisonSpec>(each, $"{Key}[{i}]", source);
        foreach (var (i, each) in (root["expected"] as JsonArray ?? []).Index())
            SpecErrors.Read<ExpectedOrder>(each, $"expected[{i}]", source);
        var experiment = SpecErrors.Read<ComparisonExperimentSpec>(root, "", source);
        if (Check(experiment).FirstOrDefault() is { } fault)
            throw new ExperimentException($"{source}: {fault}");
        return experiment with
        {
            Comparisons = [.. experiment.Comparisons.Select(pair => pair with { First = file.Placed(pair.First), Second = file.Placed(pair.Second) })],
            Evaluation = file.Placed(experiment.Evaluation),
        };
    }

    private static IEnumerable<string> Check(ComparisonExperimentSpec experiment)
    {
        foreach (var fault in SpecValidation.CheckName(experiment.Name))
            yield return fault;
        if (experiment.Comparisons.Count == 0)
            yield return "comparisons is empty; wanted at least one pair.";
        var names = experiment.Comparisons.Select(each => each.Name).ToList();
        if (names.GroupBy(name => name).FirstOrDefault(group => group.Count() > 1) is { } twice)
            yield return $"{twice.Count()} comparisons are named '{twice.Key}'; wanted a name of its own for each.";
        foreach (var pair in experiment.Comparisons)
        {
            foreach (var (which, dataset) in new[] { ("first", pair.First), ("second", pair.Second) })
                foreach (var fault in SpecValidation.Check(dataset))
                    yield return $"comparison '{pair.Name}', {which}: {fault}";
            if (pair.First.ImageSize != pair.Second.ImageSize)
                yield return $"comparison '{pair.Name}': the first set's imageSize is {pair.First.ImageSize}, the second's {pair.Second.ImageSize}; they can only be compared at one size.";
        }
        foreach (var order in experiment.Expected)
        {
            if (FigureCatalogue.All.All(figure => figure.Key != order.Figure))
                yield return $"expected.figure is '{order.Figure}'; wanted one of {string.Join(", ", FigureCatalogue.All.Select(figure => figure.Key))}.";
            if (order.Below.Count + order.Above.Count == 0)
                yield return $"expected: '{order.Of}' stands neither below nor above another comparison; wanted at least one.";
            foreach (var name in order.Below.Concat(order.Above).Prepend(order.Of))
                if (!names.Contains(name))
                    yield return $"expected names the comparison '{name}'; there {(names.Count == 1 ? "is" : "are")} {string.Join(", ", names.Select(each => $"'{each}'"))}.";
        }
    }
}
