namespace TorchSharp;

/// <summary>Where a tensor lives; numbers as in c10::DeviceType.</summary>
public enum DeviceType
{
    CPU = 0,
    CUDA = 1,
    META = 14,
}
