namespace IconDiffusion.Client;

/// <summary>What a script learns from the exit code.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>The command ran and something in it failed: a run, a check.</summary>
    public const int Failed = 1;

    /// <summary>The command line, an experiment file or another input is wrong; nothing was started.</summary>
    public const int WrongInput = 2;

    /// <summary>This machine lacks something that the command needs; <c>icon doctor</c> names the fix.</summary>
    public const int MissingPrerequisite = 3;

    /// <summary>The consent for the training icons is missing, has expired or was revoked; nothing was started.</summary>
    public const int NoConsent = 4;

    /// <summary>Stopped by Ctrl+C, by SIGTERM or because nobody reads its output any more, after a checkpoint; the same command goes on from there.</summary>
    public const int Interrupted = 130;
}
