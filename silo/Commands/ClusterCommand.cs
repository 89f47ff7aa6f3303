using System.CommandLine;
using System.Security.Cryptography.X509Certificates;
using IconDiffusion.Client;
using IconDiffusion.Client.Output;
using IconDiffusion.Silo.Cluster;
using IconDiffusion.Silo.Hosting;
using IconDiffusion.Specs.Files;
using Npgsql;
using Spectre.Console;

namespace IconDiffusion.Silo.Commands;

/// <summary>
/// <c>icon cluster init</c>: a PostgreSQL database gets what the silos of a cluster need, and each machine the file by which it is one;
/// <c>icon cluster revoke</c>: a machine is one no more.
/// </summary>
internal static class ClusterCommand
{
    private const string Variable = "ICONDIFFUSION_CLUSTER__DATABASE";

    public static Command Create() => new("cluster", "Prepares several silos that work off one queue: their database and their keys.") { CreateInit(), CreateRevoke() };

    private static Command CreateInit()
    {
        var (database, id) = (DatabaseOption(), IdOption());
        var machines = new Option<string[]>("--machine")
        {
            Description = "Host name of a machine that gets a join file; may be repeated (default: this machine's).",
            HelpName = "NAME",
            DefaultValueFactory = _ => [Environment.MachineName],
        };
        machines.Validators.Add(result =>
        {
            foreach (var name in result.GetValueOrDefault<string[]>()?.Where(name => !IsName(name)) ?? [])
                result.AddError($"--machine is '{name}'; wanted a host name or IPv4 address.");
        });
        var command = new Command("init",
            $"""
            Makes the tables of a cluster in a PostgreSQL database, which has to exist, and a join file for each machine: with it,
            'icon silo --join FILE' is all that the machine needs. Silos speak to each other encrypted, and only to those that
            have such a file.

            The files are in the data folder's 'cluster', beside the cluster's certificate authority, whose key (authority.key) makes
            new ones and stays here. A join file is a secret: it holds a login of the database and the machine's private key. Bring
            it to its machine by scp or a USB stick, and to no other. Each machine's login is its own and may only read and write the
            cluster's rows, if the user of --database may make roles (createuser --createrole); else all share that user's.

            A database server on another machine must encrypt and prove who it is (SSL Mode=VerifyFull, unless the connection string
            says otherwise). The files postgres-HOST.crt and .key are for that server, and are made before it is asked.

            Nothing that is there is changed, so the command may be repeated: after an update of the program, for another machine, or
            for one whose certificate is about to end, as each does after two years.

            Examples:
              createuser --createrole --pwprompt icon && createdb --owner icon icon
              icon cluster init --database "Host=db;Username=icon;Password=…;Database=icon" --machine desktop --machine laptop
              icon silo --join artifacts/cluster/desktop.join
            """)
        { database, machines, id };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var context = new CommandContext(parsed);
            var connection = Connection(parsed.GetValue(database));
            var settings = new NpgsqlConnectionStringBuilder(connection);
            var name = settings.Database ?? settings.Username;
            var folder = JoinFile.Folder(context.Data.Path);
            using var authority = ClusterAuthority.Ensure(folder, TimeProvider.System);
            if (settings.SslMode is SslMode.VerifyCA or SslMode.VerifyFull && settings.RootCertificate is null)
                foreach (var host in settings.Host!.Split(','))
                    authority.IssueForDatabase(folder, host);
            var change = await ClusterDatabase.InitializeAsync(connection, cancellationToken, authority.Root);
            var (files, ownLogins) = (new List<string>(), true);
            foreach (var machine in parsed.GetValue(machines)!.Distinct())
            {
                var (certificate, key) = authority.Issue(machine);
                ClusterAuthority.NoteIssued(folder, machine, certificate);
                using var issued = X509Certificate2.CreateFromPem(certificate);
                var own = await ClusterDatabase.AdmitAsync(connection, machine, issued, cancellationToken, authority.Root);
                ownLogins &= own is not null;
                files.Add(new JoinFile { Machine = machine, ClusterId = parsed.GetValue(id)!, Database = own ?? connection, Authority = authority.Certificate, Certificate = certificate, Key = key }.Write(folder));
            }
            if (!ownLogins)
                context.Terminal.Warn($"The machines share the login '{settings.Username}' of the database, which may make no others, so that a machine that is revoked still knows it; wanted: ALTER ROLE \"{settings.Username}\" CREATEROLE, and init again.");
            context.Terminal.Result(new { settings.Host, settings.Port, Database = name, change.Made, change.Queries, JoinFiles = files, OwnLogins = ownLogins },
                () => [Speech.Text(Tell($"Database '{name}' at {settings.Host}:{settings.Port}", change)), .. files.Select(file => Speech.Text($"Join file, a secret: {file}"))]);
            return ExitCode.Success;
        });
        return command;
    }

    private static Command CreateRevoke()
    {
        var (database, id) = (DatabaseOption(), IdOption());
        var machine = new Argument<string>("machine") { Description = "As it was named to 'icon cluster init --machine'." };
        var command = new Command("revoke",
            """
            Takes a machine out of the cluster: every certificate that was made for it stops counting. It is called where the
            cluster's authority is. Silos read the list of such certificates, which the authority signs, from the database every five
            seconds: the machine's own stops; the others let it in no longer, and close within ten seconds what is still open to it.

            Its login of the database ends, too, once its silo has left, after 15 seconds at the latest. A machine that shares the
            login of all (where 'init' may make no others) still knows the password: give the database another one
            ("ALTER ROLE icon PASSWORD '…'"), and the machines that stay new join files. An API token that it had is taken back by
            'icon token revoke NAME'. 'icon cluster init --machine MACHINE' lets it in again, with a new file.

            Example:
              icon cluster revoke laptop --database "Host=db;Username=icon;Password=…;Database=icon"
            """)
        { machine, database, id };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var context = new CommandContext(parsed);
            var (name, folder, connection, cluster) = (parsed.GetValue(machine)!, JoinFile.Folder(context.Data.Path), Connection(parsed.GetValue(database)), parsed.GetValue(id)!);
            if (!ClusterAuthority.IsIn(folder))
                throw new UsageException($"There is no authority in '{folder}'; wanted the data folder where 'icon cluster init' made the join files: --data DIR.");
            using var authority = ClusterAuthority.Ensure(folder, TimeProvider.System);
            var join = Path.Combine(folder, $"{name}.join");
            var serials = ClusterAuthority.IssuedTo(folder, name).ToHashSet();
            // Those of before there was a list of them.
            if (File.Exists(join))
                serials.Add(JoinFile.Serial(join));
            if (serials.Count == 0)
                throw new UsageException($"No certificate was made here for the machine '{name}'; wanted its name as it was told to 'icon cluster init --machine'.");
            var before = await ClusterDatabase.RevokedAsync(connection, cluster, cancellationToken, authority.Root) is { } known ? RevocationList.Read(authority.Root, known) : null;
            var kept = Revocations.FileIn(context.Data.Path);
            if (File.Exists(kept) && RevocationList.Read(authority.Root, await File.ReadAllBytesAsync(kept, cancellationToken)) is { } own && own.Number > (before?.Number ?? 0))
                before = own;
            var list = RevocationList.Add(authority.Root, before, serials, TimeProvider.System.GetUtcNow());
            await ClusterDatabase.RevokeAsync(connection, cluster, list.Der, cancellationToken, authority.Root);
            AtomicFile.WriteAllBytes(kept, list.Der);
            File.Delete(join);
            var logins = await ClusterDatabase.DismissAsync(connection, serials, TimeProvider.System, cancellationToken, authority.Root);
            if (logins == 0)
                context.Terminal.Warn($"'{name}' still knows the database's password, from its join file: 'icon cluster revoke --help' says what to do about it.");
            context.Terminal.Result(new { Machine = name, Certificates = serials.Count, Logins = logins }, () => [Speech.Text($"{name} is none of the cluster any more: {serials.Count} certificate(s) revoked")]);
            return ExitCode.Success;
        });
        return command;
    }

    private static Option<string?> DatabaseOption() => new("--database")
    {
        Description = $"Npgsql's connection string. Also: {Variable}, which other users of this machine can't see.",
        HelpName = "CONNECTION",
    };

    private static Option<string> IdOption() => new("--id")
    {
        Description = "Tells two clusters in one database apart.",
        HelpName = "ID",
        DefaultValueFactory = _ => new ClusterSettings().Id,
    };

    private static string Connection(string? database)
    {
        var connection = database ?? Environment.GetEnvironmentVariable(Variable);
        return string.IsNullOrWhiteSpace(connection)
            ? throw new UsageException($"No database was named; wanted --database \"Host=db;Username=icon;Password=…;Database=icon\" or {Variable}.")
            : ClusterDatabase.Secured(connection);
    }

    private static bool IsName(string name) => name.Length <= 64 && Uri.CheckHostName(name) is UriHostNameType.Dns or UriHostNameType.IPv4;

    private static string Tell(string database, ClusterDatabaseChange change) => change switch
    {
        { IsAny: false } => $"{database}: all was there already; nothing was changed.",
        { Made.Count: 0 } => $"{database}: {change.Queries} queries were brought up to date.",
        _ => $"{database}: made {string.Join(", ", change.Made)} and {change.Queries} queries.",
    };
}
