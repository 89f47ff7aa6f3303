using System.CommandLine;
using IconDiffusion.Client;
using IconDiffusion.Client.Output;
using IconDiffusion.Data;
using IconDiffusion.Data.Sources;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Specs;
using Spectre.Console;

namespace IconDiffusion.Silo.Commands;

/// <summary><c>icon consent list|show|grant|revoke</c>: whose icons are used, under which terms, and until when.</summary>
internal static class ConsentCommand
{
    private static readonly TimeProvider Clock = TimeProvider.System;

    public static Command Create() => new("consent",
        """
        Whose icons the data sets hold, and what their makers allow. A folder's consent.json is recorded when an experiment reads the
        folder; the record stays whatever becomes of the file. Once a consent is revoked or has expired, training, drawing and
        publishing on its data sets refuse; what there is stays. Sources that come with the program bring their own licence.

        Examples:
          icon consent grant my-icons --artist "A. Painter" --licence "CC BY 4.0"
          icon consent list
          icon consent revoke my-icons --reason "the artist asked"
        """)
    { List(), Show(), Grant(), Revoke() };

    private static Command List()
    {
        var command = new Command("list",
            """
            Shows every consent on record with the data sets and runs that rest on it.

            Example:
              icon consent list
            """);
        command.SetAction(parsed =>
        {
            var context = new CommandContext(parsed);
            var consents = ConsentBook.Read(context.Data, Clock);
            context.Terminal.Result(consents, () => [consents.Count == 0 ? Speech.Text("no consent is on record") : Table(consents)]);
            return ExitCode.Success;
        });
        return command;
    }

    private static Command Show()
    {
        var id = new Argument<string>("id") { Description = "The record's id, or the first digits of it." };
        var command = new Command("show",
            """
            Shows one consent: who, under which terms, until when, and everything that rests on it.

            Example:
              icon consent show 3f9c2a
            """)
        { id };
        command.SetAction(parsed =>
        {
            var context = new CommandContext(parsed);
            var typed = parsed.GetValue(id)!;
            var consents = ConsentBook.Read(context.Data, Clock);
            var found = consents.Where(each => typed.Length > 0 && each.Id.StartsWith(typed, StringComparison.Ordinal)).ToArray() is [var only]
                ? only
                : throw new UsageException($"'{typed}' begins {consents.Count(each => each.Id.StartsWith(typed, StringComparison.Ordinal))} of the records {string.Join(", ", consents.Select(each => each.Id))}; wanted one.");
            context.Terminal.Result(found, () => Lines(found).Select(line => Speech.Text(line)));
            return ExitCode.Success;
        });
        return command;
    }

    private static Command Grant()
    {
        var folder = new Argument<string>("folder") { Description = "The folder that holds the images." };
        var artist = new Option<string>("--artist") { Description = "Who made the images.", HelpName = "NAME", Required = true };
        var licence = new Option<string>("--licence") { Description = "Under which terms they may be used, such as CC BY 4.0 or a contract's name.", HelpName = "TERMS", Required = true };
        var scope = new Option<string?>("--scope") { Description = "What they may be used for, in words.", HelpName = "TEXT" };
        var expiry = new Option<DateOnly?>("--expiry") { Description = "The last day on which they may be used (default: no end).", HelpName = "YYYY-MM-DD" };
        var command = new Command("grant",
            """
            Writes consent.json beside a folder's images, or replaces it, to renew what has expired. It is you who states this;
            keep what the artist signed. The same terms cannot be granted again once they were revoked.

            Examples:
              icon consent grant my-icons --artist "A. Painter" --licence "CC BY 4.0"
              icon consent grant my-icons --artist "A. Painter" --licence "contract of 1 May" --scope "research" --expiry 2027-12-31
            """)
        { folder, artist, licence, scope, expiry };
        command.SetAction(parsed =>
        {
            var context = new CommandContext(parsed);
            var path = Path.GetFullPath(parsed.GetValue(folder)!);
            if (!Directory.Exists(path))
                throw new DatasetException($"The folder '{path}' does not exist; wanted a folder with images.");
            var consent = new Consent(parsed.GetValue(artist)!.Trim(), parsed.GetValue(licence)!.Trim(), parsed.GetValue(scope)?.Trim(), parsed.GetValue(expiry));
            if (consent.Artist.Length == 0 || consent.Licence.Length == 0)
                throw new UsageException("--artist or --licence is empty; wanted both.");
            if (consent.HasExpired(DateOnly.FromDateTime(Clock.GetLocalNow().DateTime)))
                throw new UsageException($"--expiry is {consent.Expiry:yyyy-MM-dd}, which is past.");
            if (ConsentBook.RevokedBefore(context.Data, path, consent, Clock) is { } revoked)
                throw new ConsentException($"The consent of {revoked.Consent.Artist} that '{path}' was used under was revoked on {revoked.Revocation!.At:yyyy-MM-dd}: record {revoked.Id}. It stays revoked.");
            consent.Write(path);
            var (id, survey) = (ConsentRegistry.IdOf(consent), IconFolder.Survey(path));
            if (survey.Linked.Count > 0)
                context.Terminal.Warn($"The terms are stated for the images behind {survey.Linked.Count} link(s), too: {FolderWarnings.Listed(survey.Linked)}");
            foreach (var warning in FolderWarnings.Of(new() { Path = path }, survey))
                context.Terminal.Warn(warning);
            context.Terminal.Result(new { Id = id, Consent = consent, File = Path.Combine(path, Consent.FileName) },
                () => [Speech.Text($"{Path.Combine(path, Consent.FileName)}: {consent.Artist}, {consent.Licence} (record {id}, once an experiment reads the folder)")]);
            return ExitCode.Success;
        });
        return command;
    }

