using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[assembly: DisableRuntimeMarshalling]

namespace TorchSharp.Native;

/// <summary>The C ABI of native/torch/shim.h, name for name. Handles are lent; see there for who owns what.</summary>
internal static unsafe partial class NativeMethods
{
    internal const string Library = "icondiffusion_torch";

    /// <summary>The ABI this assembly was written against; shim.h holds the other copy.</summary>
    internal const int AbiVersion = 1;

    // Loads and checks the library before the first call, so that a missing one gives an explanation.
    static NativeMethods() => NativeLoader.Prepare();

    [LibraryImport(Library)] internal static partial byte* icon_last_error();
    [LibraryImport(Library)] internal static partial byte* icon_torch_version();
    [LibraryImport(Library)] internal static partial byte* icon_build_info();

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial IntPtr icon_find_operator(string name);

    [LibraryImport(Library)]
    internal static partial int icon_call(IntPtr op, NativeArg* args, int count, IntPtr* results, int maxResults);

    [LibraryImport(Library)] internal static partial void icon_take_results(IntPtr* results);

    [LibraryImport(Library)] internal static partial void icon_free(IntPtr tensor);
    [LibraryImport(Library)] internal static partial IntPtr icon_share(IntPtr tensor);
    [LibraryImport(Library), SuppressGCTransition] internal static partial int icon_dim(IntPtr tensor);
    [LibraryImport(Library), SuppressGCTransition] internal static partial void icon_sizes(IntPtr tensor, long* sizes);
    [LibraryImport(Library), SuppressGCTransition] internal static partial void icon_strides(IntPtr tensor, long* strides);
    [LibraryImport(Library), SuppressGCTransition] internal static partial int icon_dtype(IntPtr tensor);
    [LibraryImport(Library), SuppressGCTransition] internal static partial long icon_device(IntPtr tensor);
    [LibraryImport(Library), SuppressGCTransition] internal static partial long icon_numel(IntPtr tensor);
    [LibraryImport(Library), SuppressGCTransition] internal static partial long icon_element_size(IntPtr tensor);
    [LibraryImport(Library), SuppressGCTransition] internal static partial long icon_storage_offset(IntPtr tensor);
    [LibraryImport(Library), SuppressGCTransition] internal static partial long icon_owned_bytes(IntPtr tensor);

    [LibraryImport(Library), SuppressGCTransition]
    internal static partial int icon_is_contiguous(IntPtr tensor, int channelsLast);

    [LibraryImport(Library), SuppressGCTransition] internal static partial int icon_requires_grad(IntPtr tensor);
    [LibraryImport(Library)] internal static partial int icon_is_leaf(IntPtr tensor);
    [LibraryImport(Library)] internal static partial void* icon_data(IntPtr tensor);

    [LibraryImport(Library)] internal static partial int icon_set_requires_grad(IntPtr tensor, int value);
    [LibraryImport(Library)] internal static partial int icon_retain_grad(IntPtr tensor);
    [LibraryImport(Library)] internal static partial int icon_grad(IntPtr tensor, IntPtr* grad);
    [LibraryImport(Library)] internal static partial int icon_set_grad(IntPtr tensor, IntPtr grad);
    [LibraryImport(Library)] internal static partial int icon_set_data(IntPtr tensor, IntPtr data);

    [LibraryImport(Library)]
    internal static partial int icon_backward(IntPtr* outputs, IntPtr* gradients, int count, int retainGraph,
        int createGraph, IntPtr* inputs, int inputCount);

    [LibraryImport(Library)]
    internal static partial int icon_autograd_grad(IntPtr* outputs, IntPtr* gradients, int count, IntPtr* inputs,
        int inputCount, int retainGraph, int createGraph, int allowUnused, IntPtr* results);

    [LibraryImport(Library), SuppressGCTransition] internal static partial int icon_grad_mode();
    [LibraryImport(Library), SuppressGCTransition] internal static partial void icon_set_grad_mode(int enabled);
    [LibraryImport(Library)] internal static partial IntPtr icon_enter_inference_mode(int enabled);
    [LibraryImport(Library)] internal static partial void icon_leave_inference_mode(IntPtr guard);

    [LibraryImport(Library)] internal static partial int icon_manual_seed(long seed);
    [LibraryImport(Library)] internal static partial IntPtr icon_new_generator(int deviceType, int deviceIndex, ulong seed);
    [LibraryImport(Library)] internal static partial IntPtr icon_default_generator(int deviceType, int deviceIndex);
    [LibraryImport(Library)] internal static partial void icon_free_generator(IntPtr generator);
    [LibraryImport(Library)] internal static partial int icon_seed_generator(IntPtr generator, ulong seed);
    [LibraryImport(Library)] internal static partial int icon_generator_seed(IntPtr generator, ulong* seed);
    [LibraryImport(Library)] internal static partial IntPtr icon_generator_state(IntPtr generator);
    [LibraryImport(Library)] internal static partial int icon_set_generator_state(IntPtr generator, IntPtr state);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial IntPtr icon_script_load(string path, int deviceType, int deviceIndex);

    [LibraryImport(Library)] internal static partial IntPtr icon_script_forward(IntPtr script, IntPtr x);
    [LibraryImport(Library)] internal static partial void icon_script_free(IntPtr script);

    [LibraryImport(Library)] internal static partial int icon_threads();
    [LibraryImport(Library)] internal static partial int icon_set_threads(int count);
    [LibraryImport(Library)] internal static partial int icon_interop_threads();
    [LibraryImport(Library)] internal static partial int icon_set_interop_threads(int count);
    [LibraryImport(Library)] internal static partial int icon_cuda_device_count();
    [LibraryImport(Library)] internal static partial int icon_cudnn_available();
    [LibraryImport(Library)] internal static partial int icon_cuda_synchronize(int deviceIndex);
    [LibraryImport(Library)] internal static partial int icon_cuda_empty_cache();
    [LibraryImport(Library)] internal static partial int icon_switch(int which);
    [LibraryImport(Library)] internal static partial int icon_set_switch(int which, int value);
}
