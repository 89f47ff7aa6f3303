using IconDiffusion.Architecture.Tests.Samples.Two;

namespace IconDiffusion.Architecture.Tests.Samples.One;

/// <summary>One side of a circle: it needs the other in the body of a lambda alone.</summary>
internal static class First
{
    public static Func<string> Name { get; } = () => Second.Name;

    internal enum Kind { Plain }
}
