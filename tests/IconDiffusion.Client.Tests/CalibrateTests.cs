namespace IconDiffusion.Client.Tests;

public sealed class CalibrateTests : IDisposable
{
    private readonly Icon _icon = new();

    public void Dispose() => _icon.Dispose();

    [Fact]
    [Trait("Speed", "Slow")]
    public async Task AFolder_IsCalibrated_KeptInTheDataFolder_AndQuotedByItsReports()
    {
        var folder = Path.Combine(_icon.Folder, "faces");
        await _icon.RunAsync("dataset", "make", "noto-faces", "--count", "24", "--size", "16", "--output", folder);

        var outcome = await _icon.RunAsync("calibrate", "--training", folder, "--features", "resnet18-imagenet", "--repeats", "2", "--json", "--output", "out");
        var report = await _icon.RunAsync("report", "--training", folder, "--generated", folder, "--features", "resnet18-imagenet", "--output", "report");

        Assert.Equal((0, 0), (outcome.ExitCode, report.ExitCode));
        Assert.Equal((24, 8), (outcome.Json.GetProperty("count").GetInt32(), outcome.Json.GetProperty("settings").GetProperty("trainingCount").GetInt32()));
        Assert.Contains(outcome.Json.GetProperty("responses").EnumerateArray(), each => each.GetProperty("figure").GetString() == "nwi" && each.GetProperty("disturbance").GetString() == "copying");
        var kept = Assert.Single(Directory.GetFiles(Path.Combine(_icon.Folder, "data", "calibrations"), "calibration.json", SearchOption.AllDirectories));
        Assert.Equal(File.ReadAllText(kept), File.ReadAllText(Path.Combine(_icon.Folder, "out", "calibration.json")));
        Assert.Contains($"24 icons of {folder}", File.ReadAllText(Path.Combine(_icon.Folder, "report", "report.html")));
    }

    [Theory]
    [Trait("Speed", "Slow")]
    [InlineData("--repeats", "1")]
    [InlineData("--training", "nowhere")]
    public async Task WhatCannotBeCalibrated_IsRefused(string option, string value)
    {
        var outcome = await _icon.RunAsync("calibrate", option, value);

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains(value, outcome.Error);
    }
}
