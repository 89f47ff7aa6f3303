namespace IconDiffusion.Imaging;

/// <summary>An image could not be read, converted, drawn or encoded; the message says which, why and what was wanted.</summary>
public sealed class ImageException : Exception
{
    /// <summary>A fault of the picture itself.</summary>
    public ImageException(string message) : base(message) { }

    /// <summary>A fault that another exception has shown.</summary>
    public ImageException(string message, Exception inner) : base(message, inner) { }
}
