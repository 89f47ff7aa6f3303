using System.CommandLine;
using System.Globalization;

namespace IconDiffusion.Client.Commands;

/// <summary>
/// <c>icon completion SHELL</c>: the lines that let a shell complete commands and options. They ask this program itself, by the directive that
/// System.CommandLine's own tools use: <c>icon [suggest:POSITION] LINE</c>.
/// </summary>
internal static class CompletionCommand
{
    // Each asks with the line up to the cursor; where nothing fits, the shell completes the names of files.
    private static readonly Dictionary<string, string> Scripts = new()
    {
        ["bash"] = """
            _icon_complete() {
                local word=${COMP_WORDS[COMP_CWORD]} line=${COMP_LINE:0:COMP_POINT} each
                COMPREPLY=()
                while IFS= read -r each; do
                    [[ $each == "$word"* ]] && COMPREPLY+=("$each")
                done < <("${COMP_WORDS[0]/#\~/$HOME}" "[suggest:${#line}]" "$line" 2>/dev/null)
            }
            complete -o default -F _icon_complete icon
            """,
        ["zsh"] = """
            _icon_complete() {
                local line="${words[1,CURRENT]}" found
                found=("${(@f)$(${words[1]/#\~/$HOME} "[suggest:${#line}]" "$line" 2>/dev/null)}")
                found=("${(@)found:#}")
                if (( ${#found} )); then compadd -a found; else _files; fi
            }
            (( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }
            compdef _icon_complete icon
            """,
        ["fish"] = """
            function __icon_complete
                set -l line (commandline -cp)
                set -l words (commandline -opc)
                eval $words[1] "'[suggest:"(string length -- $line)"]'" (string escape -- $line) 2>/dev/null
            end
            complete -c icon -a '(__icon_complete)'
            """,
        ["pwsh"] = """
            Register-ArgumentCompleter -Native -CommandName icon -ScriptBlock {
                param($word, $ast, $cursor)
                $line = $ast.ToString().PadRight($cursor).Substring(0, $cursor)
                & $ast.CommandElements[0].Value "[suggest:$cursor]" $line 2>$null | Where-Object { $_ -like "$word*" } |
                    ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }
            }
            """,
    };

    public static Command Create()
    {
        var shell = new Argument<string>("shell") { HelpName = "shell", Description = string.Join(", ", Scripts.Keys) + "." };
        shell.AcceptOnlyFromAmong([.. Scripts.Keys]);
        var command = new Command("completion",
            """
            Prints the lines that let a shell complete icon's commands and options with the Tab key.

            Examples:
              source <(icon completion bash)                           permanently: in ~/.bashrc
              source <(icon completion zsh)                            permanently: in ~/.zshrc
              icon completion fish | source                            permanently: in ~/.config/fish/config.fish
              icon completion pwsh | Out-String | Invoke-Expression    permanently: in $PROFILE
            """)
        { shell };
        command.SetAction(parsed => Console.Out.WriteLine(Scripts[parsed.GetValue(shell)!]));
        return command;
    }

    /// <summary>The line of a suggest directive with the position of the cursor in it; null: there is no such directive.</summary>
    public static (string Line, int Position)? Asked(string[] args)
    {
        const string Begin = "[suggest:";
        return args is [var directive, var line] && directive.StartsWith(Begin, StringComparison.Ordinal) && directive.EndsWith(']')
            && int.TryParse(directive.AsSpan(Begin.Length, directive.Length - Begin.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var position)
            ? (line, Math.Min(position, line.Length)) : null;
    }
}
