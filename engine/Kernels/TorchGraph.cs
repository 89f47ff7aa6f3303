using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace IconDiffusion.Kernels;

/// <summary>
/// An ONNX file of the operations that a ResNet is made of, run by libtorch: unlike in ONNX Runtime, what lies between the input and the output can be had, and everything can be
/// differentiated by the input. The file is to be one whose bytes are known: it is not protected against malformed ones.
/// </summary>
public sealed class TorchGraph : IDisposable
{
    // Numbers of onnx.proto's fields.
    private const int Graph = 7, Node = 1, Initialiser = 5, Input = 11;

    private readonly Dictionary<string, Tensor> _constants = [];
    private readonly List<Operation> _operations = [];
    private readonly string _input;

    private sealed record Operation(string Kind, List<string> Inputs, List<string> Outputs, Dictionary<string, long[]> Integers, Dictionary<string, float> Numbers);

    /// <summary>Reads a file of one input.</summary>
    /// <param name="file">Its bytes.</param>
    /// <param name="device">Where it computes.</param>
    /// <param name="type">What it computes in: float32 or float64.</param>
    public TorchGraph(byte[] file, Device device, ScalarType type = ScalarType.Float32)
    {
        var graph = Fields(file).Single(field => field.Number == Graph).Bytes;
        foreach (var (number, _, bytes) in Fields(graph))
            if (number == Node) _operations.Add(ReadOperation(bytes));
            else if (number == Initialiser) ReadInitialiser(bytes, device, type);
        _input = Text(Fields(graph).First(field => field.Number == Input).Bytes);
    }

    /// <summary>The outputs of some operations, differentiable by the input.</summary>
    /// <param name="input">In the graph's type, such as [N,3,224,224].</param>
    /// <param name="outputs">Their names in the file; none: that of the last operation. What comes after them is not computed.</param>
    /// <exception cref="InvalidDataException">The graph has another kind of operation, or no such output.</exception>
    public Tensor[] Run(Tensor input, params IReadOnlyList<string> outputs)
    {
        IReadOnlyList<string> wanted = outputs.Count > 0 ? outputs : [_operations[^1].Outputs[0]];
        using var scope = NewDisposeScope();
        var values = new Dictionary<string, Tensor>(_constants) { [_input] = input };
        foreach (var operation in _operations)
        {
            if (wanted.All(values.ContainsKey)) break;
            Tensor[] inputs = [.. operation.Inputs.Select(name => values[name])];
            Tensor[] results = operation.Kind == "Split" ? inputs[0].split(1, 1) : [Apply(operation, inputs)];
            foreach (var (name, result) in operation.Outputs.Zip(results)) values[name] = result;
        }
        return [.. wanted.Select(name => values.TryGetValue(name, out var value) ? value.MoveToOuterDisposeScope() : throw new InvalidDataException($"The graph has no output '{name}'."))];
    }

    /// <summary>Frees the weights.</summary>
    public void Dispose()
    {
        foreach (var constant in _constants.Values) constant.Dispose();
    }

    private static Tensor Apply(Operation operation, Tensor[] x) => operation.Kind switch
    {
        "Conv" => FastOps.conv2d(Padded(operation, x[0], 0), x[1], bias: null, operation.Integers["strides"][0]),
        "BatchNormalization" => F.batch_norm(x[0], x[3], x[4], x[1], x[2], training: false, eps: operation.Numbers["epsilon"]),
        "Relu" => F.relu(x[0]),
        "MaxPool" => F.max_pool2d(Padded(operation, x[0], double.NegativeInfinity), operation.Integers["kernel_shape"], operation.Integers["strides"]),
        "AveragePool" => F.avg_pool2d(x[0], operation.Integers["kernel_shape"], operation.Integers["strides"]),
        "Add" => x[0] + x[1],
        "Sub" => x[0] - x[1],
        "Concat" => cat(x, operation.Integers["axis"][0]),
        _ => throw new InvalidDataException($"The graph has the operation '{operation.Kind}'; wanted those of a ResNet."),
    };

    // ONNX: top, left, bottom, right.
    private static Tensor Padded(Operation operation, Tensor x, double value) => operation.Integers["pads"] is var pads && pads.All(pad => pad == 0) ? x
        : F.pad(x, [pads[1], pads[3], pads[0], pads[2]], PaddingModes.Constant, value);

    private void ReadInitialiser(ReadOnlyMemory<byte> bytes, Device device, ScalarType type)
    {
        var fields = Fields(bytes).ToList();
        long[] shape = [.. fields.Where(field => field.Number == 1).SelectMany(Integers)];
        var values = MemoryMarshal.Cast<byte, float>(fields.Single(field => field.Number is 4 or 9 && field.Bytes.Length > 0).Bytes.Span).ToArray();
        using var scope = NewDisposeScope();
        _constants[Text(fields.Single(field => field.Number == 8).Bytes, whole: true)] = tensor(values).reshape(shape).to(type).to(device).DetachFromDisposeScope();
    }

    private static Operation ReadOperation(ReadOnlyMemory<byte> bytes)
    {
        var operation = new Operation("", [], [], [], []);
        foreach (var (number, _, value) in Fields(bytes))
            switch (number)
            {
                case 1: operation.Inputs.Add(Text(value, whole: true)); break;
                case 2: operation.Outputs.Add(Text(value, whole: true)); break;
                case 4: operation = operation with { Kind = Text(value, whole: true) }; break;
                case 5:
                    var attribute = Fields(value).ToList();
                    var name = Text(attribute.Single(field => field.Number == 1).Bytes, whole: true);
                    operation.Integers[name] = [.. attribute.Where(field => field.Number is 3 or 8).SelectMany(Integers)];
                    if (attribute.FirstOrDefault(field => field.Number == 2) is { Bytes.Length: 4 } single)
                        operation.Numbers[name] = BinaryPrimitives.ReadSingleLittleEndian(single.Bytes.Span);
                    break;
            }
        return operation;
    }

    // The name within a message that begins with it, or the whole of a text.
    private static string Text(ReadOnlyMemory<byte> bytes, bool whole = false) =>
        Encoding.UTF8.GetString(whole ? bytes.Span : Fields(bytes).First(field => field.Number == 1).Bytes.Span);

    private static IEnumerable<long> Integers((int Number, long Integer, ReadOnlyMemory<byte> Bytes) field)
    {
        if (field.Bytes.Length == 0) yield return field.Integer;
        for (var at = 0; at < field.Bytes.Length;) yield return Varint(field.Bytes.Span, ref at);
    }

    private static IEnumerable<(int Number, long Integer, ReadOnlyMemory<byte> Bytes)> Fields(ReadOnlyMemory<byte> message)
    {
        for (var at = 0; at < message.Length;)
        {
            var key = Varint(message.Span, ref at);
            var integer = (key & 7) is 0 or 2 ? Varint(message.Span, ref at) : 0;
            var length = (key & 7) switch { 0 => 0, 1 => 8, 2 => (int)integer, _ => 4 };
            yield return ((int)(key >> 3), integer, message.Slice(at, length));
            at += length;
        }
    }

    private static long Varint(ReadOnlySpan<byte> bytes, ref int at)
    {
        var value = 0L;
        for (var shift = 0; ; shift += 7)
        {
            var next = bytes[at++];
            value |= (long)(next & 127) << shift;
            if (next < 128) return value;
        }
    }
}
