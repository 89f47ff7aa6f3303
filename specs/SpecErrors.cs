using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace IconDiffusion.Specs;

/// <summary>Turns System.Text.Json's failures into sentences that name the key, what came and what was wanted.</summary>
internal static partial class SpecErrors
{
    // In messages on what tells a type from its siblings; a key of a GAN's begins with the second word.
    private const string TypeDiscriminator = "type discriminator";

    /// <summary>Reads a node strictly.</summary>
    public static T Read<T>(JsonNode? node, string prefix, string source)
    {
        if (node is null)
            throw new ExperimentException($"{source}: the key '{prefix}' is missing.");
        try
        {
            return node.Deserialize<T>(SpecJson.Compact)!;
        }
        catch (JsonException exception)
        {
            throw new ExperimentException($"{source}: {Explain(exception, node, typeof(T), prefix)}");
        }
        catch (NotSupportedException exception) when (exception.Message.Contains(TypeDiscriminator, StringComparison.Ordinal))
        {
            var path = Join(prefix, PathPattern().Match(exception.Message).Groups[1].Value);
            var type = TypeOf(typeof(T), path[(prefix.Length == 0 ? 0 : prefix.Length + 1)..]) ?? typeof(T);
            throw new ExperimentException($"{source}: {path} lacks its '{Discriminator(type)}'; wanted one of {Choices(type)}.");
        }
    }

    /// <summary>Looks at every key of a document: one that is no text, half a character say, is found by System.Text.Json when it is read or only when somebody asks for it.</summary>
    /// <exception cref="InvalidOperationException">There is such a key; see <see cref="NoText"/>.</exception>
    public static JsonNode? Whole(JsonNode? node)
    {
        foreach (var below in node switch { JsonObject members => members.Select(member => member.Value), JsonArray items => items, _ => Enumerable.Empty<JsonNode?>() })
            Whole(below);
        return node;
    }

    /// <summary>What there is to say of a key that is no text.</summary>
    public static ExperimentException NoText(InvalidOperationException exception, string source) =>
        new($"{source}: a key is no text: {FirstSentence(exception.Message)}");

    /// <summary>A value as a person would name it.</summary>
    public static string Describe(JsonNode? node) => node switch
    {
        null => "null",
        JsonObject => "an object",
        JsonArray => node.ToJsonString(SpecJson.Compact) is { Length: <= 60 } text ? text : "a list",
        _ when node.GetValueKind() == JsonValueKind.String => $"the text {node.ToJsonString(SpecJson.Compact)}",
        _ => node.ToJsonString(SpecJson.Compact),
    };

    public static string UnknownKey(string path, string key, IEnumerable<string> known)
    {
        var names = known.Order(StringComparer.Ordinal).ToArray();
        var nearest = names.MinBy(name => EditDistance.Of(name, key));
        var hint = nearest is not null && EditDistance.Of(nearest, key) <= Math.Max(2, key.Length / 3) ? $" (did you mean '{nearest}'?)" : "";
        return $"unknown key '{path}'{hint}; known here: {string.Join(", ", names)}.";
    }

    public static string FirstSentence(string message) => message.Split(" LineNumber:", 2)[0].Split(" Path:", 2)[0].TrimEnd('.', ' ') + ".";

    private static string Explain(JsonException exception, JsonNode node, Type root, string prefix)
    {
        var inner = (exception.Path ?? "$").TrimStart('$').TrimStart('.');
        var path = Join(prefix, inner);
        if (UnknownPattern().Match(exception.Message) is { Success: true } unknown)
        {
            var type = typeof(SpecErrors).Assembly.GetType(unknown.Groups[2].Value)!;
            var key = unknown.Groups[1].Value;
            var known = SpecJson.Compact.GetTypeInfo(type).Properties.Where(p => p.Set is not null || p.Get is not null).Select(p => p.Name)
                .Concat(Discriminator(type) is { } discriminator ? [discriminator] : []);
            return UnknownKey(path.EndsWith(key, StringComparison.Ordinal) ? path : Join(path, key), key, known);
        }
        if (MissingPattern().Match(exception.Message) is { Success: true } missing)
            return $"{(path.Length == 0 ? "a run" : path)} lacks the key {missing.Groups[1].Value}.";

        var wanted = TypeOf(root, inner);
        var came = Describe(Find(node, inner));
        if (exception.Message.Contains(TypeDiscriminator, StringComparison.Ordinal) && wanted is not null)
            return $"{path.Replace(".$type", "")} is of unknown {Discriminator(wanted)} {Describe((Find(node, inner) as JsonObject)?[Discriminator(wanted)!])}; wanted one of {Choices(wanted)}.";
        return $"{path} is {came}; wanted {(wanted is null ? FirstSentence(exception.Message) : Words(wanted) + RangeOf(wanted, came))}.";
    }

