using System.CommandLine;
using IconDiffusion.Client.Output;
using IconDiffusion.Specs.Cluster;
using Spectre.Console;

namespace IconDiffusion.Client.Commands;

/// <summary><c>icon token list|add|revoke</c>: who may ask a silo for what.</summary>
internal static class TokenCommand
{
    public static Command Create() => new("token", "Who may ask a silo for what: lists, makes and revokes tokens.") { List(), Add(), Revoke() };

    private static Command List() => ClusterContext.Complete(new Command("list",
        """
        Lists the silo's tokens with their roles, but not what they are, which nobody knows any more. The silo's own, in the file
        'token' of its data folder, may do everything and is not among them.

        Example:
          icon token list
        """), async (context, _, cancellation) =>
    {
        var tokens = await context.Silo.GetTokensAsync(cancellation);
        context.Terminal.Result(tokens, () => [Table(tokens)]);
        return ExitCode.Success;
    });

    private static Command Add()
    {
        var name = NameArgument();
        var role = new Option<TokenRole>("--role")
        {
            Description = "watch: sees everything and changes nothing. work: submits, and commands what is there. own: everything, tokens too.",
            HelpName = "watch|work|own",
            Required = true,
        };
        role.AcceptOnlyFromAmong([.. Enum.GetValues<TokenRole>().Select(Word)]);
        return ClusterContext.Complete(new Command("add",
            """
            Makes a token for somebody else, or for another machine, and shows it this once: the silo keeps a hash alone.

            Examples:
              icon token add wall-display --role watch
              icon token add laptop --role work --json
            """)
        { name, role }, async (context, parsed, cancellation) =>
        {
            var issued = await context.Silo.AddTokenAsync(new() { Name = parsed.GetValue(name)!, Role = parsed.GetValue(role) }, cancellation);
            context.Terminal.Say($"icon: the token of {issued.Name}, role {Word(issued.Role)}; it is not shown again. To be used as ICONDIFFUSION_TOKEN.");
            context.Terminal.Result(issued, () => [Speech.Text(issued.Token)]);
            return ExitCode.Success;
        });
    }

    private static Command Revoke()
    {
        var name = NameArgument();
        return ClusterContext.Complete(new Command("revoke",
            """
            Takes a token's rights away, at once and for good.

            Example:
              icon token revoke laptop
            """)
        { name }, async (context, parsed, cancellation) =>
        {
            var revoked = await context.Silo.RevokeTokenAsync(parsed.GetValue(name)!, cancellation);
            context.Terminal.Result(revoked, () => [Speech.Text($"{revoked.Name} no longer has any rights")]);
            return ExitCode.Success;
        });
    }

    private static Argument<string> NameArgument() => new("name") { Description = "Whose token it is, or for what: letters, digits, '-', '_', '.'." };

    private static Table Table(List<ApiToken> tokens)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns([.. ((string[])["token", "role", "made"]).Select(Speech.Say)]);
        foreach (var token in tokens)
            table.AddRow(Markup.Escape(token.Name), Word(token.Role), $"{token.MadeAt.ToLocalTime():yyyy-MM-dd HH:mm}");
        return table;
    }

    private static string Word(TokenRole role) => role.ToString().ToLowerInvariant();
}
