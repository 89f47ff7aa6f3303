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

        Assert.Equal(FaceTags.Of(HumanFaces.All[11]).Order(StringComparer.Ordinal), TagsOf(faces, 11));
        Assert.Equal(art.TagsOf(art.Parse(layered.Training.Names[7])).Order(StringComparer.Ordinal), TagsOf(layered, 7));
        Assert.Contains("hair bob", layered.Tags!.Names);
        Assert.Equal(8 * 3, layered.Tags.Names.Count);
    }

    [Fact]
    public void AsManyDrawnIconsAsTrainingIcons_HaveTheTagsOfEachOnce_InAnOrderOfTheSeed()
    {
        var tags = IconTags.Of(Enumerable.Range(0, 7).Select(i => new[] { $"{i}" }));
        int[] first = [.. Enumerable.Range(0, 7).Select(icon => tags.TrainingIconOf(3407, icon))];

        Assert.Equal(Enumerable.Range(0, 7), first.Order());
        Assert.Equal(Enumerable.Range(0, 7), Enumerable.Range(7, 7).Select(icon => tags.TrainingIconOf(3407, icon)).Order());
        Assert.NotEqual(first, Enumerable.Range(0, 7).Select(icon => tags.TrainingIconOf(1, icon)));
    }

    private static IEnumerable<string> TagsOf(IconDataset dataset, int icon) => dataset.Tags!.Icons[icon].Select(tag => dataset.Tags.Names[tag]);
}
