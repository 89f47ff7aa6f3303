using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Kernels.Tests;

public sealed partial class ScalarLifetimeTests
{
    [SkippableFact]
    public void ANumberThatWasFreed_IsReadableForAWhile()
    {
        Skip.IfNot(KernelLibrary.IsLoaded, "no kernels here");
        Assert.True(ScalarLifetime.IsProlonged);
        var numbers = Enumerable.Range(0, 1000).Select(i => (Scalar)(i + 0.5)).ToArray();
        var addresses = Array.ConvertAll(numbers, number => Address(number));

        foreach (var number in numbers) number.Dispose();

        Assert.Equal(Enumerable.Range(0, 1000).Select(i => i + 0.5), Array.ConvertAll(addresses, THSTorch_scalar_to_float64));
    }

    // Copying x takes far longer than a garbage collection of next to nothing, and libtorch reads the number afterwards.
    [SkippableFact]
    [Trait("Speed", "Slow")]
    public void ANumberInUse_OutlivesGarbageCollections()
    {
        Skip.IfNot(ScalarLifetime.IsProlonged, "no C++ compiler here");
        var (code, output) = ChildProcess.Run(["numbers"], ("DOTNET_TieredCompilation", "0"));

        Assert.Equal("0 of 20 wrong", output.Trim());
        Assert.Equal(0, code);
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "handle")]
    private static extern ref IntPtr Address(Scalar number);

    [LibraryImport("LibTorchSharp")]
    private static partial double THSTorch_scalar_to_float64(IntPtr scalar);
}
