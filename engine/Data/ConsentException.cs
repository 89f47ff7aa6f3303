namespace IconDiffusion.Data;

/// <summary>The consent that a data set rests on has ended or was never given; the message says whose, when and which record.</summary>
public sealed class ConsentException(string message) : Exception(message);
