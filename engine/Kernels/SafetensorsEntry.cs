using static TorchSharp.torch;

namespace IconDiffusion.Kernels;

/// <summary>Where one tensor of a safetensors file lies.</summary>
/// <param name="Name">Unique in the file.</param>
/// <param name="Type">The element type.</param>
/// <param name="Shape">The size of each dimension.</param>
/// <param name="Begin">Offset of the first byte, counted from the end of the header.</param>
/// <param name="End">Offset behind the last byte.</param>
public sealed record SafetensorsEntry(string Name, ScalarType Type, IReadOnlyList<long> Shape, long Begin, long End);
