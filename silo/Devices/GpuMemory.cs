using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace IconDiffusion.Silo.Devices;

/// <summary>Memory and temperature of NVIDIA GPUs as <c>nvidia-smi</c> tells it, looked up in the background every few seconds.</summary>
internal sealed class GpuMemory(TimeProvider time)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private IReadOnlyList<GpuUse> _last = [];
    private long? _asked;

    /// <summary>What was last heard; empty: nothing yet, or the driver tells nothing. Never waits.</summary>
    public IReadOnlyList<GpuUse> Read()
    {
        lock (_gate)
        {
            if (_asked is not { } asked || time.GetElapsedTime(asked) > Fresh)
            {
                _asked = time.GetTimestamp();
                _ = Task.Run(Ask);
            }
            return _last;
        }
    }

    private void Ask()
    {
        try
        {
            var gpus = Run("--query-gpu=uuid,memory.total,memory.used,temperature.gpu");
            var processes = Run("--query-compute-apps=gpu_uuid,pid,used_memory");
            var read = Parse(gpus, processes, Environment.ProcessId);
            lock (_gate) _last = read;
        }
        catch (Exception e) when (e is Win32Exception or IOException or InvalidOperationException or FormatException)
        {
            // Without nvidia-smi the memory is not known; see DeviceMemory.
        }
    }

    /// <summary>From nvidia-smi's two tables, in MiB and °C, to bytes and °C.</summary>
    internal static IReadOnlyList<GpuUse> Parse(string gpus, string processes, int ownProcess)
    {
        var ours = Rows(processes)
            .Where(row => row is [_, var pid, var used] && pid == ownProcess.ToString(CultureInfo.InvariantCulture) && char.IsAsciiDigit(used[0]))
            .ToLookup(row => row[0], row => Bytes(row[2]));
        return [.. Rows(gpus).Where(row => row.Length == 4)
            .Select(row => new GpuUse(Bytes(row[1]), Math.Max(0, Bytes(row[2]) - ours[row[0]].Sum()), int.TryParse(row[3], CultureInfo.InvariantCulture, out var degrees) ? degrees : null))];
    }

    private static IEnumerable<string[]> Rows(string table) =>
        table.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(line => line.Split(',', StringSplitOptions.TrimEntries));

    private static long Bytes(string mebibytes) => long.Parse(mebibytes, CultureInfo.InvariantCulture) << 20;

    private static string Run(string query)
    {
        using var process = Process.Start(new ProcessStartInfo("nvidia-smi", [query, "--format=csv,noheader,nounits"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return output;
    }
}
