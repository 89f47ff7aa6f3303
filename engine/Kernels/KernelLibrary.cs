using System.Reflection;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace IconDiffusion.Kernels;

/// <summary>
/// Whether the CPU kernels are there: libicon_kernels.so beside this assembly, where a build on Linux puts it that finds CMake and a C++
/// compiler. Without it everything works all the same, composed of libtorch's operations.
/// </summary>
public static unsafe class KernelLibrary
{
    /// <summary>The environment variable that, set to <c>none</c>, does without the kernels.</summary>
    public const string Variable = "ICONDIFFUSION_KERNELS";

    private const string FileName = $"lib{NativeKernels.Library}.so";
    private static readonly Lazy<string?> Obstacle = new(Load);

    /// <summary>Whether the kernels run; loads libtorch.</summary>
    public static bool IsLoaded => Obstacle.Value is null;

    /// <summary>One sentence for a person: why the kernels do not run, what it costs, and what to do; null where they do.</summary>
    public static string? Note => Obstacle.Value is { } obstacle
        ? $"{obstacle}, so training is 2 to 4 times slower on the CPU; {(OperatingSystem.IsLinux() ? "" : "on Linux, ")}install cmake and g++ and build again"
        : null;

    private static string? Load()
    {
        CpuEnvironment.Configure();
        // libtorch first: it brings an OpenMP library of the same name as the kernels', and both then share its threads.
        _ = get_num_threads();
        if (Environment.GetEnvironmentVariable(Variable) == "none") return $"{Variable} is 'none'";
        var path = Path.Combine(Path.GetDirectoryName(typeof(KernelLibrary).Assembly.Location) ?? AppContext.BaseDirectory, FileName);
        if (!File.Exists(path)) return "The CPU kernels are not built here";
        if (!NativeLibrary.TryLoad(path, out var library)) return $"{path} does not load";
        var version = NativeLibrary.TryGetExport(library, nameof(NativeKernels.icon_abi_version), out var export)
            ? ((delegate* unmanaged<int>)export)()
            : 0;
        if (version != NativeKernels.AbiVersion) return $"{path} is of another version";
        NativeLibrary.SetDllImportResolver(
            Assembly.GetExecutingAssembly(), (name, _, _) => name == NativeKernels.Library ? library : IntPtr.Zero);
        return null;
    }
}
