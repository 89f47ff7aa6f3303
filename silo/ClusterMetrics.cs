using System.Diagnostics.Metrics;
using IconDiffusion.Grains;
using IconDiffusion.Silo.Api;
using IconDiffusion.Silo.Hosting;
using IconDiffusion.Specs.Cluster;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;

namespace IconDiffusion.Silo;

/// <summary>The cluster in figures, looked up every five seconds.</summary>
internal sealed class ClusterMetrics : BackgroundService
{
    public const string MeterName = "IconDiffusion";

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);
    private readonly IGrainFactory _grains;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Meter _meter = new(MeterName);
    private volatile Sample _sample = new([], []);

    public ClusterMetrics(IGrainFactory grains, EventStreams streams, TimeProvider time, ILogger<ClusterMetrics> logger)
    {
        (_grains, _time, _logger) = (grains, time, logger);
        _meter.CreateObservableGauge("icondiffusion.training.speed", () => Trainings(p => p.StepsPerSecond), "{step}/s", "Optimiser steps per second of each run in training");
        _meter.CreateObservableGauge("icondiffusion.training.loss", () => Trainings(p => p.Loss), "1", "Loss of each run in training");
        _meter.CreateObservableGauge("icondiffusion.training.step", () => Trainings(p => p.Step), "{step}", "Optimiser step of each run in training");
        _meter.CreateObservableGauge("icondiffusion.cells", Cells, "{cell}", "Cells of unfinished experiments by state");
        _meter.CreateObservableGauge("icondiffusion.queue.length", () => _sample.Cells.Count(cell => cell.State == CellState.Waiting), "{cell}", "Cells that wait for a device");
        _meter.CreateObservableGauge("icondiffusion.devices.busy", () => _sample.Devices.Count(device => device.Work is not null), "{device}", "Devices that are leased");
        _meter.CreateObservableGauge("icondiffusion.devices", () => _sample.Devices.Count, "{device}", "Devices of the cluster");
        _meter.CreateObservableGauge("icondiffusion.watchers", () => streams.Watchers, "{watcher}", "Event streams that this silo serves");
    }

    public override void Dispose()
    {
        _meter.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                _sample = await LookAsync();
            }
            catch (Exception failure)
            {
                _logger.NotRead("the cluster", failure.Message);
            }
            await Task.Delay(Period, _time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<Sample> LookAsync()
    {
        var experiments = await _grains.GetGrain<IExperimentIndexGrain>("default").ListAsync();
        var cells = new List<CellStatus>();
        foreach (var summary in experiments.Where(e => e.State is ExperimentState.Running or ExperimentState.Paused))
            cells.AddRange((await _grains.GetGrain<IExperimentGrain>(summary.Id).GetStatusAsync())?.Cells ?? []);
        return new(cells, await _grains.GetGrain<ISchedulerGrain>("default").GetDevicesAsync());
    }

    private IEnumerable<Measurement<double>> Trainings(Func<WorkProgress, double?> figure) =>
        from cell in _sample.Cells
        where cell is { State: CellState.Training, Progress: not null }
        let value = figure(cell.Progress!)
        where value is not null
        select new Measurement<double>(value.Value, KeyValuePair.Create("run", (object?)cell.RunId), KeyValuePair.Create("model", (object?)cell.Label));

    private IEnumerable<Measurement<int>> Cells() =>
        Enum.GetValues<CellState>().Select(state => new Measurement<int>(
            _sample.Cells.Count(cell => cell.State == state), KeyValuePair.Create("state", (object?)state.ToString().ToLowerInvariant())));

    private sealed record Sample(IReadOnlyList<CellStatus> Cells, IReadOnlyList<DeviceStatus> Devices);
}
