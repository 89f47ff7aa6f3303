namespace IconDiffusion.Client;

/// <summary>The command line asks for something impossible; the message says what and what was wanted.</summary>
internal sealed class UsageException(string message) : Exception(message);
