using System.Reflection;

namespace IconDiffusion.Architecture.Tests;

/// <summary>One folder of a project that needs another, with the types that show it.</summary>
internal sealed record NamespaceReference(string From, string To, string FromType, string ToType)
{
    /// <summary>References between this project's own namespaces of one assembly that lie on a circle, or between two circles; none: there is none.</summary>
    public static IReadOnlyList<NamespaceReference> OnCircles(Assembly assembly)
    {
        NamespaceReference[] left = [.. Within(assembly).DistinctBy(each => (each.From, each.To))];
        while (true)
        {
            // What nothing needs, or what needs nothing, is on no circle.
            var (from, to) = (left.Select(each => each.From).ToHashSet(), left.Select(each => each.To).ToHashSet());
            NamespaceReference[] rest = [.. left.Where(each => to.Contains(each.From) && from.Contains(each.To))];
            if (rest.Length == left.Length) return [.. rest.OrderBy(each => (each.From, each.To))];
            left = rest;
        }
    }

    private static IEnumerable<NamespaceReference> Within(Assembly assembly) =>
        from type in assembly.GetTypes()
        where !type.IsNested && IsOurs(type)
        from needed in TypeReferences.Of(type)
        where needed.Assembly == assembly && IsOurs(needed) && needed.Namespace != type.Namespace
        select new NamespaceReference(type.Namespace!, needed.Namespace!, type.Name, needed.Name);

    // Generators of code put types into namespaces of their own.
    private static bool IsOurs(Type type) => type.Namespace?.StartsWith("IconDiffusion", StringComparison.Ordinal) == true;
}
