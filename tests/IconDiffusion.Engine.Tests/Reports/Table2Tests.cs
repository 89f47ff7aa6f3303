using System.Text.Json;
using IconDiffusion.Engine.Metrics;
using IconDiffusion.Engine.Reports;
using IconDiffusion.Specs;

namespace IconDiffusion.Engine.Tests.Reports;

public sealed class Table2Tests
{
    [Fact]
    public void Text_IsAlignedAndFootnotesStandOnce()
    {
        var table = new Table2([
            Results.Make([1, 2, 4, 8], fid: 12.345, mae: 24.5, notes: ["random features"]),
            Results.Make([1, 2], fid: 100, mae: 7, notes: ["few icons", "random features"]),
        ]);
        Assert.Equal(
            [
                "model              seed     FID    MAE     NWI       n/m  steps      time  preprint MAE  notes",
                "ddpm 64 (1,2,4,8)  3407   12.35  24.50   12.16  1024/158    700  26:03:04          24.3      1",
                "ddpm 64 (1,2)      3407  100.00   7.00  -93.00  1024/158    700  26:03:04             –    1,2",
                "1  random features",
                "2  few icons",
            ],
            table.ToText());
    }

    [Fact]
    public void Markdown_IsATableWithTheSameCells()
    {
        var table = new Table2([Results.Make([1, 16], fid: 1, mae: 2, notes: ["a note"])]);
        Assert.Equal(
            """
            | model | seed | FID | MAE | NWI | n/m | steps | time | preprint MAE | notes |
            |---|---:|---:|---:|---:|---:|---:|---:|---:|---:|
            | ddpm 64 (1,16) | 3407 | 1.00 | 2.00 | 1.00 | 1024/158 | 700 | 26:03:04 | 56.8 | 1 |

            1. a note

            """,
            table.ToMarkdown());
    }

    [Fact]
    public void Json_ReadsBackAsTheRows()
    {
        var table = new Table2([Results.Make([1, 16], fid: 1.0 / 3, mae: 2, notes: ["a note"])]);
        Assert.Equal(table.Rows, JsonSerializer.Deserialize<EquatableList<Table2Row>>(table.ToJson(), SpecJson.Indented));
    }

    [Fact]
    public void NoRuns_GiveAHeaderAlone() => Assert.Single(new Table2([]).ToText());

    [Theory]
    [InlineData(64, false, 24.3)]
    [InlineData(32, false, null)]
    [InlineData(64, true, null)]
    public void PreprintFigures_StandBesideItsOwnModelsOnly(int dim, bool withoutAttention, double? wanted) =>
        Assert.Equal(wanted, Preprint.Mae(new DdpmSpec
        {
            Unet = new() { Dim = dim, DimMults = [1, 2, 4, 8], Knockout = new() { BottleneckAttention = withoutAttention } },
        }));
}
