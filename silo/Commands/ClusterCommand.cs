using System.CommandLine;
using IconDiffusion.Client;
using IconDiffusion.Client.Output;
using IconDiffusion.Silo.Cluster;
using Npgsql;
using Spectre.Console;

namespace IconDiffusion.Silo.Commands;

/// <summary><c>icon cluster init</c>: a PostgreSQL database gets what the silos of a cluster need.</summary>
internal static class ClusterCommand
{
    private const string Variable = "ICONDIFFUSION_CLUSTER__DATABASE";

    public static Command Create() => new("cluster", "Prepares the database of several silos that work off one queue.") { CreateInit() };

    private static Command CreateInit()
    {
        var database = new Option<string?>("--database")
        {
            Description = $"Npgsql's connection string. Also: {Variable}, which other users of this machine can't see.",
            HelpName = "CONNECTION",
        };
        var command = new Command("init",
            $"""
            Makes the tables of a cluster in a PostgreSQL database, which has to exist. What is there is kept, so it may be
            repeated; a newer version's changes are made in place.

            Examples:
              createuser --pwprompt icon && createdb --owner icon icon
              icon cluster init --database "Host=db;Username=icon;Password=…;Database=icon"
              {Variable}="Host=db;…" icon silo --name desktop
            """)
        { database };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var terminal = new CommandContext(parsed).Terminal;
            var connection = parsed.GetValue(database) ?? Environment.GetEnvironmentVariable(Variable);
            if (string.IsNullOrWhiteSpace(connection))
                throw new UsageException($"No database was named; wanted --database \"Host=db;Username=icon;Password=…;Database=icon\" or {Variable}.");
            var change = await ClusterDatabase.InitializeAsync(connection, cancellationToken);
            var settings = new NpgsqlConnectionStringBuilder(connection);
            var name = settings.Database ?? settings.Username;
            terminal.Result(new { settings.Host, settings.Port, Database = name, change.Made, change.Queries },
                () => [new Text(Tell($"Database '{name}' at {settings.Host}:{settings.Port}", change))]);
            return ExitCode.Success;
        });
        return command;
    }

    private static string Tell(string database, ClusterDatabaseChange change) => change switch
    {
        { IsAny: false } => $"{database}: all was there already; nothing was changed.",
        { Made.Count: 0 } => $"{database}: {change.Queries} queries were brought up to date.",
        _ => $"{database}: made {string.Join(", ", change.Made)} and {change.Queries} queries.",
    };
}
