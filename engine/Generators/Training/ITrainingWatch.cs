using IconDiffusion.Specs;

namespace IconDiffusion.Generators.Training;

/// <summary>
/// Looks at a network while it is trained, and says which weights are worth keeping and when to stop. It changes nothing that is trained: a
/// run that is watched ends with the bits of one that is not.
/// </summary>
public interface ITrainingWatch
{
    /// <summary>What the looks so far say; null: there was none.</summary>
    TrainingWindow? Window { get; }

    /// <summary>Training goes on after this step: looks at later ones are forgotten, as they are taken again.</summary>
    void Resume(long step);

    /// <summary>Whether to look now.</summary>
    /// <param name="step">Optimiser steps done, at least 1.</param>
    /// <param name="worked">Time worked, looks included.</param>
    bool IsDue(long step, TimeSpan worked, LookOccasion occasion);

    /// <summary>Looks. What fails is warned of and leaves no trace: the next look is another try.</summary>
    /// <param name="method">As it stands after <paramref name="step"/>.</param>
    /// <exception cref="IOException">What was seen could not be written down.</exception>
    void Look(IMethod method, long step, WorkClock clock);
}

/// <summary>Why a trainer offers a look: after any step, before a checkpoint, or because a limit ends the training.</summary>
public enum LookOccasion
{
    /// <summary>A step is done.</summary>
    Step,

    /// <summary>A checkpoint is about to be written.</summary>
    Checkpoint,

    /// <summary>A limit ends the training.</summary>
    End,
}