    // Of a whole number that its type cannot hold. Nothing below zero is wanted but of a priority.
    private static string RangeOf(Type type, string came) => !WholeNumber().IsMatch(came) ? "" : (Nullable.GetUnderlyingType(type) ?? type) switch
    {
        var small when small == typeof(int) => $" from 0 to {int.MaxValue}",
        var large when large == typeof(long) => $" from 0 to {long.MaxValue}",
        _ => "",
    };

    private static string Words(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(int) || type == typeof(long)) return "a whole number";
        if (type == typeof(double)) return "a number";
        if (type == typeof(bool)) return "true or false";
        if (type == typeof(string)) return "a text";
        if (type == typeof(TimeSpan)) return "a duration such as \"12:00:00\" (hours:minutes:seconds)";
        if (type == typeof(FeatureSource)) return FeatureSource.Wanted;
        if (type.IsEnum) return "one of " + string.Join(", ", Enum.GetNames(type).Select(JsonNamingPolicy.KebabCaseLower.ConvertName));
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(EquatableList<>)) return "a list, each item " + Words(type.GetGenericArguments()[0]);
        return "an object";
    }

    /// <summary>The type at a path such as <c>model.unet.dimMults[1]</c>, looking into derived types too.</summary>
    private static Type? TypeOf(Type type, string path)
    {
        foreach (var step in Steps(path))
        {
            if (step[0] == '[')
            {
                type = type.IsGenericType ? type.GetGenericArguments()[0] : type;
                continue;
            }
            var candidates = type.GetCustomAttributes<JsonDerivedTypeAttribute>().Select(a => a.DerivedType).Prepend(type);
            var property = candidates.SelectMany(t => t.GetProperties())
                .FirstOrDefault(p => JsonNamingPolicy.CamelCase.ConvertName(p.Name) == step);
            if (property is null)
                return step == "$type" || step == Discriminator(type) ? type : null;
            type = property.PropertyType;
        }
        return type;
    }

    private static JsonNode? Find(JsonNode? node, string path)
    {
        foreach (var step in Steps(path))
        {
            if (step == "$type")
                break;
            node = step[0] == '['
                ? (node as JsonArray)?.ElementAtOrDefault(int.Parse(step[1..^1]))
                : (node as JsonObject)?[step];
        }
        return node;
    }

    private static string[] Steps(string path) => path.Replace("[", ".[").Split('.', StringSplitOptions.RemoveEmptyEntries);

    private static string Join(string prefix, string path) =>
        (prefix + "." + path.TrimStart('$').TrimStart('.')).Trim('.');

    private static string? Discriminator(Type? type) => type is null
        ? null
        : type.GetCustomAttribute<JsonPolymorphicAttribute>()?.TypeDiscriminatorPropertyName ?? Discriminator(type.BaseType);

    private static string Choices(Type type) =>
        string.Join(", ", type.GetCustomAttributes<JsonDerivedTypeAttribute>().Select(a => $"\"{a.TypeDiscriminator}\""));

    [GeneratedRegex(@"^-?\d+$")]
    private static partial Regex WholeNumber();

    [GeneratedRegex(@"The JSON property '([^']*)' could not be mapped to any \.NET member contained in type '([^']*)'")]
    private static partial Regex UnknownPattern();

    [GeneratedRegex(@"missing required properties including: (.*?)\.?( Path:|$)")]
    private static partial Regex MissingPattern();

    [GeneratedRegex(@"Path: (\$[^ |]*)")]
    private static partial Regex PathPattern();
}
