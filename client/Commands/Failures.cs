using IconDiffusion.Client.Cluster;
using IconDiffusion.Specs;

namespace IconDiffusion.Client.Commands;

/// <summary>Turns the failures that a user can cause or mend into one sentence and an exit code; a bug keeps its stack trace.</summary>
internal static class Failures
{
    public static (string Message, int ExitCode)? Explain(Exception exception) => exception switch
    {
        SiloException silo => (silo.Message, silo.ExitCode),
        ExperimentException or UsageException => (exception.Message, ExitCode.WrongInput),
        FileNotFoundException => (exception.Message, ExitCode.MissingPrerequisite),
        IOException or InvalidDataException or UnauthorizedAccessException => (exception.Message, ExitCode.Failed),
        _ => null,
    };
}
