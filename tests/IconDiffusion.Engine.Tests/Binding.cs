using System.Runtime.CompilerServices;
using IconDiffusion.Engine.Kernels;
using TorchSharp;

namespace IconDiffusion.Engine.Tests;

/// <summary>Which of the two values of the build property <c>Torch</c> the tests run under.</summary>
internal static class Binding
{
    public static bool IsTorchSharp { get; } = typeof(torch).Assembly.GetName().Name == "TorchSharp";

    // Most tests open no device, which would do this: parallel tests on threads that spin while they wait take ten times as long.
    [ModuleInitializer]
    internal static void Prepare() => LibTorch.Configure();
}
