using System.Text.Json;
using IconDiffusion.Imaging;
using IconDiffusion.Specs;
using Microsoft.ML.OnnxRuntime;
using static TorchSharp.torch;

namespace IconDiffusion.Evaluation.Features;

/// <summary>What the user states of an own ONNX network, in a JSON file beside it: <c>mine.json</c> beside <c>mine.onnx</c>. Every key is needed.</summary>
public sealed record OwnNetworkSpec
{
    /// <summary>Name of the graph's input: float32, one picture at a time.</summary>
    public required string Input { get; init; }

    /// <summary>Name of the graph's output: float32, <see cref="FeatureCount"/> numbers in any shape.</summary>
    public required string Output { get; init; }

    /// <summary>Side of the square picture that the network sees, pixels; icons are resized to it, bilinear.</summary>
    public required int Size { get; init; }

    /// <summary>Taken off red, green and blue, which are 0…255.</summary>
    public required EquatableList<double> Mean { get; init; }

    /// <summary>What red, green and blue are divided by after that.</summary>
    public required EquatableList<double> Std { get; init; }

    /// <summary>The order of colours that the network takes.</summary>
    public required ChannelOrder Channels { get; init; }

    /// <summary>The order of axes that the network takes.</summary>
    public required TensorLayout Layout { get; init; }

    /// <summary>Length of a feature vector.</summary>
    public required int FeatureCount { get; init; }

    /// <summary>The picture's shape in the graph.</summary>
    internal long[] Shape => Layout == TensorLayout.Nchw ? [1, 3, Size, Size] : [1, Size, Size, 3];
}

/// <summary>In which order a network takes colours.</summary>
public enum ChannelOrder
{
    /// <summary>Red first.</summary>
    Rgb,

    /// <summary>Blue first, as OpenCV has it.</summary>
    Bgr,
}

/// <summary>In which order a network takes a picture's numbers.</summary>
public enum TensorLayout
{
    /// <summary>[1, 3, size, size].</summary>
    Nchw,

    /// <summary>[1, size, size, 3].</summary>
    Nhwc,
}

/// <summary>The user's own ONNX network, run on the CPU, one picture at a time.</summary>
internal sealed class OwnNetwork : IFeatureNetwork
{
    private readonly OwnNetworkSpec _spec;
    private readonly OnnxGraph _graph;

    private OwnNetwork(OwnNetworkSpec spec, OnnxGraph graph) => (_spec, _graph) = (spec, graph);

    public int FeatureCount => _spec.FeatureCount;

    /// <summary>Opens a network and tries it on a black picture.</summary>
    /// <exception cref="ExperimentException">A file is missing or damaged, or the network is not as stated.</exception>
    public static OwnNetwork Open(string path)
    {
        var bytes = OwnNetworkFiles.Read(path, path);
        var spec = ReadSpec(path);
        OnnxGraph? graph = null;
        try
        {
            graph = OnnxGraph.Open(bytes, spec.Input, spec.Output, spec.Shape);
            if (graph.Fault is { } fault) throw new ExperimentException($"'{path}' {fault} '{OwnNetworkFiles.Beside(path)}' states otherwise.");
            var network = new OwnNetwork(spec, graph);
            var count = graph.Run(network.Numbers(new Image(spec.Size, spec.Size, Rgb.Black))).Length;
            if (count != spec.FeatureCount)
                throw new ExperimentException($"'{path}' gives {count} numbers for a picture; '{OwnNetworkFiles.Beside(path)}' states featureCount {spec.FeatureCount}.");
            return network;
        }
        catch (OnnxRuntimeException error)
        {
            graph?.Dispose();
            throw new ExperimentException($"'{path}' is damaged, or needs operations that ONNX Runtime does not have: {error.Message.ReplaceLineEndings(" ").Trim()}");
        }
        catch
        {
            graph?.Dispose();
            throw;
        }
    }

    public float[] Describe(IconPixels icons)
    {
        var features = new float[icons.Count * FeatureCount];
        Parallel.For(0, icons.Count, new() { MaxDegreeOfParallelism = get_num_threads() },
            i => _graph.Run(Numbers(icons.ToImage(i))).CopyTo(features, i * FeatureCount));
        return features;
    }

    private float[] Numbers(Image icon)
    {
        var pixels = Resize.To(icon, _spec.Size, _spec.Size).Pixels;
        var numbers = new float[pixels.Length];
        var area = _spec.Size * _spec.Size;
        for (var at = 0; at < area; at++)
            for (var channel = 0; channel < 3; channel++)
            {
                var place = _spec.Channels == ChannelOrder.Rgb ? channel : 2 - channel;
                var value = (float)((pixels[(at * 3) + channel] - _spec.Mean[channel]) / _spec.Std[channel]);
                numbers[_spec.Layout == TensorLayout.Nchw ? (place * area) + at : (at * 3) + place] = value;
            }
        return numbers;
    }

    private static OwnNetworkSpec ReadSpec(string path)
    {
        var file = OwnNetworkFiles.Beside(path);
        try
        {
            var spec = JsonSerializer.Deserialize<OwnNetworkSpec>(OwnNetworkFiles.Read(file, path), SpecJson.Indented) ?? throw new ExperimentException($"'{file}' holds null; wanted an object.");
            if (spec.Size is < 1 or > 4096) throw new ExperimentException($"'{file}': size is {spec.Size}; wanted 1 to 4096.");
            if (spec.FeatureCount < 1) throw new ExperimentException($"'{file}': featureCount is {spec.FeatureCount}; wanted at least 1.");
            if (spec.Mean.Count != 3 || spec.Std.Count != 3 || spec.Std.Contains(0)) throw new ExperimentException($"'{file}': mean and std are ({string.Join(", ", spec.Mean)}) and ({string.Join(", ", spec.Std)}); wanted three numbers each, for red, green and blue of 0…255, std not 0.");
            return spec;
        }
        catch (JsonException error)
        {
            throw new ExperimentException($"'{file}': {error.Message}");
        }
    }

    public void Dispose() => _graph.Dispose();
}
