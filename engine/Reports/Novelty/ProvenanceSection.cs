using System.Globalization;
using System.Text;
using static IconDiffusion.Reports.Novelty.PageParts;

namespace IconDiffusion.Reports.Novelty;

/// <summary>Everything that a figure of the page can be made again from.</summary>
internal static class ProvenanceSection
{
    public static void Write(StringBuilder html, PageParts page)
    {
        html.Append("<section id=\"provenance\">\n<h2>Provenance</h2>\n");
        foreach (var set in page.Sets)
        {
            html.Append($"<details><summary>{Text(page.Name(set))}</summary><dl>");
            foreach (var (name, value) in Facts(set)) html.Append($"<dt>{name}</dt><dd>{Text(value)}</dd>");
            html.Append("</dl></details>\n");
        }
        html.Append("<p class=\"note\">This page is one file. It holds all that it shows and loads nothing.</p>\n</section>\n");
    }

    private static IEnumerable<(string Name, string Value)> Facts(ReportedSet set)
    {
        var (novelty, settings) = (set.Novelty, set.Novelty.Settings);
        yield return ("report", $"{novelty.Title}; {novelty.GeneratedCount} generated, {novelty.TrainingCount} training, {novelty.HeldOutCount} held-out icons of {novelty.ImageSize} px");
        yield return ("features", novelty.Features);
        yield return ("settings", string.Create(CultureInfo.InvariantCulture,
            $"k = {settings.Neighbours}, {settings.Bootstrap} resamples, shifts up to {settings.MaxShift} px at 128 px, copy quantile {settings.CopyQuantile}, seed {settings.Seed}"));
        if (set.Run is not { } run) yield break;
        yield return ("run", $"{run.RunId}, seed {run.Spec.Seed}");
        yield return ("training set", $"SHA-256 {run.DatasetFingerprint}");
        yield return ("weights", $"SHA-256 {run.Training.WeightsHash}; {run.Training.Parameters.ToString("N0", CultureInfo.InvariantCulture)} of them");
        yield return ("training", string.Create(CultureInfo.InvariantCulture,
            $"{run.Training.Steps:N0} steps, {run.Training.ImagesSeen:N0} icons shown, {(int)run.Training.Time.TotalHours}:{run.Training.Time:mm\\:ss} h, ended by {run.Training.End.ToString().ToLowerInvariant()}"));
        yield return ("software", $"IconDiffusion {run.Provenance.CodeVersion}, libtorch {run.Provenance.LibTorch}");
        yield return ("machine", $"{run.Provenance.Device}, {run.Provenance.Threads} threads");
        yield return ("finished", run.Provenance.FinishedAt.ToString("u", CultureInfo.InvariantCulture));
    }
}
