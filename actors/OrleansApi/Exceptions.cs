namespace Orleans.Runtime
{
    /// <summary>The runtime could not do what was asked.</summary>
    [GenerateSerializer]
    public class OrleansException : Exception
    {
        /// <summary>Without a message.</summary>
        public OrleansException() : base("Unexpected error.") { }

        /// <summary>With a message.</summary>
        public OrleansException(string message) : base(message) { }

        /// <summary>With a message and a cause.</summary>
        public OrleansException(string message, Exception innerException) : base(message, innerException) { }
    }

    /// <summary>The grain of a stream was deactivated, or forgot the stream because nobody read it.</summary>
    [GenerateSerializer]
    public sealed class EnumerationAbortedException : Exception
    {
        /// <summary>Without a message.</summary>
        public EnumerationAbortedException() { }

        /// <summary>With a message.</summary>
        public EnumerationAbortedException(string message) : base(message) { }

        /// <summary>With a message and a cause.</summary>
        public EnumerationAbortedException(string message, Exception innerException) : base(message, innerException) { }
    }
}

namespace Orleans.Storage
{
    /// <summary>
    /// Another activation wrote this record since this one read it, so what this one remembers is out of date.
    /// If it escapes a call, the grain is deactivated.
    /// </summary>
    [GenerateSerializer]
    public class InconsistentStateException : Runtime.OrleansException
    {
        /// <summary>Without a message.</summary>
        public InconsistentStateException() { }

        /// <summary>With a message.</summary>
        public InconsistentStateException(string message) : base(message) { }

        /// <summary>With a message and a cause.</summary>
        public InconsistentStateException(string message, Exception? innerException) : base(message, innerException!) { }

        /// <summary>With both versions.</summary>
        public InconsistentStateException(string errorMsg, string? storedEtag, string? currentEtag) : base(errorMsg)
        {
            StoredEtag = storedEtag;
            CurrentEtag = currentEtag;
        }

        /// <summary>Whether the grain that throws is the one whose state is stale, not one that called it.</summary>
        [Id(0)]
        internal bool IsSourceActivation { get; set; } = true;

        /// <summary>The version in the database.</summary>
        [Id(1)]
        public string? StoredEtag { get; private set; }

        /// <summary>The version this activation knows.</summary>
        [Id(2)]
        public string? CurrentEtag { get; private set; }
    }
}

namespace Orleans.Serialization
{
    /// <summary>A value is of a type that cannot travel in a call.</summary>
    [GenerateSerializer]
    public sealed class CodecNotFoundException(string message) : Exception(message);
}
