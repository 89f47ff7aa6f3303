namespace IconDiffusion.Torch;

/// <summary>One GPU as the driver describes it.</summary>
/// <param name="Index">The device's number, as in "cuda:0".</param>
/// <param name="Name">For example "NVIDIA GeForce RTX 3080".</param>
/// <param name="MemoryBytes">All of its memory, in bytes.</param>
public sealed record CudaDevice(int Index, string Name, long MemoryBytes);
