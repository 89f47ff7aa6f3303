using System.CommandLine;
using IconDiffusion.Client;
using IconDiffusion.Client.Output;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Pipeline.Publishing;
using IconDiffusion.Silo.Demo;
using Spectre.Console;

namespace IconDiffusion.Silo.Commands;

/// <summary><c>icon demo RUN</c>: a public page with one button, a new icon.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var run = new Argument<string>("run") { Description = "The run's id (its folder's name under runs/), or the first digits of it." };
        var url = new Option<string?>("--url") { Description = $"Where this machine reaches the page (default: http://127.0.0.1:{DemoOptions.Port}).", HelpName = "URL" };
        var listen = new Option<string?>("--listen") { Description = "Let other machines in too: an address of this one, or 0.0.0.0 for all.", HelpName = "ADDRESS" };
        var publicUrl = new Option<string?>("--public-url") { Description = "The page's address as visitors know it, for its QR code (default: where it listens).", HelpName = "URL" };
        var steps = new Option<int?>("--steps") { Description = "Steps for an icon of a diffusion model, by DDIM with fresh noise at each: fewer are quicker and rougher (default: 16).", HelpName = "N" };
        var withoutConsent = new Option<bool>("--without-consent") { Description = "Show icons although nobody's consent is on record; the page then says so." };
        var command = new Command("demo",
            """
            Serves a public page with one button: a new icon from a trained run. It works until it is stopped, and keeps no secret.

            Every visitor gets an icon that nobody has seen. Each is marked visibly, says in its file what made it, and is no copy:
            what the run's novelty report would call a copy is counted and drawn anew. The page names the artist and the terms on
            record, and closes within a minute once the consent ends. No training icon can be reached, nobody is followed, and no
            cookie is set. Visitors wait in turns, one icon an address.

            It refuses where 'icon publish' does: without a novelty report ('icon report RUN' makes one) and without a consent on
            record. It is not encrypted: let visitors from outside in by way of a web server on this machine that is.

            Examples:
              icon demo 3f9c2a
              icon demo 3f9c2a --listen 0.0.0.0
              icon demo 3f9c2a --steps 10 --public-url https://icons.example.org
            """)
        { run, url, listen, publicUrl, steps, withoutConsent };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var context = new CommandContext(parsed);
            var options = new DemoOptions { Listen = parsed.GetValue(listen), PublicUrl = parsed.GetValue(publicUrl) };
            if (parsed.GetValue(url) is { } own)
                options = options with { Url = own };
            if (options.Faults().ToArray() is { Length: > 0 } faults)
                throw new UsageException(string.Join('\n', faults));
            var trained = TrainedRun.Find(context.Data, parsed.GetValue(run)!);
            using var icons = FreshIcons.Open(trained, context.Data, context.OpenDevice(), parsed.GetValue(steps), parsed.GetValue(withoutConsent));
            await DemoHost.RunAsync(options, icons, host => Tell(context.Terminal, host, icons), cancellationToken);
            return ExitCode.Success;
        });
        return command;
    }

    private static void Tell(Terminal terminal, DemoHost host, FreshIcons icons)
    {
        terminal.Say($"icon: the page of run {icons.Run.Id} is at {host.PublicUrl}{(icons.RequireConsent() is { } record ? $", under the consent {record.Id} of {record.Consent.Artist}" : ", without a consent on record, as it says")}; Ctrl+C ends it");
        if (terminal.Json)
            terminal.Result(new { host.Url, host.PublicUrl, Run = icons.Run.Id, icons.Tally.Shown, icons.Tally.Copies }, () => [new Text("")]);
    }
}
