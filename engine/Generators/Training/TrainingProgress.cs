namespace IconDiffusion.Generators.Training;

/// <summary>How far a run is.</summary>
/// <param name="Step">Optimiser steps done.</param>
/// <param name="Steps">Steps after which training ends; null: the budget alone ends it.</param>
/// <param name="Loss">Loss of the last step.</param>
/// <param name="StepsPerSecond">Smoothed over about the last ten steps.</param>
/// <param name="Worked">Time worked, over all interruptions.</param>
/// <param name="Left">Time to the nearer of both limits.</param>
public sealed record TrainingProgress(long Step, long? Steps, double Loss, double StepsPerSecond, TimeSpan Worked, TimeSpan Left);
