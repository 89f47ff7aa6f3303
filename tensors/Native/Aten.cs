using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text;
using IconDiffusion.Torch;
using static TorchSharp.torch;

namespace TorchSharp.Native;

/// <summary>Calls ATen operators by schema name, arguments in the schema's order: <c>Aten.Call("add.Tensor", a, b)</c>.</summary>
internal static unsafe class Aten
{
    private static readonly ConcurrentDictionary<string, IntPtr> s_operators = new();

    internal static Tensor Call(string name, params ReadOnlySpan<Arg> args)
    {
        IntPtr result;
        int count = Invoke(name, args, &result, 1);
        return count == 1 ? new Tensor(result) : throw Unexpected(name, count, 1);
    }

    internal static (Tensor, Tensor) CallTwo(string name, params ReadOnlySpan<Arg> args)
    {
        IntPtr* results = stackalloc IntPtr[2];
        int count = Invoke(name, args, results, 2);
        return count == 2 ? (new Tensor(results[0]), new Tensor(results[1])) : throw Unexpected(name, count, 2);
    }

    internal static Tensor[] CallMany(string name, params ReadOnlySpan<Arg> args)
    {
        const int Room = 16;
        IntPtr* room = stackalloc IntPtr[Room];
        int count = Invoke(name, args, room, Room);
        if (count <= Room)
            return Wrap(new ReadOnlySpan<IntPtr>(room, count));
        var results = new IntPtr[count];
        fixed (IntPtr* pointer = results)
            NativeMethods.icon_take_results(pointer);
        return Wrap(results);
    }

    internal static Tensor[] Wrap(ReadOnlySpan<IntPtr> handles)
    {
        var tensors = new Tensor[handles.Length];
        for (int i = 0; i < tensors.Length; i++)
            tensors[i] = new Tensor(handles[i]);
        return tensors;
    }

    [SkipLocalsInit]
    private static int Invoke(string name, ReadOnlySpan<Arg> args, IntPtr* results, int maxResults)
    {
        if (!s_operators.TryGetValue(name, out var op))
            op = Find(name);

        // Lists travel as 8-byte slots behind the arguments.
        int slots = 0;
        foreach (ref readonly var arg in args)
            slots += SlotsOf(arg);
        NativeArg* native = stackalloc NativeArg[args.Length];
        Span<long> buffer = slots <= 64 ? stackalloc long[64] : new long[slots];
        fixed (long* start = buffer)
        {
            long* free = start;
            for (int i = 0; i < args.Length; i++)
                native[i] = ToNative(args[i], ref free);
            int count = NativeMethods.icon_call(op, native, args.Length, results, maxResults);
            foreach (ref readonly var arg in args)
                GC.KeepAlive(arg.Source);
            return count >= 0 ? count : throw TorchException.Last();
        }
    }

    private static int SlotsOf(in Arg arg) => arg.Kind switch
    {
        ArgKind.Ints => ((long[])arg.Source!).Length,
        ArgKind.Doubles => ((double[])arg.Source!).Length,
        ArgKind.Tensors => ((Tensor[])arg.Source!).Length,
        ArgKind.String => (Encoding.UTF8.GetByteCount((string)arg.Source!) + 7) / 8,
        _ => 0,
    };

    private static NativeArg ToNative(in Arg arg, ref long* free)
    {
        switch (arg.Kind)
        {
            case ArgKind.Tensor:
                return new(arg.Kind, 0, ((Tensor)arg.Source!).Handle);
            case ArgKind.Device:
                return new(arg.Kind, (int)(arg.Bits >> 32), arg.Bits & 0xFFFFFFFF);
            case ArgKind.Ints or ArgKind.Doubles or ArgKind.Tensors or ArgKind.String:
                var target = new Span<long>(free, SlotsOf(arg));
                int count = target.Length;
                if (arg.Source is long[] integers)
                    integers.CopyTo(target);
                else if (arg.Source is double[] reals)
                    reals.CopyTo(System.Runtime.InteropServices.MemoryMarshal.Cast<long, double>(target));
                else if (arg.Source is Tensor?[] tensors)
                    for (int i = 0; i < count; i++)
                        target[i] = tensors[i]?.Handle ?? 0;
                else
                    count = Encoding.UTF8.GetBytes((string)arg.Source!, System.Runtime.InteropServices.MemoryMarshal.AsBytes(target));
                var pointer = (long)free;
                free += target.Length;
                return new(arg.Kind, count, pointer);
            default:
                return new(arg.Kind, 0, arg.Bits);
        }
    }

    private static IntPtr Find(string name)
    {
        var op = NativeMethods.icon_find_operator("aten::" + name);
        if (op == 0)
            throw TorchException.Last();
        return s_operators.GetOrAdd(name, op);
    }

    private static InvalidOperationException Unexpected(string name, int count, int wanted) =>
        new($"aten::{name} returned {count} tensors where {wanted} were expected.");
}
