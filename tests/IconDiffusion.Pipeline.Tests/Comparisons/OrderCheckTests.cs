using IconDiffusion.Pipeline.Comparisons;
using IconDiffusion.Reports;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Comparisons;
using IconDiffusion.Specs.Novelty;
using IconDiffusion.Specs.Tables;

namespace IconDiffusion.Pipeline.Tests.Comparisons;

public class OrderCheckTests
{
    private static readonly SetComparison[] Pairs = [Pair("same", fid: 20, mae: 30), Pair("other", fid: 300, mae: 90)];

    [Fact]
    public void AnOrderThatCame_IsMet()
    {
        var check = Assert.Single(OrderCheck.Of(new() { Figure = "fid", Of = "same", Below = ["other"] }, Pairs));

        Assert.True(check.IsMet);
        Assert.Equal("FID (Inception-v3) of 'same' (20.00) lies below that of 'other' (300.00), as expected.", check.Sentence);
    }

    [Fact]
    public void AnOrderThatDidNotCome_IsToldWithBothFigures()
    {
        var check = Assert.Single(OrderCheck.Of(new() { Figure = "mae", Of = "same", Above = ["other"] }, Pairs));

        Assert.False(check.IsMet);
        Assert.Equal("MAE of 'same' (30.00) does not lie above that of 'other' (90.00), against what was expected.", check.Sentence);
    }

    [Fact]
    public void AFigureThatIsNotThere_MeetsNothing()
    {
        var check = Assert.Single(OrderCheck.Of(new() { Figure = "kid", Of = "same", Below = ["other"] }, Pairs));

        Assert.False(check.IsMet);
        Assert.Contains("'same' has none", check.Sentence);
    }

    [Fact]
    public void AnOrderOfPublishedFeatures_IsShownButNotHeldAgainstRandomOnes()
    {
        var order = new ExpectedOrder { Figure = "nwi", Of = "other", Above = ["same"], NeedsPublishedFeatures = true };
        SetComparison[] random = [.. Pairs.Select(pair => pair with { Scores = pair.Scores with { Features = "inception-v3 random" } })];

        Assert.False(Assert.Single(OrderCheck.Of(order, Pairs)).IsMet);
        var check = Assert.Single(OrderCheck.Of(order, random));
        Assert.Null(check.IsMet);
        Assert.Contains("(−210.00) does not lie above that of 'same' (10.00); the order is expected of trained weights", check.Sentence);
    }

    [Fact]
    public void TheTable_HasAFormatForEveryReader()
    {
        var table = new ComparisonTable(Pairs, besidePreprint: true);

        Assert.Equal("""
            | pair | n/m | FID (Inception-v3) | MAE | NWI (Inception-v3) | notes |
            |---|---:|---:|---:|---:|---:|
            | same | 3/2 | 20.0 | 30.0 | 10.0 | 1 |
            | other | 3/2 | 300 | 90.0 | −210 | 1 |
            | the preprint: same artist, early and new | – | 57.4 | 61.3 | 3.91 |  |

            """, string.Join('\n', table.Write(TableFormat.Markdown).Split('\n').Take(5)) + "\n");
        Assert.Equal("pair,first,second,n,m,fid,mae,nwi,features,notes\r\nsame,x,y,3,2,20,30,10,inception-v3 6726825d,y: Anna; CC0\r\n",
            string.Join("\r\n", table.Write(TableFormat.Csv).Replace("\"", "").Replace("y: Anna, CC0", "y: Anna; CC0").Split("\r\n").Take(2)) + "\r\n");
        Assert.Contains("the preprint: different artists & -- & 398 & 197 & $-$201", table.Write(TableFormat.Latex));
        Assert.Contains("<td>−210</td>", table.Write(TableFormat.Html));
        Assert.StartsWith("[", table.Write(TableFormat.Json));
        Assert.Equal(["1  y: Anna, CC0"], table.Footnotes);
    }

    private static SetComparison Pair(string name, double fid, double mae) => new(
        name, new("x", 2, "f", 0, [], [], null), new("y", 3, "g", 0, [], [], new("Anna", "CC0")),
        new() { Fid = fid, Mae = mae, MaeMirrored = mae, GeneratedCount = 3, TrainingCount = 2, Features = "inception-v3 6726825d", NotComparable = [] }, null);
}
