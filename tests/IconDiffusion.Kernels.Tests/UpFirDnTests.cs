using IconDiffusion.Kernels;
using static TorchSharp.torch;

namespace IconDiffusion.Kernels.Tests;

public sealed class UpFirDnTests
{
    public static TheoryData<string> Cases => GoldenCase.Ids("sg2_ops", "upfirdn2d/");

    [Fact]
    public void Filters_AreTheReferences()
    {
        using var scope = NewDisposeScope();
        var golden = GoldenCase.Load("sg2_ops", "setup_filter");
        var binomial = FirFilter.Binomial.On(CPU);
        golden.Near("f1331", binomial.unsqueeze(1) * binomial.unsqueeze(0));
        golden.Near("sym6", FirFilter.Symlet6.On(CPU));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Apply_IsTheReferencesWithItsGradient(string id)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenCase.Load("sg2_ops", id);
        var x = golden.Input("x").requires_grad_();
        var filter = golden.HasInput("f") ? golden.Input("f") : null;
        var (up, down) = (Pair(golden, "up"), Pair(golden, "down"));
        var padding = Sides(golden);
        var gain = golden.Arg("gain", 1.0);
        var taps = filter?.shape[^1] ?? 1;
        switch (golden.Arg("fn", "upfirdn2d"))
        {
            case "upsample2d":
                (up, gain) = ((2, 2), 4);
                padding += UpFirDn.Upsampling(taps, 2);
                break;
            case "downsample2d":
                down = (2, 2);
                padding += UpFirDn.Downsampling(taps, 2);
                break;
            case "filter2d":
                padding += UpFirDn.Downsampling(taps, 1);
                break;
        }

        var y = UpFirDn.Apply(x, filter, up, down, padding, golden.Arg("flip_filter", false), gain);
        (y * golden.Input("r")).sum().backward();

        golden.Near("y", y);
        golden.Near("grad_x", x.grad!);
    }

    // Relative to the largest value: some tens of float32 roundings of sums of 16 to 144 products.
    [Theory]
    [InlineData(1, 1, 2, 2, 2, 2)]
    [InlineData(2, 1, 2, 1, 2, 1)]
    [InlineData(1, 2, 1, 1, 1, 1)]
    [InlineData(2, 1, 3, 4, 0, 5)]
    [InlineData(1, 2, -1, 3, 4, -2)]
    [InlineData(1, 1, 1, 1, 1, 1)]
    public void Fir2d_IsTheSeparableUpFirDn_InValuesGradientsAndTheirGradients(
        int up, int down, int left, int right, int top, int bottom)
    {
        foreach (var filter in new[] { FirFilter.Binomial, FirFilter.Symlet6 })
            foreach (var channels in new[] { 3, 16, 21 })
            {
                using var scope = NewDisposeScope();
                var padding = new Margins(left, right, top, bottom);
                var source = randn([2, channels, 14, 17]);
                var fast = Derive(source, x => FastOps.fir2d(x, filter, up, down, padding, flip: channels == 3, gain: 1.5));
                var plain = Derive(
                    source.to(float64),
                    x => UpFirDn.Apply(x, filter.On(CPU), (up, up), (down, down), padding, flip: channels == 3, gain: 1.5));
                foreach (var (expected, actual) in plain.Zip(fast))
                    Near.Equal(expected, actual, 2e-6, $"{filter.Length} taps, {channels} channels");
            }
    }

    // A value, the gradient of its squares, and the gradient of that gradient's squares.
    private static Tensor[] Derive(Tensor source, Func<Tensor, Tensor> f)
    {
        var x = source.clone().requires_grad_();
        var y = f(x);
        var first = autograd.grad([y.pow(3).sum()], [x], retain_graph: true, create_graph: true)[0];
        return [y, first, autograd.grad([first.square().sum()], [x])[0]];
    }

    private static (long X, long Y) Pair(GoldenCase golden, string key) =>
        !golden.Args.TryGetProperty(key, out var value) ? (1, 1)
        : value.ValueKind == System.Text.Json.JsonValueKind.Array ? (value[0].GetInt64(), value[1].GetInt64())
        : (value.GetInt64(), value.GetInt64());

    private static Margins Sides(GoldenCase golden) =>
        !golden.Args.TryGetProperty("padding", out var value) ? default
        : value.ValueKind == System.Text.Json.JsonValueKind.Array
            ? new Margins(value[0].GetInt64(), value[1].GetInt64(), value[2].GetInt64(), value[3].GetInt64())
        : value.GetInt64();
}
