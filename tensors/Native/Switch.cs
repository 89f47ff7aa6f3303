using IconDiffusion.Torch;

namespace TorchSharp.Native;

/// <summary>IconSwitch of shim.h.</summary>
internal enum Switch
{
    CublasTf32 = 0,
    CudnnTf32 = 1,
    CudnnBenchmark = 2,
    CudnnDeterministic = 3,
}

internal static class SwitchMethods
{
    internal static bool Get(this Switch which) => Check(NativeMethods.icon_switch((int)which)) != 0;

    internal static void Set(this Switch which, bool value) => Check(NativeMethods.icon_set_switch((int)which, value ? 1 : 0));

    private static int Check(int status) => status >= 0 ? status : throw TorchException.Last();
}