    private static Command Revoke()
    {
        var what = new Argument<string>("what") { Description = "A record's id, a run's id (or the first digits of either), or a folder of images." };
        var reason = new Option<string?>("--reason") { Description = "Why, for the record.", HelpName = "TEXT" };
        var yes = new Option<bool>("--yes") { Description = "Do not ask." };
        var command = new Command("revoke",
            """
            Takes a consent back, for good: every data set that rests on it is neither trained on, drawn from nor published any
            more, also where the folder's consent.json is changed or gone. Nothing is deleted. A training on it that is under way
            ends. No silo is needed. (After a mistake, delete consents/ID/revoked.json in the data folder, and in the store that
            silos share, if there is one.)

            Examples:
              icon consent revoke 3f9c2a --reason "the artist asked"
              icon consent revoke my-icons --yes
            """)
        { what, reason, yes };
        command.SetAction(parsed =>
        {
            var context = new CommandContext(parsed);
            var affected = ConsentBook.Find(context.Data, parsed.GetValue(what)!, Clock);
            foreach (var entry in affected)
                context.Terminal.Say($"{entry.Id}: {entry.Consent.Artist}, {entry.Consent.Licence}; {entry.Datasets.Count} data set(s), {(entry.Runs.Count == 0 ? "no runs" : $"runs {string.Join(", ", entry.Runs)}")}");
            if (!parsed.GetValue(yes) && !context.Terminal.Confirm("Revoke for good?", "Revoking is for good", byDefault: false))
                return ExitCode.Failed;
            var revoked = ConsentBook.Revoke(context.Data, affected, parsed.GetValue(reason), Clock);
            context.Terminal.Result(revoked, () => revoked.SelectMany(Lines).Select(line => Speech.Text(line)));
            return ExitCode.Success;
        });
        return command;
    }

    private static Table Table(EquatableList<ConsentEntry> consents)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumns([.. ((string[])["record", "artist", "licence", "scope", "state", "data sets", "runs"]).Select(Speech.Say)]);
        foreach (var entry in consents)
            table.AddRow(((string[])
            [
                entry.Id, entry.Consent.Artist, entry.Consent.Licence, entry.Consent.Scope ?? "–", entry.State,
                $"{entry.Datasets.Count}", entry.Runs.Count == 0 ? "–" : string.Join(", ", entry.Runs),
            ]).Select(Markup.Escape).ToArray());
        return table;
    }

    private static IEnumerable<string> Lines(ConsentEntry entry)
    {
        yield return $"record    {entry.Id}";
        yield return $"artist    {entry.Consent.Artist}";
        yield return $"licence   {entry.Consent.Licence}";
        yield return $"scope     {entry.Consent.Scope ?? "not stated"}";
        yield return $"state     {entry.State}";
        foreach (var dataset in entry.Datasets)
            yield return $"data set  {dataset.Fingerprint} (since {dataset.Recorded:yyyy-MM-dd})";
        yield return $"runs      {(entry.Runs.Count == 0 ? "none" : string.Join(", ", entry.Runs))}";
    }
}
