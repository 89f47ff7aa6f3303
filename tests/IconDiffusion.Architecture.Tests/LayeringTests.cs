using System.Reflection;
using System.Xml.Linq;

namespace IconDiffusion.Architecture.Tests;

/// <summary>References run downwards: between projects as the table says, and in a circle nowhere.</summary>
public sealed class LayeringTests
{
    /// <summary>Every project and what it refers to, which stands above it.</summary>
    private static readonly (string Project, string[] References)[] Layers =
    [
        ("specs/IconDiffusion.Specs", []),
        ("engine/Kernels/IconDiffusion.Kernels", ["IconDiffusion.Specs"]),
        ("engine/Imaging/IconDiffusion.Imaging", ["IconDiffusion.Specs"]),
        ("engine/Data/IconDiffusion.Data", ["IconDiffusion.Imaging", "IconDiffusion.Specs"]),
        ("engine/Generators/IconDiffusion.Generators", ["IconDiffusion.Data", "IconDiffusion.Kernels"]),
        ("engine/Evaluation/IconDiffusion.Evaluation", ["IconDiffusion.Data", "IconDiffusion.Kernels"]),
        ("engine/Reports/IconDiffusion.Reports", ["IconDiffusion.Evaluation"]),
        ("engine/Pipeline/IconDiffusion.Pipeline", ["IconDiffusion.Generators", "IconDiffusion.Reports"]),
        ("grains/Contracts/IconDiffusion.Grains.Contracts", ["IconDiffusion.Specs"]),
        ("grains/Grains/IconDiffusion.Grains", ["IconDiffusion.Grains.Contracts"]),
        ("client/IconDiffusion.Client", ["IconDiffusion.Specs"]),
        ("silo/IconDiffusion.Silo", ["IconDiffusion.Client", "IconDiffusion.Grains", "IconDiffusion.Pipeline"]),
    ];

    // The two programs are called otherwise than their projects.
    public static TheoryData<string> Assemblies => [.. Layers.Select(layer => NameOf(layer.Project) switch
    {
        "IconDiffusion.Client" => "icon",
        "IconDiffusion.Silo" => "icon-silo",
        var name => name,
    })];

    [Fact]
    public void EveryProjectRefersToThoseOfTheTableAlone()
    {
        var found = new[] { "specs", "engine", "grains", "silo", "client" }
            .SelectMany(folder => Directory.EnumerateFiles(Checkout.PathOf(folder), "*.csproj", SearchOption.AllDirectories))
            .ToDictionary(
                file => Path.ChangeExtension(Path.GetRelativePath(Checkout.PathOf(), file), null).Replace('\\', '/'),
                file => (IReadOnlyList<string>)[.. XDocument.Load(file).Descendants("ProjectReference").Select(each => NameOf(each.Attribute("Include")!.Value)).Order()]);

        Assert.Equal(Layers.Select(each => each.Project).Order(), found.Keys.Order());
        Assert.All(Layers, each => Assert.Equal(each.References, found[each.Project]));
    }

    [Fact]
    public void TheTableRunsDownwards() => Assert.All(Layers.Index(), each =>
        Assert.Subset(Layers.Take(each.Index).Select(above => NameOf(above.Project)).ToHashSet(), each.Item.References.ToHashSet()));

    [Theory, MemberData(nameof(Assemblies))]
    public void NoTwoFoldersOfAProjectFormACircle(string assembly) => Assert.Empty(NamespaceReference.OnCircles(Assembly.Load(assembly)));

    [Fact]
    public void ACircleIsFoundInTheBodiesOfMethods() => Assert.Equal(
        [("Samples.One", "Samples.Two"), ("Samples.Two", "Samples.One")],
        NamespaceReference.OnCircles(typeof(LayeringTests).Assembly).Select(each => (Below(each.From), Below(each.To))));

    private static string Below(string name) => name[(typeof(LayeringTests).Namespace!.Length + 1)..];

    private static string NameOf(string project) => Path.GetFileName(project.EndsWith(".csproj", StringComparison.Ordinal) ? project[..^".csproj".Length] : project);
}
