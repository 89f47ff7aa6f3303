namespace IconDiffusion.Imaging;

/// <summary>An image could not be read, converted, drawn or encoded; the message says which, why and what was wanted.</summary>
public sealed class ImageException : Exception
{
    public ImageException(string message) : base(message) { }

    public ImageException(string message, Exception inner) : base(message, inner) { }
}
