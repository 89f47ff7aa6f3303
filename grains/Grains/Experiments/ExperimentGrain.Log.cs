using IconDiffusion.Specs.Cluster;
using Microsoft.Extensions.Logging;

namespace IconDiffusion.Grains.Experiments;

public sealed partial class ExperimentGrain
{
    [LoggerMessage(1, LogLevel.Information, "Experiment {Experiment} is active ({Command}): {Final} of {Cells} cells have ended")]
    private partial void LogActive(string experiment, ExperimentCommand command, int cells, int final);

    [LoggerMessage(2, LogLevel.Information, "Experiment {Experiment} submitted (new: {IsNew}), {Cells} cells")]
    private partial void LogSubmitted(string experiment, bool isNew, int cells);

    [LoggerMessage(3, LogLevel.Information, "Experiment {Experiment} is halted: {Command}")]
    private partial void LogHalted(string experiment, ExperimentCommand command);

    [LoggerMessage(4, LogLevel.Information, "Experiment {Experiment} tries {Cells} failed cells again")]
    private partial void LogRetried(string experiment, int cells);

    [LoggerMessage(5, LogLevel.Information, "Experiment {Experiment}, cell {Cell}, run {Run}: {Stage}")]
    private partial void LogStage(string experiment, int cell, string run, CellState stage);

    [LoggerMessage(6, LogLevel.Error, "Experiment {Experiment}, cell {Cell}, run {Run} has failed: {Error}")]
    private partial void LogFailed(string experiment, int cell, string run, string? error);

    [LoggerMessage(7, LogLevel.Warning, "Experiment {Experiment}, cell {Cell} could not be brought forward; it is tried again")]
    private partial void LogPostponed(Exception exception, string experiment, int cell);

    [LoggerMessage(8, LogLevel.Warning, "Experiment {Experiment} could not ask for its work; it tries again")]
    private partial void LogLoop(Exception exception, string experiment);

    [LoggerMessage(9, LogLevel.Information, "Experiment {Experiment} is {State}: {Done} cells done, {Failed} failed")]
    private partial void LogClosed(string experiment, ExperimentState state, int done, int failed);

    [LoggerMessage(10, LogLevel.Warning, "The tables of experiment {Experiment} could not be written")]
    private partial void LogTable(Exception exception, string experiment);

    [LoggerMessage(11, LogLevel.Warning, "Experiment {Experiment}, cell {Cell}, run {Run} is done, but the database knows no result: it is evaluated again")]
    private partial void LogForgotten(string experiment, int cell, string run);
}
