using TorchSharp.Native;
using static TorchSharp.torch;

namespace TorchSharp;

/// <summary>A number handed to an operator. It holds no native memory here; it is disposable because TorchSharp's is.</summary>
public sealed class Scalar : IDisposable
{
    private readonly Arg _value;

    private Scalar(Arg value, ScalarType type) => (_value, Type) = (value, type);

    public ScalarType Type { get; }

    public static implicit operator Scalar(byte value) => new((long)value, ScalarType.Byte);
    public static implicit operator Scalar(int value) => new((long)value, ScalarType.Int32);
    public static implicit operator Scalar(long value) => new(value, ScalarType.Int64);
    public static implicit operator Scalar(float value) => new((double)value, ScalarType.Float32);
    public static implicit operator Scalar(double value) => new(value, ScalarType.Float64);
    public static implicit operator Scalar(bool value) => new(value, ScalarType.Bool);

    public void Dispose() { }

    internal Arg ToArg() => _value;

    internal double ToDouble() =>
        _value.Kind == ArgKind.Double ? BitConverter.Int64BitsToDouble(_value.Bits) : _value.Bits;

    internal long ToInt64() => _value.Kind == ArgKind.Double ? (long)ToDouble() : _value.Bits;

    internal bool IsFloatingPoint => _value.Kind == ArgKind.Double;
}
