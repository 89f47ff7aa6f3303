using System.Text;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Novelty;
using static IconDiffusion.Reports.Novelty.PageParts;

namespace IconDiffusion.Reports.Novelty;

/// <summary>
/// Whether starting from other weights keeps a network from copying few icons. The order that Zhu et al. 2022 report is put to the test: from random weights it copies, fine-tuned
/// it copies less, and with the distances of its source kept its icons stay more unlike each other.
/// </summary>
internal static class TransferSection
{
    private static readonly string[] Keys = ["copies", "cluster-diversity", "kid-held-out", "fid"];

    /// <summary>A table and the order in words for each training set that a network came to from other weights.</summary>
    public static void Write(StringBuilder html, PageParts page)
    {
        var tasks = SeedGroup.Of(page).Where(group => group.Sets[0].Run is not null)
            .GroupBy(group => (group.Sets[0].Run!.DatasetFingerprint, Model: group.Sets[0].Run!.Spec.Model.Label, group.Features))
            .Select(task => task.OrderBy(StartOf).ToArray())
            .Where(task => task.Any(group => StartOf(group) != Start.Random)).ToArray();
        if (tasks.Length == 0) return;
        html.Append("<h3 id=\"transfer\">From other weights</h3>\n<p class=\"note\">The same network on the same icons, from random weights and from those of another run, there with and without the distances between icons that " +
            "this one gives them (DDPM-PA). The survey of Zhu et al. 2022 has an order: from scratch a few icons are copied, fine-tuned fewer are, and kept distances keep variety. Diversity is that of icons which share their nearest training icon.</p>\n");
        foreach (var task in tasks)
        {
            Table(html, task);
            html.Append("<ul>\n");
            foreach (var step in Order(task)) html.Append($"<li>{Text(Sentence(step))}</li>\n");
            html.Append("</ul>\n");
        }
    }

    /// <summary>The survey's order, step by step, of the groups of one training set.</summary>
    internal static IEnumerable<OrderStep> Order(IReadOnlyList<SeedGroup> task)
    {
        (string Key, Start First, Start Second, bool Lower)[] steps =
        [
            ("copies", Start.FineTuned, Start.Random, true), ("copies", Start.Pairwise, Start.FineTuned, true),
            ("cluster-diversity", Start.FineTuned, Start.Random, false), ("cluster-diversity", Start.Pairwise, Start.FineTuned, false),
        ];
        return
        [
            .. from step in steps
               let first = task.FirstOrDefault(each => StartOf(each) == step.First)
               let second = task.FirstOrDefault(each => StartOf(each) == step.Second)
               where first is not null && second is not null
               select new OrderStep(step.Key, step.First, step.Second, first, second, Judge(step.Key, first, second, step.Lower)),
        ];
    }

    private static OrderVerdict Judge(string key, SeedGroup first, SeedGroup second, bool lower) => (first.Mean(key), second.Mean(key)) switch
    {
        (null, _) or (_, null) => OrderVerdict.Unknown,
        var (a, b) when a == b => OrderVerdict.Same,
        var (a, b) when a < b != lower => OrderVerdict.TurnedRound,
        _ => first.Interval(key) is { } x && second.Interval(key) is { } y && (lower ? x.High < y.Low : x.Low > y.High) ? OrderVerdict.Kept : OrderVerdict.NotSettled,
    };

    private static string Sentence(OrderStep step)
    {
        var unit = FigureCatalogue.Of(step.Key).Unit;
        return $"{FigureText.Label(step.Key, step.FirstGroup.Features)}: {FigureText.Value(step.FirstGroup.Mean(step.Key), unit)} {Words(step.First)}, " +
            $"{FigureText.Value(step.SecondGroup.Mean(step.Key), unit)} {Words(step.Second)}. " + step.Verdict switch
            {
                OrderVerdict.Kept => "This is the survey's order.",
                OrderVerdict.NotSettled => "This is the survey's order, but the intervals overlap, so it is not settled.",
                OrderVerdict.Same => "They are the same.",
                OrderVerdict.TurnedRound => "This is against the survey's order.",
                _ => "One of them has no such figure, so nothing can be told.",
            };

        static string Words(Start start) => start switch
        {
            Start.Random => "from random weights",
            Start.FineTuned => "fine-tuned",
            _ => "fine-tuned with distances kept",
        };
    }

    private static void Table(StringBuilder html, SeedGroup[] task)
    {
        string[] shown = [.. Keys.Where(key => task.Any(group => group.Mean(key) is not null))];
        html.Append("<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"From other weights\"><table class=\"figures\"><thead><tr><th scope=\"col\">set</th><th scope=\"col\">seeds</th>");
        foreach (var key in shown) html.Append($"<th scope=\"col\">{Text(FigureText.Label(key, task[0].Features))}</th>");
        html.Append("</tr></thead><tbody>\n");
        foreach (var group in task)
        {
            html.Append($"<tr><th scope=\"row\"><a href=\"#{group.Id}\">{Text(group.Name)}</a></th><td>{group.Sets.Count}</td>");
            foreach (var key in shown)
                html.Append($"<td>{Text(FigureText.Value(group.Mean(key), FigureCatalogue.Of(key).Unit))}<small>{Text(group.SpreadText(key))}</small></td>");
            html.Append("</tr>\n");
        }
        html.Append("</tbody></table></div>\n");
    }

    internal static Start StartOf(SeedGroup group) => group.Sets[0].Run!.Spec.Training switch
    {
        { Adaptation: PairwiseSpec } => Start.Pairwise,
        { From: not null } => Start.FineTuned,
        _ => Start.Random,
    };
}

/// <summary>What a network starts from, in the survey's order.</summary>
internal enum Start { Random, FineTuned, Pairwise }

/// <summary>One figure of two groups that the survey has an order for.</summary>
/// <param name="First">Which the survey has fewer copies or more diversity of.</param>
internal sealed record OrderStep(string Key, Start First, Start Second, SeedGroup FirstGroup, SeedGroup SecondGroup, OrderVerdict Verdict);

/// <summary>Whether a step of the survey's order was met.</summary>
internal enum OrderVerdict { Unknown, Kept, NotSettled, Same, TurnedRound }
