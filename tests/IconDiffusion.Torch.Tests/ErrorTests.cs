using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Torch.Tests;

public sealed class ErrorTests
{
    [Fact]
    public void MatmulOfWrongShapes_NamesTheOperationTheShapesAndTheReason()
    {
        var error = Assert.Throws<TorchException>(() => zeros(2, 3).matmul(zeros(4, 5, float64)));

        Assert.StartsWith("aten::matmul(float32 [2, 3], float64 [4, 5]): ", error.Message);
        Assert.DoesNotContain("\n", error.Message);
    }

    [Fact]
    public void CatOfWrongShapes_NamesEveryTensor()
    {
        var error = Assert.Throws<TorchException>(() => cat([zeros(2, 3), zeros(4, 5)]));

        Assert.StartsWith("aten::cat((float32 [2, 3], float32 [4, 5]), 0): Sizes of tensors must match", error.Message);
    }

    [Fact]
    public void ConvolutionOfWrongChannels_NamesTheShapes()
    {
        var plain = Assert.Throws<TorchException>(() => nn.functional.conv2d(zeros(1, 3, 8, 8), zeros(4, 5, 3, 3)));
        var fused = Assert.Throws<TorchException>(() => TorchExtras.conv2d(zeros(1, 3, 8, 8), zeros(4, 5, 3, 3)));

        Assert.StartsWith("aten::conv2d(float32 [1, 3, 8, 8], float32 [4, 5, 3, 3], none, [1, 1]", plain.Message);
        Assert.StartsWith("conv2d(float32 [1, 3, 8, 8], float32 [4, 5, 3, 3], none): ", fused.Message);
    }

    [Fact]
    public void EveryFailure_IsAnExternalException_AsUnderTorchSharp() =>
        Assert.ThrowsAny<ExternalException>(() => zeros(2).backward());

    [Fact]
    public void AfterAFailure_TheThreadGoesOn()
    {
        Assert.Throws<TorchException>(() => zeros(2).view(3));

        Assert.Equal(2, ones(2).sum().item<float>());
    }

    [Fact]
    public void ADisposedTensor_SaysSo()
    {
        var tensor = zeros(2);
        tensor.Dispose();

        Assert.True(tensor.IsInvalid);
        Assert.Throws<ObjectDisposedException>(() => tensor + 1);
        Assert.Equal("a disposed tensor", tensor.ToString());
    }

    [Fact]
    public void ItemOfAnotherType_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => zeros(1).item<double>());
        Assert.Throws<InvalidOperationException>(() => zeros(2).item<float>());
    }

    [Fact]
    public void ValuesThatDoNotFillTheShape_AreRefused()
    {
        var error = Assert.Throws<ArgumentException>(() => tensor(new float[5], [2, 3]));

        Assert.Equal("5 values came for shape [2, 3], which holds 6.", error.Message);
    }
}
