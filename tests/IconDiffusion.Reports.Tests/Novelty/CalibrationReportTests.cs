using System.Text.Json;
using IconDiffusion.Evaluation.Calibration;
using IconDiffusion.Evaluation.Features;
using IconDiffusion.Reports.Novelty;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Reports.Tests.Novelty;

public sealed class CalibrationReportTests(MadeCalibration made) : IClassFixture<MadeCalibration>
{
    [Fact]
    public void TheResult_ComesBackFromItsFile_BesideATableAndAChart()
    {
        using var folder = new TempFolder();
        new CalibrationReport(made.Result).Write(folder.Path);

        Assert.Equal(made.Result, JsonSerializer.Deserialize<CalibrationResult>(File.ReadAllText(Path.Combine(folder.Path, "calibration.json")), SpecJson.Compact));
        Assert.Equal(1 + made.Result.Responses.Sum(each => each.Points.Count), File.ReadAllLines(Path.Combine(folder.Path, "calibration.csv")).Length);
        using var svg = File.OpenRead(Path.Combine(folder.Path, "calibration.svg"));
        Assert.Equal("svg", System.Xml.Linq.XDocument.Load(svg).Root!.Name.LocalName);
    }

    [Fact]
    public void TheTable_HasALineForEachFigure_AndAColumnForEachDisturbance()
    {
        var report = new CalibrationReport(made.Result);

        Assert.Equal(1 + Enum.GetValues<Disturbance>().Length, report.Header.Count);
        Assert.Equal(made.Result.Responses.Select(each => each.Figure).Distinct().Count(), report.Cells.Count);
        Assert.All(report.Cells, cells => Assert.Equal(report.Header.Count, cells.Count));
        var smallest = made.Result.Settings.Sizes.Select(size => FigureText.Value(made.Result.Find("copies", Disturbance.Copying, size)!.Smallest, "share"));
        Assert.Equal($"↑ {string.Join(" / ", smallest)}", report.Cells.Single(cells => cells[0] == "Copies")[5]);
    }

    [Fact]
    public void TheShippedCalibration_IsOfResNet18_AndShowsThatNwiRanksACopierFirst()
    {
        var shipped = CalibrationReport.Shipped("resnet18-imagenet e2552f19")!;

        Assert.Equal(("noto-faces", 618), (shipped.Training, shipped.Count));
        Assert.True(shipped.Find("nwi", Disturbance.Copying, 128)!.Points is [var none, .., var all] && all.Low > none.High);
        Assert.NotNull(new CalibrationReport(shipped).Nwi);
        Assert.Null(CalibrationReport.Shipped("inception-v3 6726825d"));
    }
}
