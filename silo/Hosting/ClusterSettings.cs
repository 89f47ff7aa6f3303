using System.Net;
using System.Net.Sockets;

namespace IconDiffusion.Silo.Hosting;

/// <summary>How silos find each other. From the section <c>Cluster</c> of <c>appsettings.json</c>, or <c>ICONDIFFUSION_CLUSTER__DATABASE</c> and others of the environment.</summary>
public sealed class ClusterSettings
{
    internal const string Section = "Cluster";

    /// <summary>Npgsql's connection string of the PostgreSQL database that <c>icon cluster init</c> has set up. With it the silo joins a cluster.</summary>
    public string Database { get; set; } = "";

    /// <summary>Tells clusters in one database apart: <c>icon</c>. States and reminders belong to it.</summary>
    public string Id { get; set; } = "icon";

    /// <summary>
    /// IP address or host name at which the other silos reach this one: <c>127.0.0.1</c>, this machine alone. It listens there too.
    /// Silos trust whoever can connect: let it be an address of a network of your own.
    /// </summary>
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>TCP port for the other silos: 11111.</summary>
    public int Port { get; set; } = 11111;

    /// <summary>The address of <see cref="Address"/>.</summary>
    /// <exception cref="SiloOptionsException">The name is not known.</exception>
    public IPAddress Resolve()
    {
        try
        {
            var found = Dns.GetHostAddresses(Address);
            return found.FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork) ?? found[0];
        }
        catch (SocketException failure)
        {
            throw new SiloOptionsException([$"{Section}:{nameof(Address)} is '{Address}': {failure.Message}"]);
        }
    }

    /// <summary>What is wrong, one sentence each.</summary>
    public IEnumerable<string> Faults()
    {
        // Whoever says anything of a cluster wants one: never a silo alone, in silence.
        if (string.IsNullOrWhiteSpace(Database))
            yield return $"{Section}:{nameof(Database)} is empty, though something is set for a cluster; wanted Npgsql's connection string of the cluster's PostgreSQL, or no setting in {Section} at all for a silo of its own.";
        if (string.IsNullOrWhiteSpace(Id) || Id.Length > 100)
            yield return $"{Section}:{nameof(Id)} is '{Id}'; wanted 1 to 100 characters.";
        if (string.IsNullOrWhiteSpace(Address))
            yield return $"{Section}:{nameof(Address)} is empty; wanted this machine's IP address or name.";
        if (Port is < 1 or > 65535)
            yield return $"{Section}:{nameof(Port)} is {Port}; wanted 1 to 65535.";
    }
}
