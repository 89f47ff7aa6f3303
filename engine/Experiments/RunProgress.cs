namespace IconDiffusion.Engine.Experiments;

/// <summary>What a run goes through, in this order.</summary>
public enum RunStage { Dataset, Training, Sampling, Evaluation }

/// <summary>How far one run is.</summary>
/// <param name="Run">Index of the run in its experiment, from 0.</param>
/// <param name="Label">The run's short name.</param>
/// <param name="Stage">What is worked on.</param>
/// <param name="Done">Units done: steps, model calls, icons.</param>
/// <param name="Total">Units in all; null: the time budget decides.</param>
/// <param name="Detail">Rates and figures for people.</param>
public sealed record RunProgress(int Run, string Label, RunStage Stage, double Done, double? Total, string Detail);
