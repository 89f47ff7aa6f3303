using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>One-element tensors as numbers, converted from whatever their element type is, and TorchSharp's tensor format.</summary>
public static partial class TensorExtensionMethods
{
    public static double ToDouble(this Tensor value) => Read<double>(value, float64);
    public static float ToSingle(this Tensor value) => Read<float>(value, float32);
    public static long ToInt64(this Tensor value) => Read<long>(value, int64);
    public static int ToInt32(this Tensor value) => Read<int>(value, int32);
    public static byte ToByte(this Tensor value) => Read<byte>(value, uint8);
    public static bool ToBoolean(this Tensor value) => Read<bool>(value, ScalarType.Bool);

    private static T Read<T>(Tensor value, ScalarType type) where T : unmanaged
    {
        if (value.dtype == type)
            return value.item<T>();
        using var converted = value.detach().to(type, disposeAfter: true);
        return converted.item<T>();
    }
}
