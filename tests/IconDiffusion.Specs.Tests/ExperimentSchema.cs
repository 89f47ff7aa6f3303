using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using IconDiffusion.Specs.Comparisons;

namespace IconDiffusion.Specs.Tests;

/// <summary>
/// Writes <c>specs/experiment.schema.json</c> from the records: their keys, types and choices, each with its docstring. What a key may be
/// beyond its type (ranges, sums, what fits what) is left to <see cref="SpecValidation"/>, whose sentences say more than a schema can.
/// </summary>
internal static partial class ExperimentSchema
{
    private static readonly Dictionary<string, string> Docstrings = XDocument.Load(Path.ChangeExtension(typeof(RunSpec).Assembly.Location, ".xml"))
        .Descendants("member")
        .Where(member => member.Element("summary") is not null)
        .ToDictionary(member => member.Attribute("name")!.Value, member => Plain(member.Element("summary")!));

    private static readonly JsonSchemaExporterOptions Options = new() { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Transform };

    public static string Create()
    {
        var parts = Of(typeof(RunSpec))["properties"]!.AsObject();
        var whole = Of(typeof(ExperimentSpec))["properties"]!.AsObject();
        var comparisons = Of(typeof(ComparisonExperimentSpec));
        var pair = comparisons["properties"]!["comparisons"]!["items"]!["properties"]!;
        pair["first"] = Part("dataset");
        pair["second"] = Part("dataset");
        comparisons["properties"]!["evaluation"] = Part("evaluation");
        comparisons["properties"]!["$schema"] = new JsonObject { ["type"] = "string" };
        comparisons["required"] = new JsonArray("name", "comparisons");
        var runs = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject(
            [
                .. Properties("$schema", new() { ["type"] = "string" }),
                .. Properties("name", new() { ["type"] = "string", ["description"] = "Names the experiment." }),
                .. Properties("grid", new()
                {
                    ["description"] = "Every list under it stands for the key at the same place of a run; together they give every combination.",
                    ["type"] = "object",
                    ["properties"] = new JsonObject(
                    [
                        .. parts.SelectMany(part => Properties(part.Key, GridOf(part.Value!.AsObject(), Part(part.Key)))),
                        .. Properties("run", new()
                        {
                            ["description"] = "Objects of a run's keys, each laid over the whole run: keys that belong together, such as a model and its steps, vary together.",
                            ["type"] = "array",
                            ["items"] = RunOf(parts),
                            ["minItems"] = 1,
                        }),
                    ]),
                    ["additionalProperties"] = false,
                }),
                .. parts.SelectMany(part => Properties(part.Key, Part(part.Key))),
                .. Properties(SourceName.OfFile, Described(RunOf(parts), "The run that runs whose training.from is \"source\" start from, by the keys in which it differs from them; it is trained first.")),
                .. Properties("monitoring", whole["monitoring"]!.DeepClone().AsObject()),
                .. Properties("gpu", whole["gpu"]!.DeepClone().AsObject()),
            ]),
            ["required"] = new JsonArray("name"),
            ["additionalProperties"] = false,
        };
        return new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "An experiment of IconDiffusion",
            ["anyOf"] = new JsonArray(runs, comparisons),
            ["$defs"] = parts.DeepClone(),
        }.ToJsonString(SpecJson.Indented) + "\n";
    }

    // Some of a run's keys.
    private static JsonObject RunOf(JsonObject parts) => new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject(parts.SelectMany(part => Properties(part.Key, Part(part.Key)))),
        ["additionalProperties"] = false,
    };

    private static JsonObject Part(string key) => new() { ["$ref"] = $"#/$defs/{key}" };

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Properties(string key, JsonObject schema) => [new(key, schema)];

    private static JsonObject Of(Type type) => SpecJson.Compact.GetJsonSchemaAsNode(type, Options).AsObject();

    private static JsonNode Transform(JsonSchemaExporterContext context, JsonNode node)
    {
        var type = Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type;
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(EquatableList<>))
            node = new JsonObject { ["type"] = "array", ["items"] = Of(type.GetGenericArguments()[0]) };
        else if (type == typeof(TimeSpan))
            node = new JsonObject { ["type"] = "string", ["pattern"] = @"^\d+:[0-5]\d:[0-5]\d(\.\d+)?$", ["examples"] = new JsonArray("12:00:00") };
        else if (type == typeof(FeatureSource))
            node = new JsonObject
            {
                ["anyOf"] = new JsonArray(
                    new JsonObject { ["enum"] = new JsonArray([.. FeatureNetworks.ByKey.Keys.Select(key => (JsonNode)key)]) },
                    new JsonObject { ["type"] = "string", ["pattern"] = @"\.[oO][nN][nN][xX]$" }),
            };
        if (node is not JsonObject schema) return node;

        // A key that a run lacks can come from the grid.
        schema.Remove("required");
        // A file states a cascade, and its reader these.
        if (type == typeof(DdpmSpec)) schema["properties"]!.AsObject().Remove("enlarges");
        if (type.IsSubclassOf(typeof(ReverseSpec))) schema["properties"]!.AsObject().Remove("base");
        return context.PropertyInfo?.AttributeProvider is PropertyInfo property && Docstrings.TryGetValue($"P:{property.DeclaringType!.FullName}.{property.Name}", out var text)
            ? Described(schema, text)
            : schema;
    }

    // Where a run has a value, the grid has a list of them, or an object of such lists.
    private static JsonObject GridOf(JsonObject schema, JsonObject item)
    {
        var list = new JsonObject { ["type"] = "array", ["items"] = item, ["minItems"] = 1 };
        var inside = Choices(schema).SelectMany(choice => choice["properties"]?.AsObject() ?? [])
            .Where(property => property.Value is JsonObject value && !value.ContainsKey("const")).DistinctBy(property => property.Key).ToList();
        if (inside.Count == 0) return list;
        return new()
        {
            ["anyOf"] = new JsonArray(list, new JsonObject
            {
                ["type"] = "object",
                ["properties"] = new JsonObject(inside.SelectMany(property => Properties(property.Key, GridOf(property.Value!.AsObject(), property.Value!.DeepClone().AsObject())))),
                ["additionalProperties"] = false,
            }),
        };
    }

    private static IEnumerable<JsonObject> Choices(JsonObject schema) => schema["anyOf"] is JsonArray choices ? choices.OfType<JsonObject>() : [schema];

    private static JsonObject Described(JsonObject schema, string text)
    {
        schema.Remove("description");
        schema.Insert(0, "description", text);
        return schema;
    }

    private static string Plain(XElement summary)
    {
        foreach (var reference in summary.Descendants().Where(element => element.Attribute("cref") is not null || element.Attribute("name") is not null).ToList())
            reference.ReplaceWith((reference.Attribute("cref") ?? reference.Attribute("name"))!.Value.Split('.', ':')[^1]);
        return Spaces().Replace(summary.Value, " ").Trim();
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
