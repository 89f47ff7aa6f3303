using System.CommandLine;
using IconDiffusion.Client.Cluster;
using IconDiffusion.Client.Output;
using IconDiffusion.Silo.Hosting;
using Spectre.Console;

namespace IconDiffusion.Silo.Commands;

/// <summary><c>icon silo</c>: this machine and its devices work off what is submitted.</summary>
internal static class SiloCommand
{
    public static Command Create()
    {
        var url = new Option<string?>("--url") { Description = "Where this machine reaches the API (default: http://127.0.0.1:5480).", HelpName = "URL" };
        var listen = new Option<string?>("--listen") { Description = "Let other machines in too: an address of this one, or 0.0.0.0 for all.", HelpName = "ADDRESS" };
        var name = new Option<string?>("--name") { Description = "What the cluster calls this silo (default: the machine's name).", HelpName = "NAME" };
        var certificate = new Option<string?>("--certificate") { Description = "Certificate, PEM, by which other machines reach the API (default: one that the silo makes).", HelpName = "FILE" };
        var key = new Option<string?>("--key") { Description = "Private key of --certificate, PEM (default: in the same file).", HelpName = "FILE" };
        var plainHttp = new Option<bool>("--plain-http") { Description = "Let other machines in without encryption, behind a web server or a tunnel that encrypts." };
        var join = new Option<string?>("--join") { Description = "Join a cluster: the file that 'icon cluster init' made for this machine.", HelpName = "FILE" };
        var command = new Command("silo",
            """
            Works off experiments on this machine's devices until it is stopped, and answers to submit, watch and the other
            commands. However it ended, it goes on by itself with what it was doing when it is started again. Ctrl+C stops it after
            a checkpoint.

            --device may be repeated: cuda:0, cpu, or a name of your own such as "RTX 3080", which stands for a device that
            computes on the CPU.

            Other machines reach the API by HTTPS alone. The address that is printed for them ends with a fingerprint, by which they
            know that it is this silo; --certificate is for one that they trust anyway.

            Further settings, such as the store for several machines, are in appsettings.json (section Silo) and the
            environment (ICONDIFFUSION_SILO__ARTIFACTS); the README has them.

            Examples:
              icon silo
              icon silo --listen 0.0.0.0 --device cuda:0 --device cuda:1
              icon silo --join laptop.join
            """)
        { url, listen, certificate, key, plainHttp, name, join, CommandContext.EmojiFontOption };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var context = new CommandContext(parsed);
            var options = context.SiloOptions(new()
            {
                [nameof(SiloOptions.Url)] = parsed.GetValue(url),
                [nameof(SiloOptions.Listen)] = parsed.GetValue(listen),
                [nameof(SiloOptions.Certificate)] = parsed.GetValue(certificate),
                [nameof(SiloOptions.Key)] = parsed.GetValue(key),
                [nameof(SiloOptions.PlainHttp)] = parsed.GetValue(plainHttp) ? "true" : null,
                [nameof(SiloOptions.Name)] = parsed.GetValue(name),
                [nameof(SiloOptions.Join)] = parsed.GetValue(join),
            });
            return await SiloHost.RunAsync(options, silo => Tell(context.Terminal, silo, options), cancellationToken);
        });
        return command;
    }

    private static void Tell(Terminal terminal, SiloHost silo, SiloOptions options)
    {
        var tokenFile = LocalSilo.TokenFile(silo.Data);
        terminal.Say($"icon: silo '{options.Name}' at {silo.Url}, data in {silo.Data}, actors by {silo.Runtime}");
        foreach (var device in silo.Devices)
            terminal.Say($"icon: device {device.Id}: {device.Name}, {Words.Bytes(device.MemoryBytes)}");
        terminal.Say("icon: in another terminal: icon submit FILE, icon watch, icon dashboard");
        if (silo.UrlForOthers is { } others)
            terminal.Say($"icon: on another machine: ICONDIFFUSION_URL={others} and ICONDIFFUSION_TOKEN with the content of {tokenFile}");
        if (terminal.Json)
            terminal.Result(new { silo.Url, options.Name, silo.Runtime, silo.Data, silo.Devices, silo.UrlForOthers, TokenFile = tokenFile }, () => [new Text("")]);
    }
}
