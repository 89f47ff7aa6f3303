namespace IconDiffusion.Evaluation.Features;

/// <summary>One convolution without bias, followed by batch normalisation and max(0, ·): torchvision's <c>BasicConv2d</c>.</summary>
internal sealed record InceptionConv(string Name, int In, int Out, int KernelHeight, int KernelWidth, int Stride, int PadHeight, int PadWidth);

/// <summary>The 94 convolutions of <see cref="InceptionV3"/>, named as in pytorch-fid's checkpoint and in its order.</summary>
internal static class InceptionV3Layers
{
    public static IReadOnlyList<InceptionConv> All { get; } =
    [
        Square("Conv2d_1a_3x3", 3, 32, 3, stride: 2),
        Square("Conv2d_2a_3x3", 32, 32, 3),
        Square("Conv2d_2b_3x3", 32, 64, 3, pad: 1),
        Square("Conv2d_3b_1x1", 64, 80, 1),
        Square("Conv2d_4a_3x3", 80, 192, 3),
        .. A("Mixed_5b", 192, pool: 32),
        .. A("Mixed_5c", 256, pool: 64),
        .. A("Mixed_5d", 288, pool: 64),
        .. B("Mixed_6a", 288),
        .. C("Mixed_6b", 768, inner: 128),
        .. C("Mixed_6c", 768, inner: 160),
        .. C("Mixed_6d", 768, inner: 160),
        .. C("Mixed_6e", 768, inner: 192),
        .. D("Mixed_7a", 768),
        .. E("Mixed_7b", 1280),
        .. E("Mixed_7c", 2048),
    ];

    private static InceptionConv[] A(string name, int channels, int pool) =>
    [
        Square($"{name}.branch1x1", channels, 64, 1),
        Square($"{name}.branch5x5_1", channels, 48, 1),
        Square($"{name}.branch5x5_2", 48, 64, 5, pad: 2),
        Square($"{name}.branch3x3dbl_1", channels, 64, 1),
        Square($"{name}.branch3x3dbl_2", 64, 96, 3, pad: 1),
        Square($"{name}.branch3x3dbl_3", 96, 96, 3, pad: 1),
        Square($"{name}.branch_pool", channels, pool, 1),
    ];

    private static InceptionConv[] B(string name, int channels) =>
    [
        Square($"{name}.branch3x3", channels, 384, 3, stride: 2),
        Square($"{name}.branch3x3dbl_1", channels, 64, 1),
        Square($"{name}.branch3x3dbl_2", 64, 96, 3, pad: 1),
        Square($"{name}.branch3x3dbl_3", 96, 96, 3, stride: 2),
    ];

    private static InceptionConv[] C(string name, int channels, int inner) =>
    [
        Square($"{name}.branch1x1", channels, 192, 1),
        Square($"{name}.branch7x7_1", channels, inner, 1),
        Row($"{name}.branch7x7_2", inner, inner, 7),
        Column($"{name}.branch7x7_3", inner, 192, 7),
        Square($"{name}.branch7x7dbl_1", channels, inner, 1),
        Column($"{name}.branch7x7dbl_2", inner, inner, 7),
        Row($"{name}.branch7x7dbl_3", inner, inner, 7),
        Column($"{name}.branch7x7dbl_4", inner, inner, 7),
        Row($"{name}.branch7x7dbl_5", inner, 192, 7),
        Square($"{name}.branch_pool", channels, 192, 1),
    ];

    private static InceptionConv[] D(string name, int channels) =>
    [
        Square($"{name}.branch3x3_1", channels, 192, 1),
        Square($"{name}.branch3x3_2", 192, 320, 3, stride: 2),
        Square($"{name}.branch7x7x3_1", channels, 192, 1),
        Row($"{name}.branch7x7x3_2", 192, 192, 7),
        Column($"{name}.branch7x7x3_3", 192, 192, 7),
        Square($"{name}.branch7x7x3_4", 192, 192, 3, stride: 2),
    ];

    private static InceptionConv[] E(string name, int channels) =>
    [
        Square($"{name}.branch1x1", channels, 320, 1),
        Square($"{name}.branch3x3_1", channels, 384, 1),
        Row($"{name}.branch3x3_2a", 384, 384, 3),
        Column($"{name}.branch3x3_2b", 384, 384, 3),
        Square($"{name}.branch3x3dbl_1", channels, 448, 1),
        Square($"{name}.branch3x3dbl_2", 448, 384, 3, pad: 1),
        Row($"{name}.branch3x3dbl_3a", 384, 384, 3),
        Column($"{name}.branch3x3dbl_3b", 384, 384, 3),
        Square($"{name}.branch_pool", channels, 192, 1),
    ];

    private static InceptionConv Square(string name, int input, int output, int kernel, int stride = 1, int pad = 0) =>
        new(name, input, output, kernel, kernel, stride, pad, pad);

    private static InceptionConv Row(string name, int input, int output, int width) =>
        new(name, input, output, 1, width, 1, 0, width / 2);

    private static InceptionConv Column(string name, int input, int output, int height) =>
        new(name, input, output, height, 1, 1, height / 2, 0);
}
