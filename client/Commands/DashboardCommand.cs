using System.CommandLine;
using IconDiffusion.Client.Output;
using IconDiffusion.Specs.Files;
using Spectre.Console;

namespace IconDiffusion.Client.Commands;

/// <summary><c>icon dashboard</c>: the silo's page, signed in.</summary>
internal static class DashboardCommand
{
    public static Command Create() => ClusterContext.Complete(new Command("dashboard",
        """
        Opens the silo's page in the browser: experiments, their cells as they train, draw and are scored, pictures, devices. Without
        a desktop it prints the address. That has the token in it: who knows it can do all that you can.

        Examples:
          icon dashboard
          icon dashboard --url https://desktop:5480#3f9c…
        """), async (context, _, cancellation) =>
        {
            // Says now rather than on the page if the silo is not there, or does not know the token.
            await context.Silo.GetSiloAsync(cancellation);
            var address = context.Silo.Dashboard;
            var opens = !context.Terminal.Json && Desktop.IsThere && Desktop.TryOpen(Door(context.Data.Path, address));
            context.Terminal.Result(new { Url = address }, () => [Speech.Text(opens ? $"{context.Silo.Url} opens in the browser" : address.AbsoluteUri)]);
            return ExitCode.Success;
        });

    // A page that leads there. Everyone on this machine can see the arguments of a browser that starts, but not read this file.
    private static string Door(string data, Uri address)
    {
        var path = Path.Combine(Path.GetFullPath(data), "dashboard.html");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        OwnerFile.WriteAllText(path, $"<!DOCTYPE html><meta charset=\"utf-8\"><meta http-equiv=\"refresh\" content=\"0;url={address.AbsoluteUri}\">\n", overwrite: true);
        return path;
    }
}
