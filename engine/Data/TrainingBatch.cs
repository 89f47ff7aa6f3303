using IconDiffusion.Specs;

namespace IconDiffusion.Data;

/// <summary>Which icons a training step sees: positions in the dataset, and which of them mirrored left to right.</summary>
public sealed record TrainingBatch(EquatableList<int> Indices, EquatableList<bool> Mirrored);
