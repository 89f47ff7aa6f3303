using System.Security.Cryptography;
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

    /// <summary>Opens a file that must be a certain one.</summary>
    /// <param name="sha256">Its SHA-256, lower-case hexadecimal.</param>
    /// <param name="shape">Of its input.</param>
    /// <exception cref="FileNotFoundException">It is not there.</exception>
    /// <exception cref="InvalidDataException">It is another file, or a damaged one.</exception>
    public static OnnxGraph Open(string path, string sha256, long[] shape)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"The feature network's file is not at '{path}', where a build puts it. Set the program up again.", path);
        var bytes = File.ReadAllBytes(path);
        if (Convert.ToHexStringLower(SHA256.HashData(bytes)) is var hash && hash != sha256)
            throw new InvalidDataException($"'{path}' has SHA-256 {hash}; the feature network's file has {sha256}. It is another file or a damaged one; set the program up again.");
        var session = Session(bytes);
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
