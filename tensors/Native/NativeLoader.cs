using System.Reflection;
using System.Runtime.InteropServices;
using IconDiffusion.Torch;

namespace TorchSharp.Native;

/// <summary>
/// Finds libicondiffusion_torch: in the folder that ICONDIFFUSION_NATIVE names, else beside this assembly, else in the
/// <c>.build/native/torch</c> of a checkout this program runs from. What is missing is explained in one exception.
/// </summary>
internal static class NativeLoader
{
    internal const string FolderVariable = "ICONDIFFUSION_NATIVE";
    private const string FileName = "libicondiffusion_torch.so";
    private const string Remedy = "Run './icon doctor': it says what is missing and builds the library.";

    private static IntPtr s_library;

    /// <summary>Loads the library and makes it the one that P/Invoke finds. Once, from NativeMethods' initialiser.</summary>
    internal static void Prepare()
    {
        // OpenBLAS, OpenMP and ATen read their environment when they are loaded.
        CpuEnvironment.Configure();
        s_library = Load(Candidates());
        NativeLibrary.SetDllImportResolver(typeof(NativeLoader).Assembly,
            static (name, _, _) => name == NativeMethods.Library ? s_library : IntPtr.Zero);
    }

    private static List<string> Candidates()
    {
        var folder = Environment.GetEnvironmentVariable(FolderVariable);
        if (!string.IsNullOrEmpty(folder))
            return [Path.Combine(folder, FileName), Path.Combine(folder, "torch", FileName)];

        var candidates = new List<string>();
        if (Path.GetDirectoryName(typeof(NativeLoader).Assembly.Location) is { Length: > 0 } beside)
            candidates.Add(Path.Combine(beside, FileName));
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            candidates.Add(Path.Combine(at.FullName, ".build", "native", "torch", FileName));
        return candidates;
    }

    private static IntPtr Load(List<string> candidates)
    {
        var path = candidates.Find(File.Exists)
            ?? throw new DllNotFoundException(
                $"Found no {FileName}; looked for {string.Join(", ", candidates)}. {Remedy}");
        IntPtr library;
        try
        {
            library = NativeLibrary.Load(path);
        }
        catch (Exception failure) when (failure is DllNotFoundException or BadImageFormatException)
        {
            // Nearly always the libtorch it was built against has moved, gone or changed its version.
            throw new DllNotFoundException($"Found {path}, but it does not load: {LoaderReason(failure)} {Remedy}", failure);
        }
        CheckVersion(library, path);
        return library;
    }

    private static unsafe void CheckVersion(IntPtr library, string path)
    {
        var found = NativeLibrary.TryGetExport(library, "icon_abi_version", out var export)
            ? ((delegate* unmanaged<int>)export)()
            : 0;
        if (found != NativeMethods.AbiVersion)
            throw new DllNotFoundException(
                $"{path} has interface version {found}, and this program needs {NativeMethods.AbiVersion}: it was built from other sources. {Remedy}");
        // The allocator must be in place before the first tensor.
        ((delegate* unmanaged<void>)NativeLibrary.GetExport(library, "icon_initialize"))();
    }

    // .NET's message opens with general advice; the line below it has the loader's own words, which name what is missing.
    private static string LoaderReason(Exception failure)
    {
        var lines = failure.Message.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return (lines.Length > 1 ? lines[1] : lines[0]).TrimEnd('.') + ".";
    }
}
