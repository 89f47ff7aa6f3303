using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using IconDiffusion.Evaluation.Window;
using IconDiffusion.Reports.Novelty;
using IconDiffusion.Specs;

namespace IconDiffusion.Reports.Tests;

public sealed class WindowSectionTests
{
    [Fact]
    public void TheWindowIsShaded_FromWhereQualityArrivedToWhereCopyingBegan()
    {
        var looks = Looks(heldOut: true);
        var window = WindowRule.Of(looks)!;
        Assert.Equal((WindowState.Closed, new StepSpan(16, 256), new StepSpan(1024, 4096), 1024L), (window.State, window.Quality, window.Copying, window.Best));

        var charts = Charts(looks);

        Assert.Equal(3, charts.Length);
        // The looks are a factor of four apart, and so are their places.
        var first = Places(charts[0]);
        Assert.Equal(looks.Count, first.Length);
        Assert.All(charts, chart =>
        {
            var safe = Regex.Match(chart, "<rect class=\"safe\" x=\"([0-9.]+)\" y=\"[0-9.]+\" width=\"([0-9.]+)\"");
            Assert.Equal(first[1], Number(safe, 1), 0.02);
            Assert.Equal(first[3], Number(safe, 1) + Number(safe, 2), 0.02);
        });
    }

    [Fact]
    public void WithoutHeldOutIcons_TheCurvesThatNeedThem_AreLeftOut()
    {
        var charts = Charts(Looks(heldOut: false));

        Assert.Equal(2, charts.Length);
        Assert.Single(Regex.Matches(charts[1], "<path class=\"curve "));
    }

    [Fact]
    public void ARunThatNobodyLookedAt_HasNoSuchPart() => Assert.Empty(Section([]));

    [Fact]
    public void WhatTwiceTheIconsWouldBuy_IsSaidFromTheRunsAlike()
    {
        var (ten, twenty) = (Run(10, Looks(heldOut: true)), Run(20, Looks(heldOut: true)));
        var otherArtist = Run(30, Looks(heldOut: true));
        otherArtist = otherArtist with { Run = otherArtist.Run! with { Spec = otherArtist.Run.Spec with { Dataset = new TwemojiFacesSpec { Count = 30 } } } };
        var html = new StringBuilder();
        WindowSection.Write(html, new([ten, twenty, otherArtist]), ten);

        // Between 1,024 / 20 and 4,096 / 10 steps for each icon.
        Assert.Contains("With 20 icons instead of 10 copying would begin between steps 1,024 and 8,192, and quality still arrive by step 256 (from 2 runs on this page", html.ToString());
    }

    [Fact]
    public void TheWindowAgainstTheSizes_HasALineForEachTime_AndAMarkForEachRun()
    {
        ReportedSet[] sets = [Run(10, Looks(heldOut: true)), Run(20, Looks(heldOut: true, pace: 2)), Run(40, Looks(heldOut: true, pace: 4)), Run(80, [.. Looks(heldOut: true, pace: 8).Take(3)])];
        var html = new StringBuilder();
        WindowGrowthSection.Write(html, new(sets));

        var chart = Assert.Single(Regex.Matches(html.ToString(), "<svg class=\"chart\".*?</svg>").Select(match => match.Value));
        Assert.Equal(1, Regex.Count(chart, "<path class=\"curve c-generated\""));
        Assert.Equal(3, Regex.Count(chart, "<path class=\"mark c-generated\""));
        Assert.Equal(1, Regex.Count(chart, "<path class=\"mark c-generated hollow\""));   // the fourth has not copied by its last look
        Assert.Contains("copying begins in 3 of 4 runs; steps grow as icons to the power of 1.00 [1.00, 1.00] (predicted: 1)", html.ToString());
    }

    private static ReportedSet Run(int icons, List<WindowPoint> looks)
    {
        var run = Results.Make([1, 2], 1, 1, []);
        return NoveltySample.Make(NoisyIcons.Make(icons, 16, 1), NoisyIcons.Make(6, 16, 2), "sample", run with { Spec = run.Spec with { Dataset = new NotoFacesSpec { Count = icons } } }) with { Looks = looks };
    }

    private static string[] Charts(IReadOnlyList<WindowPoint> looks) =>
        [.. Regex.Matches(Section(looks), "<svg class=\"chart\".*?</svg>").Select(match => match.Value)];

    private static string Section(IReadOnlyList<WindowPoint> looks)
    {
        var html = new StringBuilder();
        var set = NoveltySample.Make(NoisyIcons.Make(6, 16, 1), NoisyIcons.Make(6, 16, 2), "sample") with { Looks = looks };
        WindowSection.Write(html, new([set]), set);
        return html.ToString();
    }

    // Where the first curve's corners lie, from left to right.
    private static double[] Places(string chart) =>
        [.. Regex.Match(chart, "<path class=\"curve [^\"]*\" d=\"M([^\"]+)\"").Groups[1].Value.Split('L').Select(point => double.Parse(point.Split(' ')[0], CultureInfo.InvariantCulture))];

    private static double Number(Match match, int group) => double.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    private static List<WindowPoint> Looks(bool heldOut, int pace = 1) =>
    [
        .. ((long Step, int Copies, double Quality)[])[(16, 0, 1000), (256, 0, 105), (1024, 1, 100), (4096, 40, 102)] is var all ? all.Select(each => new WindowPoint
        {
            Step = each.Step * pace, Seconds = each.Step, Cost = 1, Icons = 64, Copies = each.Copies, Chance = new(80, 2, heldOut ? 20 : 0, 0),
            Gap = 0, Percentile = 50, NearestDistance = 20, Features = "resnet18-imagenet e2552f19", Training = new(80, each.Quality, 1),
            HeldOut = heldOut ? new(20, each.Quality, 1) : null,
            Signs = [new("loss t 0–499", 0.1, heldOut ? 0.2 : null, null), new("loss t 500–999", 0.1, heldOut ? 0.1 : null, null)],
        }) : [],
    ];
}
