namespace Orleans.Core
{
    /// <summary>One record of a grain in the database.</summary>
    public interface IStorage
    {
        /// <summary>The version last read or written; null before the first.</summary>
        string? Etag { get; }

        /// <summary>Whether the database has the record.</summary>
        bool RecordExists { get; }

        /// <summary>Empties the record and sets the state to a new one.</summary>
        Task ClearStateAsync();

        /// <summary>Writes the state.</summary>
        /// <exception cref="Storage.InconsistentStateException">The record is newer than this grain's.</exception>
        Task WriteStateAsync();

        /// <summary>Reads the state, over what is in memory.</summary>
        Task ReadStateAsync();

        /// <inheritdoc cref="ClearStateAsync()"/>
        Task ClearStateAsync(CancellationToken cancellationToken) => ClearStateAsync();

        /// <inheritdoc cref="WriteStateAsync()"/>
        Task WriteStateAsync(CancellationToken cancellationToken) => WriteStateAsync();

        /// <inheritdoc cref="ReadStateAsync()"/>
        Task ReadStateAsync(CancellationToken cancellationToken) => ReadStateAsync();
    }

    /// <summary>One record of a grain, and its state in memory.</summary>
    public interface IStorage<TState> : IStorage
    {
        /// <summary>The state in memory; a new one where there is no record.</summary>
        TState State { get; set; }
    }
}

namespace Orleans.Runtime
{
    /// <summary>A persistent state, injected with <see cref="PersistentStateAttribute"/> and read before activation.</summary>
    public interface IPersistentState<TState> : Core.IStorage<TState>;
}
