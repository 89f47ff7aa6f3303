using System.Security.Cryptography;
using Microsoft.ML.OnnxRuntime;

namespace IconDiffusion.Evaluation.Features;

/// <summary>
/// One ONNX file with one input and one output, run on the CPU by the calling thread alone: a result depends on neither the number of
/// threads nor on what runs beside it. <see cref="Run"/> may be called by several threads at a time.
/// </summary>
internal sealed class OnnxGraph : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly long[] _shape;

    private OnnxGraph(InferenceSession session, long[] shape) => (_session, _shape) = (session, shape);

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
        using var options = new SessionOptions
        {
            IntraOpNumThreads = 1,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        return new(new(bytes, options), shape);
    }

    /// <summary>The output, flat, of an input of the stated shape, row-major.</summary>
    public float[] Run(float[] input)
    {
        using var value = OrtValue.CreateTensorValueFromMemory(input, _shape);
        using var outputs = _session.Run(_run, _session.InputNames, [value], _session.OutputNames);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    public void Dispose()
    {
        _run.Dispose();
        _session.Dispose();
    }
}
