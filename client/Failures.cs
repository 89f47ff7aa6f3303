using System.Net.Http;
using IconDiffusion.Client.Cluster;
using IconDiffusion.Data;
using IconDiffusion.Generators.Runs;
using IconDiffusion.Imaging;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Silo.Cluster;
using IconDiffusion.Silo.Hosting;
using IconDiffusion.Specs;

namespace IconDiffusion.Client;

/// <summary>Turns the failures that a user can cause or mend into one sentence and an exit code; a bug keeps its stack trace.</summary>
internal static class Failures
{
    public static (string Message, int ExitCode)? Explain(Exception exception) => exception switch
    {
        SiloOptionsException options => (string.Join('\n', options.Faults), ExitCode.WrongInput),
        SiloStartException => (exception.Message, ExitCode.Failed),
        SiloException silo => (silo.Message, silo.ExitCode),
        ConsentException => (exception.Message, ExitCode.NoConsent),
        ExperimentException or DatasetException or DeviceException or UsageException => (exception.Message, ExitCode.WrongInput),
        ImageException => (exception.Message, exception.InnerException is DllNotFoundException ? ExitCode.MissingPrerequisite : ExitCode.WrongInput),
        TypeInitializationException { InnerException: { } inner } => Explain(inner),
        DllNotFoundException => (exception.Message, ExitCode.MissingPrerequisite),
        TrainingException => (exception.Message, ExitCode.Failed),
        HttpRequestException => ($"The download failed: {exception.Message}", ExitCode.Failed),
        System.Runtime.InteropServices.ExternalException => (exception.Message, ExitCode.Failed),
        ClusterDatabaseException { Fault: ClusterDatabaseFault.NoDatabase or ClusterDatabaseFault.NoTables } => (exception.Message, ExitCode.MissingPrerequisite),
        FileNotFoundException => (exception.Message, ExitCode.MissingPrerequisite),
        IOException or InvalidDataException or UnauthorizedAccessException => (exception.Message, ExitCode.Failed),
        _ => null,
    };
}

/// <summary>The command line asks for something impossible; the message says what and what was wanted.</summary>
internal sealed class UsageException(string message) : Exception(message);
