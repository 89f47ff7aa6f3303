using System.CommandLine;
using IconDiffusion.Client;
using IconDiffusion.Client.Output;
using IconDiffusion.Silo.Cluster;
using IconDiffusion.Silo.Hosting;
using Npgsql;
using Spectre.Console;

namespace IconDiffusion.Silo.Commands;

/// <summary><c>icon cluster init</c>: a PostgreSQL database gets what the silos of a cluster need, and each machine the file by which it is one.</summary>
internal static class ClusterCommand
{
    private const string Variable = "ICONDIFFUSION_CLUSTER__DATABASE";

    public static Command Create() => new("cluster", "Prepares several silos that work off one queue: their database and their keys.") { CreateInit() };

    private static Command CreateInit()
    {
        var database = new Option<string?>("--database")
        {
            Description = $"Npgsql's connection string. Also: {Variable}, which other users of this machine can't see.",
            HelpName = "CONNECTION",
        };
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
        var id = new Option<string>("--id")
        {
            Description = "Tells two clusters in one database apart.",
            HelpName = "ID",
            DefaultValueFactory = _ => new ClusterSettings().Id,
        };
        var command = new Command("init",
            $"""
            Makes the tables of a cluster in a PostgreSQL database, which has to exist, and a join file for each machine: with it,
            'icon silo --join FILE' is all that the machine needs. Silos speak to each other encrypted, and to those alone that have
            such a file.

            The files are in the data folder's 'cluster', beside the cluster's certificate authority, whose key (authority.key) makes
            new ones and stays here. A join file is a secret: it holds the database's password and the machine's private key. Bring
            it to its machine by scp or a stick, and to no other.

            A database server on another machine has to encrypt, and to show that it is the one (SSL Mode=VerifyFull, unless the
            connection string says otherwise): the files postgres-HOST.crt and .key are for it, made before it is asked.

            What is there is kept, so it may be repeated: after an update of the program, for another machine, or for one whose
            certificate ends, as it does after two years.

            Examples:
              createuser --pwprompt icon && createdb --owner icon icon
              icon cluster init --database "Host=db;Username=icon;Password=…;Database=icon" --machine desktop --machine laptop
              icon silo --join artifacts/cluster/desktop.join
            """)
        { database, machines, id };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var context = new CommandContext(parsed);
            var connection = parsed.GetValue(database) ?? Environment.GetEnvironmentVariable(Variable);
            if (string.IsNullOrWhiteSpace(connection))
                throw new UsageException($"No database was named; wanted --database \"Host=db;Username=icon;Password=…;Database=icon\" or {Variable}.");
            connection = ClusterDatabase.Secured(connection);
            var settings = new NpgsqlConnectionStringBuilder(connection);
            var name = settings.Database ?? settings.Username;
            var folder = JoinFile.Folder(context.Data.Path);
            using var authority = ClusterAuthority.Ensure(folder, TimeProvider.System);
            if (settings.SslMode is SslMode.VerifyCA or SslMode.VerifyFull && settings.RootCertificate is null)
                foreach (var host in settings.Host!.Split(','))
                    authority.IssueForDatabase(folder, host);
            var change = await ClusterDatabase.InitializeAsync(connection, cancellationToken, authority.Root);
            var files = Admit(authority, folder, parsed.GetValue(machines)!, connection, parsed.GetValue(id)!);
            context.Terminal.Result(new { settings.Host, settings.Port, Database = name, change.Made, change.Queries, JoinFiles = files },
                () => [new Text(Tell($"Database '{name}' at {settings.Host}:{settings.Port}", change)), .. files.Select(file => new Text($"Join file, a secret: {file}"))]);
            return ExitCode.Success;
        });
        return command;
    }

    private static bool IsName(string name) => name.Length <= 64 && Uri.CheckHostName(name) is UriHostNameType.Dns or UriHostNameType.IPv4;

    private static string[] Admit(ClusterAuthority authority, string folder, IEnumerable<string> machines, string database, string id) => [.. machines.Distinct().Select(machine =>
    {
        var (certificate, key) = authority.Issue(machine);
        return new JoinFile { Machine = machine, ClusterId = id, Database = database, Authority = authority.Certificate, Certificate = certificate, Key = key }.Write(folder);
    })];

    private static string Tell(string database, ClusterDatabaseChange change) => change switch
    {
        { IsAny: false } => $"{database}: all was there already; nothing was changed.",
        { Made.Count: 0 } => $"{database}: {change.Queries} queries were brought up to date.",
        _ => $"{database}: made {string.Join(", ", change.Made)} and {change.Queries} queries.",
    };
}
