using System.Runtime.InteropServices;

namespace IconDiffusion.Silo.Work;

/// <summary>What a failure is called before the run's owner: the real reason, without stack traces.</summary>
internal static class WorkErrors
{
    // What libtorch's two allocators say; CUDA's begins with the name of its exception.
    private static readonly string[] MemoryWords = ["out of memory", "not enough memory", "can't allocate memory", "OutOfMemoryError"];

    /// <param name="device">Where it happened.</param>
    public static string Explain(Exception failure, string device)
    {
        for (; failure is TypeInitializationException or AggregateException && failure.InnerException is { } inner; failure = inner) { }
        var message = failure.Message;
        if (failure is OutOfMemoryException || Array.Exists(MemoryWords, word => message.Contains(word, StringComparison.OrdinalIgnoreCase)))
            return $"{device} is out of memory: {FirstLine(message)} A smaller batchSize needs less; 'icon plan' estimates how much.";
        if (failure is ExternalException)
            return FirstLine(message);
        // The engine's own and the system's say all themselves; of a bug the kind matters too.
        return failure is NullReferenceException or InvalidOperationException or InvalidCastException or IndexOutOfRangeException or KeyNotFoundException
            ? $"{failure.GetType().Name}: {message}"
            : message;
    }

    private static string FirstLine(string text)
    {
        var line = text.Split('\n', 2)[0].Trim();
        return line.EndsWith('.') ? line : line + ".";
    }
}
