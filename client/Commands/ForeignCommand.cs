using System.CommandLine;

namespace IconDiffusion.Client.Commands;

/// <summary>A command that the silo's executable works off, as far as <c>icon --help</c> tells of it.</summary>
internal sealed class ForeignCommand : Command
{
    /// <param name="arguments">What follows its name.</param>
    public ForeignCommand(string name, string sentence, params string[] arguments)
        : base(name, sentence)
    {
        TreatUnmatchedTokensAsErrors = false;
        foreach (var argument in arguments)
            Arguments.Add(new Argument<string[]>(argument) { Arity = ArgumentArity.ZeroOrMore });
    }

    /// <summary>Which of its command lines are the silo's: all.</summary>
    public Func<ParseResult, bool> Takes { get; init; } = _ => true;
}
