using IconDiffusion.Specs;

namespace IconDiffusion.Data;

/// <summary>
/// The tags of the emoji of human heads, from the code points of <see cref="HumanFaces"/>: skin, age, gender, hair, and what they wear or do, in the
/// words of the emoji's CLDR short names. No gender is stated of emoji that have none.
/// </summary>
public static class FaceTags
{
    private const string NoTone = "yellow skin";

    private static readonly Dictionary<string, string[]> Table = new()
    {
        ["1F3FB"] = ["light skin"],
        ["1F3FC"] = ["medium-light skin"],
        ["1F3FD"] = ["medium skin"],
        ["1F3FE"] = ["medium-dark skin"],
        ["1F3FF"] = ["dark skin"],
        // Persons.
        ["1F476"] = ["baby"],
        ["1F9D2"] = ["child"],
        ["1F466"] = ["child", "male"],
        ["1F467"] = ["child", "female"],
        ["1F9D1"] = ["adult"],
        ["1F468"] = ["adult", "male"],
        ["1F469"] = ["adult", "female"],
        ["1F9D3"] = ["older"],
        ["1F474"] = ["older", "male"],
        ["1F475"] = ["older", "female"],
        ["1F9D4"] = ["adult", "beard"],
        ["1F471"] = ["adult", "blond hair"],
        ["1F472"] = ["adult", "male", "skullcap"],
        ["1F9D5"] = ["adult", "female", "headscarf"],
        ["1F473"] = ["adult", "turban"],
        ["1F470"] = ["adult", "veil"],
        ["1FAC5"] = ["adult", "crown"],
        ["1F934"] = ["adult", "male", "crown"],
        ["1F478"] = ["adult", "female", "crown"],
        ["1F385"] = ["older", "male", "claus", "beard"],
        ["1F936"] = ["older", "female", "claus"],
        ["1F47C"] = ["baby", "angel"],
        ["1F46E"] = ["adult", "police officer"],
        ["1F482"] = ["adult", "guard"],
        ["1F477"] = ["adult", "construction worker"],
        ["1F935"] = ["adult", "tuxedo"],
        // What is joined to a person.
        ["2640"] = ["female"],
        ["2642"] = ["male"],
        ["1F9B0"] = ["red hair"],
        ["1F9B1"] = ["curly hair"],
        ["1F9B2"] = ["bald"],
        ["1F9B3"] = ["white hair"],
        ["1F384"] = ["claus"],
        ["2695"] = ["health worker"],
        ["1F393"] = ["student"],
        ["1F4BC"] = ["office worker"],
        ["2708"] = ["pilot"],
        ["1F680"] = ["astronaut"],
        ["1F692"] = ["firefighter"],
        ["1F3ED"] = ["factory worker"],
        ["1F373"] = ["cook"],
        ["1F33E"] = ["farmer"],
        ["1F527"] = ["mechanic"],
        ["1F52C"] = ["scientist"],
        ["2696"] = ["judge"],
        ["1F3A8"] = ["artist"],
        ["1F3A4"] = ["singer"],
        ["1F3EB"] = ["teacher"],
        ["1F4BB"] = ["technologist"],
    };

    // A joiner, and the mark of an emoji's coloured form.
    private static readonly string[] Silent = ["200D", "FE0F"];

    /// <summary>A face's tags.</summary>
    public static EquatableList<string> Of(HumanFace face)
    {
        string[] parts = [.. face.CodePoints.Split(' ').Except(Silent)];
        string[] tags = [.. parts.SelectMany(part => Table[part])];
        return [.. tags.Any(tag => tag.EndsWith(" skin", StringComparison.Ordinal)) ? tags : [NoTone, .. tags]];
    }
}
