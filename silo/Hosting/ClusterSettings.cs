using System.Net;
using System.Net.Sockets;
using Npgsql;

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
    /// IP address or host name at which the other silos reach this one. It listens there too. None: with a join file, where this machine reaches the
    /// database from; else <c>127.0.0.1</c>, this machine alone, and without a join file it can be no other machine's.
    /// </summary>
    public string? Address { get; set; }

    /// <summary>TCP port for the other silos: 11111.</summary>
    public int Port { get; set; } = 11111;

    /// <summary>By which the silos know each other; null: they are all on this machine, and trust whoever is on it.</summary>
    internal ClusterKeys? Keys { get; private set; }

    /// <summary>Takes database, id and keys from a join file.</summary>
    /// <exception cref="SiloOptionsException">It is none, or the settings name another database.</exception>
    public void Join(string path)
    {
        if (Database.Length > 0)
            throw new SiloOptionsException([$"{Section}:{nameof(Database)} is set, and the join file '{path}' names the cluster's database; wanted one of them."]);
        (var file, Keys) = JoinFile.Read(path);
        (Database, Id) = (file.Database, file.ClusterId);
    }

    /// <summary>The address of <see cref="Address"/>.</summary>
    /// <exception cref="SiloOptionsException">It is not known, or it is other machines' too and there is no join file.</exception>
    public IPAddress Resolve()
    {
        try
        {
            var found = Address is { } named ? Known(named) : Keys is null ? IPAddress.Loopback : Outgoing(new(Database));
            return Keys is not null || IPAddress.IsLoopback(found) ? found : throw new SiloOptionsException(
                [$"{Section}:{nameof(Address)} is '{Address}', which other machines can reach, where silos speak to those of their cluster alone; wanted: icon silo --join FILE, with a file that 'icon cluster init' made."]);
        }
        catch (SocketException failure)
        {
            throw new SiloOptionsException([$"{Section}:{nameof(Address)} is '{Address ?? "not set, and the database's host cannot be found"}': {failure.Message}"]);
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
        if (Address is not null && (string.IsNullOrWhiteSpace(Address) || IPAddress.TryParse(Address, out var all) && (all.Equals(IPAddress.Any) || all.Equals(IPAddress.IPv6Any))))
            yield return $"{Section}:{nameof(Address)} is '{Address}'; wanted this machine's own IP address or name, at which the others reach it.";
        if (Port is < 1 or > 65535)
            yield return $"{Section}:{nameof(Port)} is {Port}; wanted 1 to 65535.";
    }

    private static IPAddress Known(string name)
    {
        if (IPAddress.TryParse(name, out var named))
            return named;
        var found = Dns.GetHostAddresses(name);
        return found.FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork) ?? found[0];
    }

    // Nothing is sent: the system only says which of its addresses it would send from.
    private static IPAddress Outgoing(NpgsqlConnectionStringBuilder database)
    {
        if (database.Host!.StartsWith('/'))
            return IPAddress.Loopback;
        using var socket = new Socket(SocketType.Dgram, ProtocolType.Udp);
        socket.Connect(database.Host.Split(',')[0], database.Port);
        var address = ((IPEndPoint)socket.LocalEndPoint!).Address;
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }
}
