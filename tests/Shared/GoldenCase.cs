using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Tests;

/// <summary>One case of a golden file of the GANs (tests/golden/gans/GOLDEN.md): named inputs, outputs and settings.</summary>
public sealed class GoldenCase
{
    private readonly Golden _file;
    private readonly JsonElement _case;

    private GoldenCase(Golden file, JsonElement golden) => (_file, _case) = (file, golden);

    /// <summary>The case <paramref name="id"/> of <c>tests/golden/gans/{file}</c>.</summary>
    public static GoldenCase Load(string file, string id)
    {
        var golden = Golden.Load(file, "gans");
        return new(golden, golden.Json.GetProperty("cases").EnumerateArray().Single(entry => entry.GetProperty("id").GetString() == id));
    }

    /// <summary>Ids of a file's cases that begin so.</summary>
    public static TheoryData<string> Ids(string file, string prefix = "", params string[] except) =>
        [.. Golden.Load(file, "gans").Json.GetProperty("cases").EnumerateArray()
            .Select(entry => entry.GetProperty("id").GetString()!).Where(id => id.StartsWith(prefix, StringComparison.Ordinal)).Except(except)];

    public JsonElement Args => _case.GetProperty("args");

    public IEnumerable<string> InputNames => Names("inputs");

    public IEnumerable<string> OutputNames => Names("outputs");

    public bool HasInput(string key) => InputNames.Contains(key);

    public bool HasOutput(string key) => OutputNames.Contains(key);

    public Tensor Input(string key) => _file.Tensor(_case.GetProperty("inputs").GetProperty(key).GetString()!);

    public Tensor Output(string key) => _file.Tensor(_case.GetProperty("outputs").GetProperty(key).GetString()!);

    public double Scalar(string key) => _case.GetProperty("scalars").GetProperty(key).GetDouble();

    public double[] Scalars(string key) => [.. _case.GetProperty("scalars").GetProperty(key).EnumerateArray().Select(value => value.GetDouble())];

    /// <summary>A setting, or what stands for it where the case has none.</summary>
    public T Arg<T>(string key, T absent) =>
        _case.TryGetProperty("args", out var args) && args.TryGetProperty(key, out var value) ? value.Deserialize<T>()! : absent;

    /// <summary>Gives a network's tensors the values that the case has under <paramref name="prefix"/>; every one must be there.</summary>
    public void LoadWeights(nn.Module network, string prefix)
    {
        using var noGrad = no_grad();
        foreach (var (name, value) in network.state_dict())
            value.copy_(Input(prefix + name));
    }

    /// <summary>
    /// The output is near the reference's: within ten times the reference's own rounding in float32, which the file tells, for
    /// another order of summation rounds differently, and never less than 3e-6 of the largest value; or within 1e-5 of that where
    /// it tells none.
    /// </summary>
    /// <param name="floor">Difference that is allowed in any case: for what cancels to almost nothing among larger values.</param>
    public void Near(string output, Tensor actual, double floor = 0)
    {
        using var scope = NewDisposeScope();
        var expected = Output(output);
        Assert.Equal(expected.shape, actual.shape);
        var largest = expected.abs().max().item<float>();
        var allowed = Rounding(output) is { } rounding ? Math.Max(10 * rounding, 3e-6 * largest) : 1e-5 * largest;
        var difference = (actual.detach() - expected).abs().max().item<float>();
        allowed = Math.Max(allowed, floor);
        Assert.True(difference <= allowed, $"{_case.GetProperty("id")}, {output}: off by {difference:g3}, allowed {allowed:g3}.");
    }

    private double? Rounding(string output) =>
        _case.TryGetProperty("f32_vs_f64_max_abs_err", out var errors) && errors.TryGetProperty(output, out var error) ? error.GetDouble() : null;

    private IEnumerable<string> Names(string part) => _case.GetProperty(part).EnumerateObject().Select(entry => entry.Name);
}
