using IconDiffusion.Generators.Models;
using IconDiffusion.Kernels;
using IconDiffusion.Specs;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Tests.Models;

public sealed class StyleGan2IconGeneratorTests : IDisposable
{
    private readonly StyleGan2Generator _network;
    private readonly StyleGan2IconGenerator _icons;
    private readonly TorchSharp.torch.Tensor _z;

    public StyleGan2IconGeneratorTests()
    {
        using var random = new Generator(3, CPU);
        _network = new StyleGan2Generator(new StyleGan2Spec { LatentDim = 48, ChannelBase = 1024, ChannelMax = 64 }, 32, generator: random);
        _icons = new StyleGan2IconGenerator(_network);
        _z = randn([7, 48], generator: random);
        using var noGrad = no_grad();
        _network.Mapping.Average.copy_(randn([48], generator: random));
    }

    [SkippableFact]
    public void Icon_FollowsFromItsLatentAlone_WhateverTheBatch()
    {
        Skip.IfNot(KernelLibrary.IsLoaded, "libtorch's own matrix products depend on their number of rows by rounding");
        using var scope = NewDisposeScope();
        var together = _icons.Draw(new(_z), truncation: 0.7);
        for (var i = 0; i < 7; i++)
            Assert.True(Near.SameBits(together.narrow(0, i, 1), _icons.Draw(new(_z.narrow(0, i, 1)), truncation: 0.7)), $"icon {i}");
        Assert.True(Near.SameBits(together.narrow(0, 2, 3), _icons.Draw(new(_z.narrow(0, 2, 3)), truncation: 0.7)));
    }

    [Fact]
    public void TruncationToNothing_DrawsTheAverageIconAlone()
    {
        using var scope = NewDisposeScope();
        var icons = _icons.Draw(new(_z), truncation: 0);
        Near.Equal(_icons.DrawStyles(_network.Mapping.Average.unsqueeze(0)), icons.narrow(0, 3, 1), 1e-5);
        Assert.True(Near.Distance(icons.narrow(0, 0, 1), _icons.Draw(new(_z), truncation: 1).narrow(0, 0, 1)) > 0.01);
    }

    [Fact]
    public void MixedIcons_HaveTheirCoarseLayersFromOneAndTheirFineFromTheOther()
    {
        using var scope = NewDisposeScope();
        var (one, other) = (_icons.Styles(new(_z.narrow(0, 0, 1))), _icons.Styles(new(_z.narrow(0, 1, 1))));

        var mixed = _icons.Mix(one, other, 3);

        Near.Equal(_icons.DrawStyles(one), _icons.Mix(one, one, 3), 1e-6);
        Assert.True(Near.Distance(_icons.DrawStyles(one), mixed) > 0.01);
        Assert.True(Near.Distance(_icons.DrawStyles(other), mixed) > 0.01);
        Assert.Contains("1 to 7", Assert.Throws<ArgumentOutOfRangeException>(() => _icons.Mix(one, other, 8)).Message);
    }

    [Fact]
    public void Drawing_NeedsNoGradientAndChangesNothing()
    {
        using var scope = NewDisposeScope();
        var before = _network.Mapping.Average.clone();

        var icons = _icons.Draw(new(_z));

        Assert.False(icons.requires_grad);
        Assert.Equal([7, 3, 32, 32], icons.shape);
        Assert.True(Near.SameBits(before, _network.Mapping.Average));
    }

    public void Dispose()
    {
        _network.Dispose();
        _z.Dispose();
    }
}
