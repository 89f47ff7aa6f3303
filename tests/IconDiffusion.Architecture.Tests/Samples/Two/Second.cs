using IconDiffusion.Architecture.Tests.Samples.One;

namespace IconDiffusion.Architecture.Tests.Samples.Two;

/// <summary>The other side: it needs the first in an iterator, as the argument of a generic method.</summary>
internal static class Second
{
    public static string Name => string.Concat(Names());

    private static IEnumerable<string> Names()
    {
        yield return string.Join(", ", Enumerable.Empty<First.Kind>());
    }
}
