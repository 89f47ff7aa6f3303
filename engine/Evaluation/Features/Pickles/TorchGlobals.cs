namespace IconDiffusion.Evaluation.Features.Pickles;

/// <summary>The Python names that a state dict may mention, and what this program does in their place.</summary>
internal static class TorchGlobals
{
    private static readonly Dictionary<string, object> Allowed = new()
    {
        ["collections.OrderedDict"] = (PickleReader.Function)(arguments => arguments is [] ? new Dictionary<object, object?>()
            : throw new InvalidDataException("It makes a dict out of arguments.")),
        ["torch._utils._rebuild_tensor_v2"] = (PickleReader.Function)StridedTensor.Rebuild,
        ["torch._utils._rebuild_parameter"] = (PickleReader.Function)(arguments => arguments is [StridedTensor tensor, ..]
            ? tensor : throw new InvalidDataException("It holds a parameter without a tensor.")),
        ["torch.DoubleStorage"] = StorageType.Float64,
        ["torch.FloatStorage"] = StorageType.Float32,
        ["torch.HalfStorage"] = StorageType.Float16,
        ["torch.BFloat16Storage"] = StorageType.BFloat16,
        ["torch.LongStorage"] = StorageType.Int64,
        ["torch.IntStorage"] = StorageType.Int32,
        ["torch.ShortStorage"] = StorageType.Int16,
        ["torch.CharStorage"] = StorageType.Int8,
        ["torch.ByteStorage"] = StorageType.UInt8,
        ["torch.BoolStorage"] = StorageType.Bool,
    };

    /// <exception cref="InvalidDataException">The name is not on the list.</exception>
    public static object Resolve(string name) =>
        Allowed.GetValueOrDefault(name)
        ?? throw new InvalidDataException($"It asks for '{name}', which no state dict needs. Nothing of it was run.");
}
