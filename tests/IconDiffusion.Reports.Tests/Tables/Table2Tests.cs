using System.Text.Json;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Tables;

namespace IconDiffusion.Reports.Tests.Tables;

public sealed class Table2Tests
{
    [Fact]
    public void Cells_AreRounded_AndFootnotesStandOnce()
    {
        var table = new Table2([
            Results.Make([1, 2, 4, 8], fid: 12.345, mae: 24.5, notes: ["random features"]),
            Results.Make([1, 2], fid: 100, mae: 7, notes: ["few icons", "random features"]),
        ]);

        Assert.Equal(["ddpm 64 (1,2,4,8)", "3407", "12.3", "24.5", "12.2", "1024/158", "700", "11200", "26:03:04", "14.3", "9.99", "1"], table.Cells[0]);
        Assert.Equal(["ddpm 64 (1,2)", "3407", "100", "7.00", "−93.0", "1024/158", "700", "11200", "26:03:04", "–", "–", "1,2"], table.Cells[1]);
        Assert.Equal(["1  random features", "2  few icons"], table.Footnotes);
        Assert.All(table.Cells, cells => Assert.Equal(table.Header.Count, cells.Count));
    }

    [Fact]
    public void FiguresOfDifferentNetworks_StandInDifferentColumns()
    {
        var random = Results.Make([1, 2], fid: 12, mae: 7, notes: []);
        var resNet = random with { Scores = random.Scores with { Fid = 400, Features = "resnet18-imagenet e2552f19" } };
        var table = new Table2([random, resNet]);

        Assert.Equal(["FID (random)", "FID (ResNet-18)", "MAE", "NWI (random)", "NWI (ResNet-18)"], table.Header.Skip(2).Take(5));
        Assert.Equal(["12.0", "–", "7.00", "−5.00", "–"], table.Cells[0].Skip(2).Take(5));
        Assert.Equal(["–", "400", "7.00", "–", "−393"], table.Cells[1].Skip(2).Take(5));
    }

    [Fact]
    public void Markdown_IsATableWithTheSameCells()
    {
        var table = new Table2([Results.Make([1, 16], fid: 1, mae: 2, notes: ["a note"])]);
        Assert.Equal(
            """
            | model | seed | FID (random) | MAE | NWI (random) | n/m | steps | images seen | time | preprint FID | preprint NWI | notes |
            |---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|
            | ddpm 64 (1,16) | 3407 | 1.00 | 2.00 | 1.00 | 1024/158 | 700 | 11200 | 26:03:04 | 27.4 | 29.4 | 1 |

            1. a note

            """,
            table.Write(TableFormat.Markdown));
    }

    [Fact]
    public void Csv_KeepsEveryDigit_AndQuotesWhatHoldsACommaOrAQuote()
    {
        var table = new Table2([Results.Make([1, 2], fid: 1.0 / 3, mae: 2, notes: ["the \"random\" ones"])]);
        Assert.Equal(
            "model,seed,fid,mae,nwi,generated,training,steps,images_seen,training_seconds,features,preprint_fid,preprint_nwi,notes\r\n" +
            "\"ddpm 64 (1,2)\",3407,0.3333333333333333,2,1.6666666666666667,1024,158,700,11200,93784,inception-v3 random,,,\"the \"\"random\"\" ones\"\r\n",
            table.Write(TableFormat.Csv));
    }

    [Fact]
    public void Latex_EscapesWhatLatexWouldRead()
    {
        var latex = new Table2([Results.Make([1, 2], fid: 3, mae: 2, notes: ["100 % of the icons_here, 32×32"])]).Write(TableFormat.Latex);

        Assert.StartsWith("\\begin{tabular}{lrrrrrrrrrrr}\n\\toprule\n", latex, StringComparison.Ordinal);
        Assert.Contains("ddpm 64 (1,2) & 3407 & 3.00 & 2.00 & $-$1.00 &", latex);
        Assert.Contains("100 \\% of the icons\\_here, 32$\\times$32", latex);
    }

    [Fact]
    public void Html_EncodesWhatABrowserWouldRead()
    {
        var table = new Table2([Results.Make([1, 2], fid: 3, mae: 2, notes: ["<script>alert(1)</script>"])]);
        var html = table.Write(TableFormat.Html);

        Assert.Contains("<li>&lt;script&gt;alert(1)&lt;/script&gt;</li>", html);
        Assert.Equal(table.Header.Count, html.Split("<td>").Length - 1);
    }

    [Fact]
    public void Json_ReadsBackAsTheRows()
    {
        var table = new Table2([Results.Make([1, 16], fid: 1.0 / 3, mae: 2, notes: ["a note"])]);
        Assert.Equal(table.Rows, JsonSerializer.Deserialize<EquatableList<Table2Row>>(table.Write(TableFormat.Json), SpecJson.Indented));
    }

    [Theory]
    [InlineData(64, 128, false, 14.3)]
    [InlineData(32, 128, false, null)]
    [InlineData(64, 64, false, null)]
    [InlineData(64, 128, true, null)]
    public void PreprintFigures_StandBesideItsOwnCellsOnly(int dim, int imageSize, bool withoutAttention, double? fid) =>
        Assert.Equal(fid, Preprint.Of(new()
        {
            Dataset = new NotoFacesSpec { ImageSize = imageSize },
            Model = new DdpmSpec { Unet = new() { Dim = dim, DimMults = [1, 2, 4, 8], Knockout = new() { BottleneckAttention = withoutAttention } } },
        })?.Fid);

    [Theory]
    [MemberData(nameof(GanCells))]
    public void ThePreprintsGans_HaveItsFigures(ModelSpec model, double fid, double nwi) =>
        Assert.Equal(new PreprintFigures(fid, nwi), Preprint.Of(new() { Dataset = new NotoFacesSpec(), Model = model }));

    public static TheoryData<ModelSpec, double, double> GanCells => new()
    {
        { new DcganSpec(), 293, -202 },
        { new StyleGan2Spec(), 67.8, -35.5 },
    };
}
