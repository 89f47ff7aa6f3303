using System.Runtime.CompilerServices;
using IconDiffusion.Kernels;

namespace IconDiffusion.Tests;

internal static class LibTorchSettings
{
    // Most tests open no device, which would do this: parallel tests on threads that spin while they wait take ten times as long.
    [ModuleInitializer]
    internal static void Prepare() => LibTorch.Configure();
}
