namespace Orleans
{
    /// <summary>Lets a type travel in calls: as its members with <see cref="IdAttribute"/> and its record parameters.</summary>
    [AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Enum)]
    public sealed class GenerateSerializerAttribute : Attribute;

    /// <summary>Numbers a member that travels.</summary>
    [AttributeUsage(AttributeTargets.Field | AttributeTargets.Property | AttributeTargets.Parameter | AttributeTargets.Class
        | AttributeTargets.Struct | AttributeTargets.Enum | AttributeTargets.Method)]
    public sealed class IdAttribute(uint id) : Attribute
    {
        /// <summary>Unique within its type.</summary>
        public uint Id { get; } = id;
    }

    /// <summary>A name on the wire that survives a rename. One process has no wire, so here it only stands.</summary>
    [AttributeUsage(AttributeTargets.Class | AttributeTargets.Interface | AttributeTargets.Struct | AttributeTargets.Enum
        | AttributeTargets.Method, AllowMultiple = true)]
    public sealed class AliasAttribute(string alias) : Attribute
    {
        /// <summary>The name on the wire.</summary>
        public string Alias { get; } = alias;
    }

    /// <summary>Promises that nobody changes the value. Here it is copied all the same, as between two machines.</summary>
    [AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct | AttributeTargets.Field | AttributeTargets.Property
        | AttributeTargets.Parameter | AttributeTargets.ReturnValue, Inherited = false)]
    public sealed class ImmutableAttribute : Attribute;

    /// <summary>How long a caller waits for this method.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    public sealed class ResponseTimeoutAttribute(string timeout) : Attribute
    {
        /// <summary>As <see cref="TimeSpan.Parse(string)"/> reads it.</summary>
        public TimeSpan? Timeout { get; init; } = TimeSpan.Parse(timeout);
    }

    /// <summary>Keeps grains of this class from being collected when idle.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public class KeepAliveAttribute : Attribute;
}

namespace Orleans.Concurrency
{
    /// <summary>A method that changes nothing: several of them may run in one grain at a time.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    public sealed class ReadOnlyAttribute : Attribute;

    /// <summary>A method that may start while another waits.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    public sealed class AlwaysInterleaveAttribute : Attribute;

    /// <summary>A method whose caller does not wait, and does not hear of exceptions.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    public sealed class OneWayAttribute : Attribute;

    /// <summary>A grain class all of whose methods may start while others wait.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class ReentrantAttribute : Attribute;
}

namespace Orleans.Placement
{
    using Orleans.Runtime;

    /// <summary>Says on which machine a grain shall live. In one process there is no choice.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public abstract class PlacementAttribute : Attribute
    {
        /// <summary>Of this strategy.</summary>
        protected PlacementAttribute(PlacementStrategy placement)
        {
            ArgumentNullException.ThrowIfNull(placement);
            PlacementStrategy = placement;
        }

        /// <summary>The strategy.</summary>
        public PlacementStrategy PlacementStrategy { get; }
    }
}

namespace Orleans.Runtime
{
    /// <summary>A way to choose the machine of a grain.</summary>
    public abstract class PlacementStrategy;

    /// <summary>Injects the persistent state of this name into a grain's constructor parameter.</summary>
    /// <param name="stateName">Unique among grain classes: the database's key is this and the grain's key.</param>
    /// <param name="storageName">Which storage; the embedded runtime has one.</param>
    [AttributeUsage(AttributeTargets.Parameter)]
    public class PersistentStateAttribute(string stateName, string? storageName = null) : Attribute
    {
        /// <summary>Unique among grain classes.</summary>
        public string StateName { get; } = stateName;

        /// <summary>Which storage.</summary>
        public string? StorageName { get; } = storageName;
    }
}
