using System.CommandLine;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace IconDiffusion.Client.Commands;

/// <summary>
/// The silo's executable, <c>icon-silo</c>, which works off what is done on this machine: with its files, or as a silo. <c>icon</c> becomes
/// it for such commands. It lies beside this program, or in a checkout where its project is built.
/// </summary>
internal static partial class SiloProgram
{
    private const string Name = "icon-silo";

    // Another program that is started, as on Windows, instead of this process becoming it.
    private const string AsChildVariable = "ICON_AS_CHILD";

    // The process that it ends with.
    private const string LauncherVariable = "ICON_LAUNCHER";

    /// <summary>Its commands, with the argument and the sentence that a list of commands has of each.</summary>
    public static IEnumerable<Command> Commands() =>
    [
        new ForeignCommand("ask", "Answers whether a folder of pictures can be learned from without being copied.", "folder"),
        new ForeignCommand("run", "Trains every run of an experiment, draws and scores its icons, and opens the report on whether they copy.", "file"),
        new ForeignCommand("silo", "Works off experiments on this machine's devices until it is stopped, and answers to submit, watch and the other commands."),
        new ForeignCommand("cluster", "Prepares several silos that work off one queue: their database and their keys."),
        new ForeignCommand("backup", "Copies all that a silo or a cluster keeps into a new folder.", "folder"),
        new ForeignCommand("restore", "Restores a backup into an empty place, so that silos go on with its experiments.", "folder"),
        new ForeignCommand("plan", "Shows the runs of an experiment with their estimated time on this machine, before anything runs.", "file"),
        new ForeignCommand("sample", "Draws icons from a trained run with its own sampler.", "run"),
        new ForeignCommand("upscale", "Enlarges icons from anywhere by a cascade's run that enlarges.", "run", "images"),
        new ForeignCommand("evaluate", "Compares two folders of images by FID, nearest-neighbour MAE and NWI."),
        new ForeignCommand("compare", "Compares sets of images by FID, nearest-neighbour MAE, NWI and the figures of the novelty report.", "first", "others"),
        new ForeignCommand("calibrate", "Measures what the figures are worth."),
        new ForeignCommand("dataset", "Makes a data set, checks one, lists its tags, or installs what one is drawn from."),
        new ForeignCommand("consent", "Whose icons the data sets hold, and what their makers allow."),
        new ForeignCommand("publish", "Makes a folder to give away: a run's icons that are no copies, with cards and checksums.", "run"),
        new ForeignCommand("demo", "Serves a public page with one button: a new icon from a trained run.", "run"),
        new ForeignCommand("weights", "Fetches the weights of a published network, of FID's Inception or of style transfer's VGG-19, and verifies their SHA-256.", "network"),
        new ForeignCommand("doctor", "Checks this machine: libraries, device, font, weights, disk."),
    ];

    /// <summary>Whether it is on this machine.</summary>
    public static bool IsHere => Built() is not null;

    /// <summary>
    /// Works a command line off with it: on Unix this process is it from then on, so that signals and the exit code are one process's;
    /// elsewhere it is started, gets the signals to stop, and ends with this one.
    /// </summary>
    /// <returns>Its exit code.</returns>
    /// <exception cref="FileNotFoundException">It is not on this machine.</exception>
    /// <exception cref="IOException">It cannot be started.</exception>
    public static async Task<int> BecomeAsync(string command, string[] args)
    {
        if (Built() is null && Project() is { } project)
            await BuildAsync(project);
        var program = Built() ?? throw new FileNotFoundException(
            $"'icon {command}' works with this machine's files and devices, and needs the silo's program: {Name}.dll is not in '{AppContext.BaseDirectory}'. " +
            "Run it where IconDiffusion is set up as a whole (./icon setup). What works with this program alone on a silo elsewhere: icon --help, submit to retry, with --url https://MACHINE:5480#…, the address that it printed for others.");
        var host = Environment.ProcessPath!;
        // By dotnet where that runs this program, else by the executable beside it.
        string[] words = Path.GetFileNameWithoutExtension(host) == "dotnet"
            ? [host, program, .. args]
            : [Path.ChangeExtension(program, OperatingSystem.IsWindows() ? ".exe" : null), .. args];
        if (OperatingSystem.IsWindows() || Environment.GetEnvironmentVariable(AsChildVariable) is not null)
            return await RunAsync(words);
        _ = Execute(words[0], [.. words, null]);
        throw new IOException($"'{words[0]}' cannot be started: {Marshal.GetLastPInvokeErrorMessage()}.");
    }

    /// <summary>Lets this process, which was started as another one's child, end when that one does, however it ends.</summary>
    public static void EndWithLauncher()
    {
        if (!int.TryParse(Environment.GetEnvironmentVariable(LauncherVariable), out var id))
            return;
        _ = Task.Run(async () =>
        {
            try
            {
                using var launcher = Process.GetProcessById(id);
                await launcher.WaitForExitAsync();
            }
            catch (ArgumentException)
            {
                // It has ended already.
            }
            // Work goes on from its last checkpoint, as after any end.
            Process.GetCurrentProcess().Kill();
        });
    }

    private static async Task<int> RunAsync(string[] words)
    {
        Process? child = null;
        // A console tells both of them of Ctrl+C.
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            if (!OperatingSystem.IsWindows() && child is not null)
                _ = Signal(child.Id, Terminate);
        });
        var start = new ProcessStartInfo(words[0], words[1..]);
        start.Environment[LauncherVariable] = $"{Environment.ProcessId}";
        child = Process.Start(start)!;
        using (child)
        {
            await child.WaitForExitAsync();
            return child.ExitCode;
        }
    }

    private static string? Built()
    {
        var beside = Path.Combine(AppContext.BaseDirectory, Name + ".dll");
        return File.Exists(beside) ? beside : InCheckout() is { } there && File.Exists(there.Program) ? there.Program : null;
    }

    private static string? Project() => InCheckout()?.Project;

    // Where the client's own project is above this program, which is built below it, the silo's is beside that.
    private static (string Project, string Program)? InCheckout()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "IconDiffusion.Client.csproj")))
            {
                var silo = Path.Combine(folder.Parent!.FullName, "silo");
                return (silo, Path.Combine(silo, Path.GetRelativePath(folder.FullName, AppContext.BaseDirectory), Name + ".dll"));
            }
        return null;
    }

    private static async Task BuildAsync(string project)
    {
        await Console.Error.WriteLineAsync("icon: building the silo, which works this command off");
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        using var build = Process.Start(new ProcessStartInfo("dotnet", ["build", project, "-c", configuration, "--nologo", "-v", "quiet"]) { RedirectStandardOutput = true })!;
        var said = await build.StandardOutput.ReadToEndAsync();
        await build.WaitForExitAsync();
        if (build.ExitCode != 0)
            throw new IOException($"The silo could not be built:\n{said}");
    }

    private const int Terminate = 15;

    [UnsupportedOSPlatform("windows")]
    [LibraryImport("libc", EntryPoint = "execv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Execute(string path, string?[] arguments);

    [UnsupportedOSPlatform("windows")]
    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);
}
