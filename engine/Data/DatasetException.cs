namespace IconDiffusion.Data;

/// <summary>A dataset could not be prepared; the message names it, what was found and what was wanted.</summary>
public sealed class DatasetException : Exception
{
    /// <summary>A fault of the data set itself.</summary>
    public DatasetException(string message) : base(message) { }

    /// <summary>A fault that another exception has shown.</summary>
    public DatasetException(string message, Exception inner) : base(message, inner) { }
}
