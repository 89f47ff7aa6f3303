using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using IconDiffusion.Data;
using IconDiffusion.Data.Layered;
using IconDiffusion.Data.Sources;
using IconDiffusion.Imaging;
using IconDiffusion.Specs;

namespace IconDiffusion.Data.Tests.Layered;

/// <summary>What goes wrong with packages and styles, with styles written for it.</summary>
public sealed class DiceBearPackageTests : IDisposable
{
    private const string Meta = """ "meta": { "license": { "name": "CC0 1.0" }, "creator": { "name": "A" } } """;

    // A square that can be absent on a ground of two colours, which the square's frame follows.
    private const string Squares = $$"""
        {
          {{Meta}},
          "canvas": { "width": 8, "height": 8, "elements": [ { "type": "component", "name": "ground" }, { "type": "component", "name": "square", "attributes": { "transform": "translate(2 2)" } } ] },
          "components": {
            "ground": { "width": 8, "height": 8, "variants": { "plain": { "elements": [ { "type": "element", "name": "rect", "attributes": { "width": "8", "height": "8", "fill": { "type": "color", "name": "paint" } } } ] } } },
            "square": { "width": 4, "height": 4, "probability": 50, "variants": { "full": { "elements": [ { "type": "element", "name": "rect", "attributes": { "width": "4", "height": "4", "fill": "#00ff00" } } ] } } }
          },
          "colors": { "paint": { "values": ["#ff0000", "#0000ff"] } }
        }
        """;

    private readonly TempFolder _folder = new();

    private InstalledPackages Packages => new(_folder["packages"]);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void PartsAndColours_AreTheLayers()
    {
        var art = new DiceBearArt(DiceBearPackage.Read("squares", Install(("squares", Squares)), Packages), "squares", 8, Rgb.White, 6);
        var unmoved = new ArtLayout([new(0, 0), new(0, 0)]);

        Assert.Equal(["square: none full", "paint: ff0000 0000ff"], art.Layers.Select(layer => $"{layer.Name}: {string.Join(' ', layer.Variants)}"));
        Assert.Equal(4, art.Combinations);
        var picture = art.Draw(new([1, 1]), unmoved);
        Assert.Equal((new Rgb(0, 0, 255), new Rgb(0, 255, 0)), (picture[0, 0], picture[3, 3]));
        Assert.Equal(new Rgb(255, 0, 0), art.Draw(new([0, 0]), unmoved)[3, 3]);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("{ }")]
    [InlineData($$"""{ {{Meta}}, "components": {}, "canvas": { "width": 8, "height": 8, "elements": [ { "type": "component", "name": "missing" } ] } }""")]
    [InlineData($$"""{ {{Meta}}, "components": {}, "canvas": { "width": 8, "height": 8, "elements": [ { "type": "element", "name": "g", "attributes": { "fill": { "type": "color", "name": "missing" } } } ] } }""")]
    public void ADamagedStyle_IsRefusedByItsName(string json) => Assert.Contains(
        "'broken'", Assert.Throws<DatasetException>(() => DiceBearPackage.Read("broken", Install(("broken", json)), Packages)).Message);

    [Fact]
    public void ComponentsUnderOneMask_AreRefusedByTheirStyle()
    {
        var style = DiceBearStyle.Parse(Encoding.UTF8.GetBytes(Squares.Replace(
            """{ "type": "component", "name": "ground" }""",
            """{ "type": "element", "name": "g", "attributes": { "opacity": ".5" }, "children": [ { "type": "component", "name": "ground" } ] }""")), "masked");

        Assert.Contains("'masked'", Assert.Throws<DatasetException>(() => new DiceBearArt(style, "masked", 8, Rgb.White, 6)).Message);
    }

    [Fact]
    public void WithoutThePackage_TheCommandIsNamed()
    {
        foreach (var packages in new[] { null, Packages })
            Assert.Contains("icon dataset install dicebear", Assert.Throws<DatasetException>(() =>
                DatasetSource.Prepare(new DiceBearSpec { Style = "micah" }, TimeProvider.System, packages)).Message);
    }

    [Fact]
    public void AnotherArchive_IsRefused_AndNothingIsInstalled()
    {
        Assert.Throws<DatasetException>(() => Packages.Install(PinnedPackage.DiceBear, _folder.Add("other.tgz", [1, 2, 3])));

        Assert.False(Packages.Has(PinnedPackage.DiceBear));
        Assert.False(File.Exists(Packages.PathOf(PinnedPackage.DiceBear)));
    }

    private PinnedPackage Install(params (string Name, string Json)[] styles)
    {
        using var bytes = new MemoryStream();
        using (var tar = new TarWriter(new GZipStream(bytes, CompressionLevel.Fastest)))
            foreach (var (name, json) in styles)
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, $"package/src/{name}.json") { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(json)) });
        var archive = bytes.ToArray();
        var package = PinnedPackage.DiceBear with { Version = "0.0.1", Sha512 = Convert.ToBase64String(SHA512.HashData(archive)) };
        Packages.Install(package, _folder.Add("styles.tgz", archive));
        return package;
    }
}
