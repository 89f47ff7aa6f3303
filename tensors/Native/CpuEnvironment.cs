using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;

namespace TorchSharp.Native;

/// <summary>
/// Environment variables that OpenBLAS, OpenMP and ATen read once, when they are loaded, chosen for this processor.
/// What the user has set stays.
/// </summary>
internal static partial class CpuEnvironment
{
    private static readonly Lock s_gate = new();
    private static bool s_done;

    /// <summary>Sets the variables the first time; later calls do nothing.</summary>
    internal static void Configure()
    {
        lock (s_gate)
        {
            if (s_done || !OperatingSystem.IsLinux())
                return;
            s_done = true;
            foreach (var (name, value) in Choose())
                Set(name, value);
        }
    }

    /// <summary>The variables and values for this processor.</summary>
    internal static IEnumerable<(string Name, string Value)> Choose()
    {
        // OpenBLAS older than the processor falls back to its 2004 kernels: 4 to 5 times slower in matrix products.
        if (Avx512F.IsSupported && Avx512BW.IsSupported && Avx512DQ.IsSupported && Avx512F.VL.IsSupported)
            yield return ("OPENBLAS_CORETYPE", "SkylakeX");
        else if (Avx2.IsSupported && Fma.IsSupported)
            yield return ("OPENBLAS_CORETYPE", IsAmd() ? "Zen" : "Haswell");

        // Distributions build ATen to prefer AVX2 even where AVX-512 is faster.
        if (Avx512F.IsSupported && Avx512BW.IsSupported && Avx512DQ.IsSupported && Avx512F.VL.IsSupported)
            yield return ("ATEN_CPU_CAPABILITY", "avx512");

        // Spinning threads steal the processor from whatever else the machine does.
        yield return ("OMP_WAIT_POLICY", "passive");
    }

    private static bool IsAmd()
    {
        var (_, ebx, ecx, edx) = X86Base.CpuId(0, 0);
        Span<byte> vendor = stackalloc byte[12];
        BitConverter.TryWriteBytes(vendor, ebx);
        BitConverter.TryWriteBytes(vendor[4..], edx);
        BitConverter.TryWriteBytes(vendor[8..], ecx);
        return Encoding.ASCII.GetString(vendor) == "AuthenticAMD";
    }

    // Environment.SetEnvironmentVariable changes .NET's copy only; native code asks libc.
    private static void Set(string name, string value) => _ = setenv(name, value, overwrite: 0);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int setenv(string name, string value, int overwrite);
}
