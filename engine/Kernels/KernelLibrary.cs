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
    private const string Build = "install cmake and g++ and build again";
    private static readonly Lazy<(string Obstacle, string Advice)?> Missing = new(Load);

    /// <summary>Whether the kernels run; loads libtorch.</summary>
    public static bool IsLoaded => Missing.Value is null;

    /// <summary>One sentence for a person: why the kernels do not run, what it costs, and what to do; null where they do.</summary>
    public static string? Note => Missing.Value is { } missing
        ? $"{missing.Obstacle}, so training is 2 to 4 times slower on the CPU; {missing.Advice}"
        : null;

    /// <summary>Where a library that is built with this assembly lies, if it was built.</summary>
    internal static string PathOf(string fileName) =>
        Path.Combine(Path.GetDirectoryName(typeof(KernelLibrary).Assembly.Location) ?? AppContext.BaseDirectory, fileName);

    private static (string Obstacle, string Advice)? Load()
    {
        CpuEnvironment.Configure();
        // libtorch first: it brings an OpenMP library of the same name as the kernels', and both then share its threads.
        _ = get_num_threads();
        if (Environment.GetEnvironmentVariable(Variable) == "none") return ($"{Variable} is 'none'", "unset it");
        var path = PathOf(FileName);
        if (!File.Exists(path)) return ("The CPU kernels are not built here", OperatingSystem.IsLinux() ? Build : $"on Linux, {Build}");
        if (!NativeLibrary.TryLoad(path, out var library)) return ($"{path} does not load", Build);
        var version = NativeLibrary.TryGetExport(library, nameof(NativeKernels.icon_abi_version), out var export)
            ? ((delegate* unmanaged<int>)export)()
            : 0;
        if (version != NativeKernels.AbiVersion) return ($"{path} is of another version", Build);
        NativeLibrary.SetDllImportResolver(
            Assembly.GetExecutingAssembly(), (name, _, _) => name == NativeKernels.Library ? library : IntPtr.Zero);
        return null;
    }
}
