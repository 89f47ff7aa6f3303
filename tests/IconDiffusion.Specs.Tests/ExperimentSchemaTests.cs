using System.Text.Json;
using System.Text.Json.Nodes;
using IconDiffusion.Tests;
using Json.Schema;

namespace IconDiffusion.Specs.Tests;

/// <summary>The schema that editors complete and check experiment files by.</summary>
public sealed class ExperimentSchemaTests
{
    private static readonly string File = Checkout.PathOf("specs", "experiment.schema.json");
    private static readonly JsonSchema Schema = JsonSchema.FromText(System.IO.File.ReadAllText(File));
    private static readonly JsonDocumentOptions WithComments = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    public static TheoryData<string> Grids => [.. Directory.GetFiles(Checkout.PathOf("grids"), "*.json").Select(file => Path.GetFileName(file))];

    /// <summary>With ICON_WRITE_SCHEMA set, writes it anew.</summary>
    [Fact]
    public void TheSchema_IsThatOfTheRecords()
    {
        var schema = ExperimentSchema.Create();
        if (Environment.GetEnvironmentVariable("ICON_WRITE_SCHEMA") is { Length: > 0 }) System.IO.File.WriteAllText(File, schema);

        Assert.Equal(schema, System.IO.File.ReadAllText(File));
    }

    [Theory]
    [MemberData(nameof(Grids))]
    public void EveryGrid_NamesTheSchema_AndFits(string grid)
    {
        var root = Read(System.IO.File.ReadAllText(Checkout.PathOf("grids", grid)));

        Assert.Equal("../specs/experiment.schema.json", (string?)root["$schema"]);
        Assert.True(Fits(root));
    }

    [Theory]
    [InlineData("""{ "name": "a", "dataset": { "source": "noto-faces" }, "model": { "kind": "ddpm", "unet": { "dim": 8, "dimMults": [1, 2] } } }""", true)]
    [InlineData("""{ "name": "a", "grid": { "seed": [1, 2], "dataset": { "count": [10, 20] }, "model": [{ "kind": "dcgan" }] } }""", true)]
    [InlineData("""{ "name": "a", "training": { "budget": "12:00:00", "adam": { "learningRate": 1e-3 } } }""", true)]
    [InlineData("""{ "name": "a", "comparisons": [{ "name": "b", "first": { "source": "noto-faces" }, "second": { "source": "folder", "path": "c" } }] }""", true)]
    [InlineData("""{ "name": "a", "evaluation": { "features": "resnet18-imagenet" } }""", true)]
    [InlineData("""{ "name": "a", "evaluation": { "features": "networks/mine.onnx" } }""", true)]
    [InlineData("""{ "name": "a", "evaluation": { "features": "vgg" } }""", false)]
    [InlineData("""{ "dataset": { "source": "noto-faces" } }""", false)]
    [InlineData("""{ "name": "a", "trainig": {} }""", false)]
    [InlineData("""{ "name": "a", "training": { "stesp": 3 } }""", false)]
    [InlineData("""{ "name": "a", "training": { "steps": "three" } }""", false)]
    [InlineData("""{ "name": "a", "training": { "budget": "12 hours" } }""", false)]
    [InlineData("""{ "name": "a", "model": { "kind": "ddqm" } }""", false)]
    [InlineData("""{ "name": "a", "grid": { "seed": 1 } }""", false)]
    [InlineData("""{ "name": "a", "grid": { "seed": [] } }""", false)]
    [InlineData("""{ "name": "a", "grid": { "run": [{ "model": { "kind": "dcgan" }, "training": { "steps": 3 } }, { "seed": 2 }] } }""", true)]
    [InlineData("""{ "name": "a", "grid": { "run": [{ "modle": { "kind": "dcgan" } }] } }""", false)]
    [InlineData("""{ "name": "a", "grid": { "dataset": { "cuont": [10] } } }""", false)]
    public void AFile_FitsOrDoesNot(string text, bool fits) => Assert.Equal(fits, Fits(Read(text)));

    private static JsonNode Read(string text) => JsonNode.Parse(text, documentOptions: WithComments)!;

    private static bool Fits(JsonNode root) => Schema.Evaluate(JsonSerializer.SerializeToElement(root)).IsValid;
}
