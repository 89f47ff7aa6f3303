using System.Runtime.InteropServices;

namespace IconDiffusion.Client;

/// <summary>
/// Who reads what this process writes. .NET ignores SIGPIPE and drops what is written into a pipe that nobody reads, so a command that writes
/// for as long as there is something to tell would never learn that nobody is told.
/// </summary>
internal static partial class Readers
{
    private const int Output = 1, Error = 2;
    private const short PollError = 0x8;
    private const int Interrupted = 4;

    /// <summary>Calls once, from another thread, as soon as standard output or standard error is a pipe whose readers are all gone. Only Linux tells.</summary>
    public static void WhenGone(Action gone)
    {
        if (OperatingSystem.IsLinux())
            new Thread(() => Watch(gone)) { IsBackground = true, Name = nameof(Readers) }.Start();
    }

    // Asked for nothing, the kernel answers with what is wrong alone. Whatever else that is, such as a terminal that hung up, has its own signal.
    private static void Watch(Action gone)
    {
        PollEntry[] entries = [new() { Descriptor = Output }, new() { Descriptor = Error }];
        while (entries.Any(entry => entry.Descriptor >= 0))
        {
            if (Poll(entries, (nuint)entries.Length, timeout: -1) < 0 && Marshal.GetLastPInvokeError() != Interrupted)
                return;
            if (entries.Any(entry => entry.Happened == PollError))
            {
                gone();
                return;
            }
            foreach (ref var entry in entries.AsSpan())
                if (entry.Happened != 0) entry.Descriptor = -1;   // which is left out from now on
        }
    }

    // struct pollfd
    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int Descriptor;
        public short Wanted;
        public short Happened;
    }

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll([In, Out] PollEntry[] entries, nuint count, int timeout);
}
