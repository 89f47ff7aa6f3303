using IconDiffusion.Generators.Adversarial;
using IconDiffusion.Specs;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Tests.Adversarial;

public sealed class DiffAugmentTests
{
    public static TheoryData<string> Cases => GoldenCase.Ids("diffaugment");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Policy_IsTheReferencesWithItsGradient(string id)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenCase.Load("diffaugment", id);
        var x = golden.Input("x").requires_grad_();
        var draws = golden.InputNames.Where(name => name.StartsWith("draw", StringComparison.Ordinal)).Select(golden.Input).ToArray();

        var y = id switch
        {
            "brightness" => DiffAugment.Brightness(x, draws[0]),
            "saturation" => DiffAugment.Saturation(x, draws[0]),
            "contrast" => DiffAugment.Contrast(x, draws[0]),
            "translation" or "translation_odd" => DiffAugment.Translation(x, Whole(draws[0]), Whole(draws[1])),
            "cutout" or "cutout_odd" => DiffAugment.Cutout(x, Whole(draws[0]), Whole(draws[1])),
            _ => DiffAugment.Cutout(
                DiffAugment.Translation(
                    DiffAugment.Contrast(DiffAugment.Saturation(DiffAugment.Brightness(x, draws[0]), draws[1]), draws[2]),
                    Whole(draws[3]), Whole(draws[4])),
                Whole(draws[5]), Whole(draws[6])),
        };
        (y * golden.Input("r")).sum().backward();

        golden.Near("y", y);
        golden.Near("grad_x", x.grad!);

        static long[] Whole(TorchSharp.torch.Tensor draw) => draw.to(int64).data<long>().ToArray();
    }

    [Fact]
    public void Apply_DrawsTheSameFromTheSameSeed_AndDiffersBetweenIcons()
    {
        using var scope = NewDisposeScope();
        var icons = rand([1, 3, 16, 16]).repeat(2, 1, 1, 1);
        DiffAugmentPolicy[] policy = [DiffAugmentPolicy.Color, DiffAugmentPolicy.Translation, DiffAugmentPolicy.Cutout];

        var (one, same, other) = (Augmented(3), Augmented(3), Augmented(4));

        Assert.True(Near.SameBits(one, same));
        Assert.False(Near.SameBits(one, other));
        Assert.False(Near.SameBits(one[0], one[1]));

        TorchSharp.torch.Tensor Augmented(ulong seed)
        {
            using var random = new Generator(seed, CPU);
            return DiffAugment.Apply(icons, policy, random);
        }
    }
}
