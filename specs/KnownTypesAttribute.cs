using System.Text.Json.Serialization.Metadata;

namespace IconDiffusion.Specs;

/// <summary>
/// On a record whose derived types a table knows: how JSON tells them apart. Where there is no table,
/// <see cref="System.Text.Json.Serialization.JsonDerivedTypeAttribute"/> states each type.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public abstract class KnownTypesAttribute : Attribute
{
    /// <summary>The derived types and their names.</summary>
    public abstract JsonPolymorphismOptions Options { get; }
}
