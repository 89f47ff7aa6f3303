using System.Net.Http;
using IconDiffusion.Client;
using IconDiffusion.Client.Commands;
using IconDiffusion.Data;
using IconDiffusion.Generators.Runs;
using IconDiffusion.Imaging;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Silo.Cluster;
using IconDiffusion.Silo.Hosting;

namespace IconDiffusion.Silo.Commands;

/// <summary>What <see cref="Failures"/> are for a client, for what is worked off on this machine.</summary>
internal static class SiloFailures
{
    /// <inheritdoc cref="Failures.Explain"/>
    public static (string Message, int ExitCode)? Explain(Exception exception) => exception switch
    {
        SiloOptionsException options => (string.Join('\n', options.Faults), ExitCode.WrongInput),
        SiloStartException => (exception.Message, ExitCode.Failed),
        ConsentException => (exception.Message, ExitCode.NoConsent),
        DatasetException or DeviceException => (exception.Message, ExitCode.WrongInput),
        ImageException => (exception.Message, exception.InnerException is DllNotFoundException ? ExitCode.MissingPrerequisite : ExitCode.WrongInput),
        TypeInitializationException { InnerException: { } inner } => Explain(inner),
        DllNotFoundException => (exception.Message, ExitCode.MissingPrerequisite),
        TrainingException => (exception.Message, ExitCode.Failed),
        HttpRequestException => ($"The download failed: {exception.Message}", ExitCode.Failed),
        System.Runtime.InteropServices.ExternalException => (exception.Message, ExitCode.Failed),
        ClusterDatabaseException { Fault: ClusterDatabaseFault.NotLetIn } => (exception.Message, ExitCode.WrongInput),
        ClusterDatabaseException { Fault: ClusterDatabaseFault.NoDatabase or ClusterDatabaseFault.NoTables } => (exception.Message, ExitCode.MissingPrerequisite),
        _ => Failures.Explain(exception),
    };
}
