using System.CommandLine;
using System.Globalization;
using IconDiffusion.Client;
using IconDiffusion.Client.Output;
using IconDiffusion.Silo.Backups;
using IconDiffusion.Silo.Hosting;
using Spectre.Console;

namespace IconDiffusion.Silo.Commands;

/// <summary><c>icon backup FOLDER</c> and <c>icon restore FOLDER</c>: all that a silo or a cluster keeps, as a folder.</summary>
internal static class BackupCommands
{
    public static Command CreateBackup() => Create("backup",
        """
        Copies all that a silo or a cluster keeps into a new folder. That is its database as it is at one moment, the data folder, and
        the store that silos share where they have one. Silos may go on working meanwhile; what they do after that moment is
        done again after a restore, to the same bits.

        It is called as the silo is: with the same --data, --join and settings (ICONDIFFUSION_SILO__ARTIFACTS for a store). Where
        silos have data folders of their own, one machine's backup has the database, the store and this machine's folder. The
        folder holds the silo's secrets, tokens and keys: it is its owner's alone. 'sha256sum -c SHA256SUMS' in it finds damage.

        Examples:
          icon backup /mnt/nas/icon-2026-11-30
          icon backup /mnt/nas/icon-2026-11-30 --join laptop.join --data /mnt/share/icon
        """,
        "A folder that is not there yet, on another disk or machine.", Backup.MakeAsync);

    public static Command CreateRestore() => Create("restore",
        """
        Restores a backup into an empty place, so that silos go on with its experiments. It goes into a new or empty data folder, for a
        cluster into a new PostgreSQL database, whose tables it makes, and where there was a store into an empty one. All files
        are checked first, and what is there is never overwritten.

        Examples:
          icon restore /mnt/nas/icon-2026-11-30 --data artifacts
          icon restore /mnt/nas/icon-2026-11-30 --data /mnt/share/icon --join laptop.join
        """,
        "What 'icon backup' has made.", Backup.RestoreAsync);

    private static Command Create(string name, string description, string what, Func<SiloOptions, string, CancellationToken, BackupProgress?, Task<BackupSummary>> act)
    {
        var folder = new Argument<string>("folder") { Description = what };
        var join = new Option<string?>("--join") { Description = "The silo is one of a cluster: its join file.", HelpName = "FILE" };
        var command = new Command(name, description) { folder, join };
        command.SetAction(async (parsed, cancellation) =>
        {
            var context = new CommandContext(parsed);
            var options = context.SiloOptions(new() { [nameof(SiloOptions.Join)] = parsed.GetValue(join) });
            BackupSummary? summary = null;
            await ProgressDisplay.RunAsync(context.Terminal, async display =>
                summary = await act(options, parsed.GetValue(folder)!, cancellation, (part, done, total) => display.Report(part, part, done, total)));
            context.Terminal.Result(summary, () => [Speech.Text(string.Create(CultureInfo.InvariantCulture, $"{name}    {summary!.Folder}: {summary.Files} files, {Words.Bytes(summary.Bytes)}"))]);
            return ExitCode.Success;
        });
        return command;
    }
}
