using IconDiffusion.Data;
using IconDiffusion.Data.Layered;
using IconDiffusion.Data.Sources;
using IconDiffusion.Specs;

namespace IconDiffusion.Data.Tests;

public class FaceTagsTests
{
    [Theory]
    [InlineData("man-beard-medium", "medium skin", "adult", "beard", "male")]
    [InlineData("woman-red-hair", "yellow skin", "adult", "female", "red hair")]
    [InlineData("older-man-dark", "dark skin", "older", "male")]
    [InlineData("person-pilot-light", "light skin", "adult", "pilot")]
    [InlineData("person-police", "yellow skin", "adult", "police officer")]
    [InlineData("girl", "yellow skin", "child", "female")]
    public void AFace_HasTheTagsOfItsCodePoints(string name, params string[] tags) =>
        Assert.Equal(tags.Order(), FaceTags.Of(HumanFaces.All.Single(face => face.Name == name)).Order());

    [Fact]
    public void EveryFace_HasOneSkinAndOneAge_AndNoTagIsOfFew()
    {
        var tags = IconTags.Of(HumanFaces.All.Select(FaceTags.Of));
        string[] ages = ["adult", "baby", "child", "older"];

        Assert.All(HumanFaces.All.Select(FaceTags.Of), face =>
        {
            Assert.Single(face, tag => tag.EndsWith(" skin", StringComparison.Ordinal));
            Assert.Single(face, ages.Contains);
        });
        Assert.Empty(tags.Rare);
        Assert.Equal(103, tags.Counts()[tags.Names.ToList().IndexOf("dark skin")]);
    }

    [Fact]
    public void EmojiAndLayeredArt_ComeWithTags_WhereTheyAreAskedFor()
    {
        var faces = DatasetSource.Prepare(new NotoFacesSpec { Count = 12, HeldOut = 0, ImageSize = 8, Tags = true }, TimeProvider.System);
        var spec = new LayeredSpec { Count = 20, HeldOut = 0, Variants = 3, ImageSize = 8, Tags = true };
        var layered = DatasetSource.Prepare(spec, TimeProvider.System);
        var art = LayeredSource.Open(spec, InstalledPackages.None);

        Assert.Equal(FaceTags.Of(HumanFaces.All[11]).Order(StringComparer.Ordinal), NamesOf(faces, 11));
        Assert.Equal(art.TagsOf(art.Parse(layered.Training.Names[7])).Order(StringComparer.Ordinal), NamesOf(layered, 7));
        Assert.Contains("hair bob", layered.Tags!.Names);
        Assert.Equal(8 * 3, layered.Tags.Names.Count);
    }

    [Fact]
    public void AsManyDrawnIconsAsTrainingIcons_HaveTheTagsOfEachOnce_InAnOrderOfTheSeed()
    {
        var tags = IconTags.Of(Enumerable.Range(0, 7).Select(i => new[] { $"{i}" }));
        var first = Asked(3407, 0);

        Assert.Equal(Enumerable.Range(0, 7), first.Order());
        Assert.Equal(Enumerable.Range(0, 7), Asked(3407, 7).Order());
        Assert.NotEqual(first, Asked(1, 0));

        int[] Asked(int seed, int from) => [.. Enumerable.Range(from, 7).Select(icon => tags.AskedBy(seed, new DdimSpec())(icon).Single())];
    }

    [Fact]
    public void HeldOutIcons_LendTheirTags_LessThoseThatNoTrainingIconHas_AndLeaveTheFingerprint()
    {
        var tags = IconTags.Of([["a", "b"], ["c"]], [["c", "a"], ["b", "z"]]);
        var asked = tags.AskedBy(seed: 1, new DdimSpec { TagsOf = TagsOf.HeldOut });
        var spec = new LayeredSpec { Count = 20, HeldOut = 5, Variants = 3, ImageSize = 8, Tags = true };
        var layered = DatasetSource.Prepare(spec, TimeProvider.System);
        var art = LayeredSource.Open(spec, InstalledPackages.None);
        var before = new IconDataset(spec, layered.Training, layered.HeldOut, layered.Consent, layered.Tags! with { HeldOut = null });

        Assert.Equal([[0, 2], [1]], Enumerable.Range(0, 2).Select(asked).OrderBy(places => places[0]));
        Assert.Equal(5, layered.Tags.HeldOut!.Count);
        Assert.Equal(art.TagsOf(art.Parse(layered.HeldOut!.Names[3])).Order(StringComparer.Ordinal), layered.Tags.HeldOut[3].Select(tag => layered.Tags.Names[tag]));
        Assert.Equal(before.Fingerprint, layered.Fingerprint);
        Assert.Throws<ExperimentException>(() => before.Tags!.AskedBy(1, new DdimSpec { TagsOf = TagsOf.HeldOut }));
    }

    private static IEnumerable<string> NamesOf(IconDataset dataset, int icon) => dataset.Tags!.Icons[icon].Select(tag => dataset.Tags.Names[tag]);
}
