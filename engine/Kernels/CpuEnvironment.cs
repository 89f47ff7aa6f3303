using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Runtime.Versioning;

namespace IconDiffusion.Kernels;

/// <summary>
/// What has to be settled once, before libtorch is loaded: environment variables that OpenMP and ATen read then and how glibc keeps
/// memory, chosen for this processor, and how long numbers live. What the user has set stays.
/// </summary>
internal static partial class CpuEnvironment
{
    private const int TrimThreshold = -1, TopPad = -2, MmapMax = -4, ArenaMax = -8; // glibc's malloc.h

    private static readonly Lock s_gate = new();
    private static bool s_done;

    /// <summary>Sets the variables the first time; later calls do nothing.</summary>
    internal static void Configure()
    {
        lock (s_gate)
        {
            if (s_done) return;
            s_done = true;
            foreach (var (name, value) in Choose())
                Set(name, value);
            if (OperatingSystem.IsLinux()) KeepMemory();
            ScalarLifetime.Prolong();
        }
    }

    /// <summary>The variables and values for this processor.</summary>
    internal static IEnumerable<(string Name, string Value)> Choose()
    {
        // ATen prefers AVX2 unless told that AVX-512 is meant.
        if (Avx512F.IsSupported && Avx512BW.IsSupported && Avx512DQ.IsSupported && Avx512F.VL.IsSupported)
            yield return ("ATEN_CPU_CAPABILITY", "avx512");

        // There oneDNN's convolutions by AVX2 and AVX-512 are off by up to a tenth, forward and backward; the kernels are not concerned.
        if (IsZen5) yield return ("ONEDNN_MAX_CPU_ISA", "SSE41");

        // Matrix products and decompositions that repeat to the last bit, wherever their memory lies.
        yield return ("MKL_CBWR", "AUTO");

        // Spinning threads steal the processor from whatever else the machine does.
        yield return ("OMP_WAIT_POLICY", "passive");
    }

    // AMD's family 1Ah (CPUID leaf 1: family plus extended family); the vendor's name ends with "cAMD" in ECX of leaf 0.
    private static bool IsZen5
    {
        get
        {
            if (!X86Base.IsSupported) return false;
            var version = X86Base.CpuId(1, 0).Eax;
            return X86Base.CpuId(0, 0).Ecx == 0x444D4163 && ((version >> 8) & 0xF) + ((version >> 20) & 0xFF) == 0x1A;
        }
    }

    // glibc alone. Tensors come and go by the thousand: pages given back to the system after each would have to be zeroed for the next.
    [SupportedOSPlatform("linux")]
    private static void KeepMemory()
    {
        if (Environment.GetEnvironmentVariable("GLIBC_TUNABLES")?.Contains("glibc.malloc.", StringComparison.Ordinal) ?? false) return;
        try
        {
            _ = mallopt(MmapMax, 0);
            _ = mallopt(TrimThreshold, int.MaxValue);
            _ = mallopt(TopPad, 256 << 20);
            // Threads' own heaps end at 64 MB, which a batch of icons soon has.
            _ = mallopt(ArenaMax, 1);
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library, such as musl's: it keeps what it likes.
        }
    }

    // Native code asks its C library, which has a copy of its own: Environment.SetEnvironmentVariable changes .NET's, or the system's.
    private static void Set(string name, string value)
    {
        if (Environment.GetEnvironmentVariable(name) is not null) return;
        if (OperatingSystem.IsWindows()) _ = _putenv_s(name, value);
        else _ = setenv(name, value, overwrite: 0);
    }

    [SupportedOSPlatform("windows")]
    [LibraryImport("ucrtbase", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int _putenv_s(string name, string value);

    [UnsupportedOSPlatform("windows")]
    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int setenv(string name, string value, int overwrite);

    [SupportedOSPlatform("linux")]
    [LibraryImport("libc")]
    private static partial int mallopt(int parameter, int value);
}
