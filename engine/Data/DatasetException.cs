namespace IconDiffusion.Data;

/// <summary>A dataset could not be prepared; the message names it, what was found and what was wanted.</summary>
public sealed class DatasetException : Exception
{
    public DatasetException(string message) : base(message) { }

    public DatasetException(string message, Exception inner) : base(message, inner) { }
}
