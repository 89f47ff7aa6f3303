using static TorchSharp.torch;

namespace TorchSharp.Native;

/// <summary>
/// One argument of an ATen operator, from whatever the caller holds. It keeps the object it came from, so that nothing
/// is finalised while the operator reads it. A null reference is None.
/// </summary>
internal readonly struct Arg
{
    private Arg(ArgKind kind, long bits = 0, object? source = null) => (Kind, Bits, Source) = (kind, bits, source);

    internal ArgKind Kind { get; }
    internal long Bits { get; }
    internal object? Source { get; }

    /// <summary>The default of the operator's schema; needed only before an argument that is given.</summary>
    internal static Arg Default => default;

    internal static Arg None => new(ArgKind.None);

    public static implicit operator Arg(Tensor? value) => value is null ? None : new(ArgKind.Tensor, 0, value);
    public static implicit operator Arg(Generator? value) => value is null ? None : new(ArgKind.Generator, value.Handle, value);
    public static implicit operator Arg(long value) => new(ArgKind.Int, value);
    public static implicit operator Arg(long? value) => value is { } given ? given : None;
    public static implicit operator Arg(double value) => new(ArgKind.Double, BitConverter.DoubleToInt64Bits(value));
    public static implicit operator Arg(double? value) => value is { } given ? given : None;
    public static implicit operator Arg(bool value) => new(ArgKind.Bool, value ? 1 : 0);
    public static implicit operator Arg(long[]? value) => value is null ? None : new(ArgKind.Ints, 0, value);
    public static implicit operator Arg(double[]? value) => value is null ? None : new(ArgKind.Doubles, 0, value);
    public static implicit operator Arg(Tensor[] value) => new(ArgKind.Tensors, 0, value);
    public static implicit operator Arg(string? value) => value is null ? None : new(ArgKind.String, 0, value);
    public static implicit operator Arg(ScalarType value) => (long)value;
    public static implicit operator Arg(ScalarType? value) => value is { } given ? given : None;
    public static implicit operator Arg(Scalar? value) => value is null ? None : value.ToArg();

    public static implicit operator Arg(Device? value) =>
        value is null ? None : new(ArgKind.Device, (long)value.type | ((long)value.index << 32));
}
