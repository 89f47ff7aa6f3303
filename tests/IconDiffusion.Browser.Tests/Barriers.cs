using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace IconDiffusion.Browser.Tests;

/// <summary>
/// What keeps people out of a page, as far as axe-core sees it (https://github.com/dequelabs/axe-core): WCAG 2.2, levels A and AA, and
/// practices that are advised beyond it.
/// </summary>
internal static class Barriers
{
    private static readonly AxeRunOptions All = new() { Rules = new() { ["target-size"] = new() { Enabled = true } }, ResultTypes = [ResultType.Violations] };

    // All that the colour scheme changes.
    private static readonly AxeRunOptions Contrast = new() { RunOnly = new() { Type = "rule", Values = ["color-contrast"] }, ResultTypes = [ResultType.Violations] };

    /// <summary>Looks at the page as it is now: at all on a phone and on a desk in light, at its contrast in dark.</summary>
    /// <returns>Each barrier: its impact, rule and the element; none: there is none.</returns>
    public static async Task<string[]> FindAsync(IPage page)
    {
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
        await page.SetViewportSizeAsync(390, 900);
        var phone = await page.RunAxe(All);
        await page.SetViewportSizeAsync(1280, 900);
        var desk = await page.RunAxe(All);
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        var dark = await page.RunAxe(Contrast);
        return
        [
            .. from rule in phone.Violations.Concat(desk.Violations).Concat(dark.Violations)
               from node in rule.Nodes
               select $"{rule.Impact}: {rule.Id}, {rule.Help}: {node.Html}",
        ];
    }
}
