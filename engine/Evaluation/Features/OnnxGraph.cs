using IconDiffusion.Kernels;
using Microsoft.ML.OnnxRuntime;

namespace IconDiffusion.Evaluation.Features;

/// <summary>
/// One input and one output of an ONNX file, run on the CPU by the calling thread alone: a result depends on neither the number of
/// threads nor on what runs beside it. <see cref="Run"/> may be called by several threads at a time.
/// </summary>
internal sealed class OnnxGraph : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly long[] _shape;
    private readonly string[] _input;
    private readonly string[] _output;

    private OnnxGraph(InferenceSession session, string input, string output, long[] shape) =>
        (_session, _input, _output, _shape) = (session, [input], [output], shape);

    /// <summary>What of the graph is not as asked for, as a sentence without its subject; null: nothing.</summary>
    public string? Fault
    {
        get
        {
            if (!_session.InputMetadata.TryGetValue(_input[0], out var input)) return $"has no input '{_input[0]}' but {string.Join(", ", _session.InputNames)}.";
            if (_session.InputNames.Count > 1) return $"has the inputs {string.Join(", ", _session.InputNames)}; wanted one.";
            if (!_session.OutputMetadata.ContainsKey(_output[0])) return $"has no output '{_output[0]}' but {string.Join(", ", _session.OutputNames)}.";
            // A negative side is whatever comes.
            return input.ElementType == typeof(float) && input.Dimensions.Length == _shape.Length && input.Dimensions.Zip(_shape).All(pair => pair.First < 0 || pair.First == pair.Second)
                ? null
                : $"takes {input.ElementType?.Name ?? "no tensor"} of shape ({string.Join(", ", input.Dimensions)}), not float32 of ({string.Join(", ", _shape)}).";
        }
    }

    /// <summary>Opens a file that comes with the program.</summary>
    /// <param name="folder">Where it lies.</param>
    /// <param name="shape">Of its input.</param>
    /// <exception cref="FileNotFoundException">It is not there.</exception>
    /// <exception cref="InvalidDataException">It is another file, or a damaged one.</exception>
    public static OnnxGraph Open(ShippedFile file, string folder, long[] shape)
    {
        var session = Session(file.Read(folder));
        return new(session, session.InputNames[0], session.OutputNames[0], shape);
    }

    /// <summary>Opens any graph; <see cref="Fault"/> says whether it is as asked for.</summary>
    /// <param name="shape">Of the input.</param>
    /// <exception cref="OnnxRuntimeException">It is no whole ONNX file of standard operations.</exception>
    public static OnnxGraph Open(byte[] bytes, string input, string output, long[] shape) => new(Session(bytes), input, output, shape);

    private static InferenceSession Session(byte[] bytes)
    {
        using var options = new SessionOptions
        {
            IntraOpNumThreads = 1,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            // An arena would keep what one picture takes, for each thread, while a network trains beside it.
            EnableCpuMemArena = false,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        return new(bytes, options);
    }

    /// <summary>The output, flat, of an input of the stated shape, row-major.</summary>
    public float[] Run(float[] input)
    {
        using var value = OrtValue.CreateTensorValueFromMemory(input, _shape);
        using var outputs = _session.Run(_run, _input, [value], _output);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    public void Dispose()
    {
        _run.Dispose();
        _session.Dispose();
    }
}
