using IconDiffusion.Generators.Adversarial;
using IconDiffusion.Generators.Models;
using IconDiffusion.Kernels;
using IconDiffusion.Specs;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Tests.Adversarial;

public sealed class AdaptiveAugmentTests
{
    // Matrices here are float64, the reference's float32, up to ten factors each with entries up to 30.
    private const double MatrixRounding = 2e-5;

    // Sample points round alike in both, to about 1e-5 of a pixel; values and gradients change by up to 10 per pixel.
    private const double SampleRounding = 1e-4;

    public static TheoryData<string> Cases => GoldenCase.Ids("ada", except: ["r1_through_bgc", "controller"]);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Transform_IsTheReferences_InItsMatricesIconsAndGradient(string id)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenCase.Load("ada", id);
        var x = golden.Input("x").requires_grad_();
        var parameters = Parameters(golden, (int)x.shape[0]);

        CheckMatrices(golden, parameters, x.shape);
        var y = AdaptiveAugment.Apply(x, parameters);
        (y * golden.Input("r")).sum().backward();

        Near.Equal(golden.Output("y"), y, SampleRounding, "icons");
        Near.Equal(golden.Output("grad_x"), x.grad!, SampleRounding, "gradient");
    }

    [Theory]
    [InlineData("blit")]
    [InlineData("color")]
    [InlineData("bgc_p0.7")]
    public void Parameters_FollowFromTheRecordedNumbers(string id)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenCase.Load("ada", id);
        var recorded = golden.InputNames.Where(name => name.StartsWith("draw", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal).Select(golden.Input).ToArray();
        var draws = new AdaDraws();
        foreach (var (name, i) in AdaDraws.Order(Transforms(golden)).Select((name, i) => (name, i)))
            draws.Add(name, recorded[2 * i], recorded[2 * i + 1]);
        var batch = (int)golden.Input("x").shape[0];

        var drawn = AdaParameters.From(draws, batch, golden.Arg("p", 0.0));

        foreach (var (key, values) in Arrays(drawn))
        {
            var expected = golden.Input($"param.{key}").flatten().to(float64).data<double>().ToArray();
            for (var i = 0; i < expected.Length; i++)
                Assert.Equal(expected[i], values[i], 1e-6); // float32's rounding of the reference
        }
    }

    [Fact]
    public void R1_GoesThroughTheTransforms()
    {
        using var scope = NewDisposeScope();
        var golden = GoldenCase.Load("ada", "r1_through_bgc");
        var spec = new StyleGan2Spec
        {
            LatentDim = 8, ChannelBase = golden.Arg("channel_base", 0), ChannelMax = golden.Arg("channel_max", 0),
        };
        using var generator = new StyleGan2Generator(spec, 16);
        using var discriminator = new StyleGan2Discriminator(spec, 16);
        golden.LoadWeights(discriminator, "D.");
        var parameters = Parameters(golden, 4);
        CheckMatrices(golden, parameters, golden.Input("real").shape);
        Near.Equal(golden.Output("augmented"), AdaptiveAugment.Apply(golden.Input("real"), parameters), SampleRounding, "icons");

        var (penalty, logits) = new StyleGan2Loss(generator, discriminator)
            .R1(golden.Input("real"), icons => AdaptiveAugment.Apply(icons, parameters));
        var loss = (penalty * (golden.Arg("gamma", 0.0) / 2)).mean();
        loss.backward();

        Near.Equal(golden.Output("logits"), logits, SampleRounding, "logits");
        Near.Equal(golden.Output("r1_penalty"), penalty, SampleRounding, "penalty");
        Assert.Equal(golden.Scalar("loss"), loss.item<float>(), SampleRounding);
        var largest = discriminator.named_parameters().Max(entry => golden.Output($"gradD.{entry.name}").abs().max().item<float>());
        foreach (var (name, parameter) in discriminator.named_parameters())
        {
            var expected = golden.Output($"gradD.{name}");
            var difference = ((parameter.grad ?? zeros_like(parameter)) - expected).abs().max().item<float>();
            Assert.True(difference <= SampleRounding * largest, $"{name}: off by {difference:g3} of {largest:g3}.");
        }
    }

    [Fact]
    public void NothingApplied_GivesTheIconsBack()
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(3, CPU);
        var icons = rand(4, 3, 32, 32);
        var smooth = FastOps.fir2d(icons, FirFilter.Binomial, padding: UpFirDn.Downsampling(4, 1));
        var none = AdaParameters.From(AdaDraws.From(Enum.GetValues<AdaTransform>(), 4, random), 4, p: 0);

        // Up and down through the wavelet's filter; smooth icons come through but for what it cuts off.
        Near.Equal(smooth, AdaptiveAugment.Apply(smooth, none), 0.05, "icons");
    }

    [Fact]
    public void Probability_FollowsTheReferencesSequence()
    {
        var golden = GoldenCase.Load("ada", "controller");
        var (batch, interval) = (golden.Arg("batch", 0), golden.Arg("interval", 0));
        using var controller = new AdaController(new AdaSpec
        {
            Interval = interval, Kimg = golden.Arg("ada_kimg", 0.0), Target = golden.Arg("target", 0.0),
        });
        long step = 0;
        foreach (var (r, p) in golden.Scalars("r_t").Zip(golden.Scalars("p")))
        {
            // 20 logits whose signs' mean is r.
            var positive = (int)Math.Round((r + 1) * 10);
            using (var logits = tensor(Enumerable.Range(0, 20).Select(i => i < positive ? 2f : -3f).ToArray()).reshape(-1, 1))
                controller.Observe(logits);
            for (var i = 0; i < interval; i++) controller.Adjust(++step, batch);
            Assert.Equal(p, controller.Probability, 1e-10); // the reference's p is float32
        }
    }

    [Fact]
    public void Probability_StopsAtItsCap()
    {
        using var controller = new AdaController(new AdaSpec { Interval = 1, Kimg = 0.01, Cap = 0.8 });
        using var sure = ones(8, 1);
        for (var step = 1; step <= 10; step++)
        {
            controller.Observe(sure);
            controller.Adjust(step, 8);
        }
        Assert.Equal(0.8, controller.Probability);
    }

    private static void CheckMatrices(GoldenCase golden, AdaParameters parameters, long[] shape)
    {
        var icons = Enumerable.Range(0, parameters.Batch).ToArray();
        if (golden.HasOutput("G_inv"))
        {
            double[][,] inverse = [.. icons.Select(i => parameters.InverseGeometry(i, shape[2], shape[3]))];
            Near.Equal(golden.Output("G_inv"), Matrices.Stack(inverse), MatrixRounding, "G_inv");
            var margins = AdaptiveAugment.Reach(inverse, shape[2], shape[3]);
            if (golden.HasOutput("margins"))
            {
                // The reference rounds a hair above a whole number up, which changes nothing in the icons.
                var recorded = golden.Output("margins").to(int64).data<long>().ToArray();
                foreach (var (wanted, own) in recorded.Zip([margins.Left, margins.Top, margins.Right, margins.Bottom]))
                    Assert.InRange(own, wanted - 1, wanted);
                margins = new(recorded[0], recorded[2], recorded[1], recorded[3]);
            }
            var theta = AdaptiveAugment.Theta(inverse, margins, shape[2], shape[3]);
            Near.Equal(
                golden.Output("theta"), Matrices.Stack(theta).narrow(1, 0, 2), MatrixRounding, "theta");
        }
        if (golden.HasOutput("C"))
        {
            var colours = Matrices.Stack([.. icons.Select(i => parameters.Colours(i, hasHue: shape[1] > 1))]);
            // The last row, (0, 0, 0, 1) here, is of no use; the reference's saturation changes it.
            Near.Equal(golden.Output("C").narrow(1, 0, 3), colours.narrow(1, 0, 3), MatrixRounding, "C");
        }
    }

    private static AdaTransform[] Transforms(GoldenCase golden) =>
        [.. golden.Args.GetProperty("augment").EnumerateObject().Select(entry => Enum.Parse<AdaTransform>(entry.Name, ignoreCase: true))];

    private static AdaParameters Parameters(GoldenCase golden, int batch)
    {
        return new()
        {
            Batch = batch,
            Xflip = Of("xflip_i"),
            Rotate90 = Of("rot90_i"),
            Xint = Of("xint_t"),
            Scale = Of("scale_s"),
            Before = Of("prerot_theta"),
            Aniso = Of("aniso_s"),
            After = Of("postrot_theta"),
            Xfrac = Of("xfrac_t"),
            Brightness = Of("brightness_b"),
            Contrast = Of("contrast_c"),
            Lumaflip = Of("lumaflip_i"),
            Hue = Of("hue_theta"),
            Saturation = Of("saturation_s"),
        };

        double[]? Of(string key) =>
            golden.HasInput($"param.{key}") ? golden.Input($"param.{key}").flatten().to(float64).data<double>().ToArray() : null;
    }

    private static IEnumerable<(string Key, double[] Values)> Arrays(AdaParameters parameters) =>
        new (string Key, double[]? Values)[]
        {
            ("xflip_i", parameters.Xflip), ("rot90_i", parameters.Rotate90), ("xint_t", parameters.Xint), ("scale_s", parameters.Scale),
            ("prerot_theta", parameters.Before), ("aniso_s", parameters.Aniso), ("postrot_theta", parameters.After),
            ("xfrac_t", parameters.Xfrac), ("brightness_b", parameters.Brightness), ("contrast_c", parameters.Contrast),
            ("lumaflip_i", parameters.Lumaflip), ("hue_theta", parameters.Hue), ("saturation_s", parameters.Saturation),
        }.Where(entry => entry.Values is not null).Select(entry => (entry.Key, entry.Values!));
}
