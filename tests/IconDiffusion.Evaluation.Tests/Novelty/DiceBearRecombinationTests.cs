using System.Collections.Concurrent;
using IconDiffusion.Evaluation.Parts;
using IconDiffusion.Specs;
using Xunit.Abstractions;

namespace IconDiffusion.Evaluation.Tests.Novelty;

/// <summary>The controls of <see cref="RecombinationTests"/> for illustrators' styles.</summary>
public class DiceBearRecombinationTests(InstalledStyles installed, ITestOutputHelper output) : IClassFixture<InstalledStyles>
{
    private static readonly string[] Styles = ["adventurer", "toon-head", "micah", "lorelei"];

    private readonly ConcurrentDictionary<DiceBearSpec, RecombinationControls> _controls = new();

    public static TheoryData<string> Named => [.. Styles];

    public static TheoryData<string, int, int> Sized()
    {
        var sized = new TheoryData<string, int, int>();
        foreach (var style in Styles)
        {
            sized.Add(style, 64, 10);
            sized.Add(style, 128, 4);
        }
        return sized;
    }

    [SkippableTheory]
    [Trait("Speed", "Slow")]
    [MemberData(nameof(Named))]
    public void AFewOfEachControl_AreClassifiedRight(string style) => AssertRight(style, 64, variants: 3, count: 4, least: 0.75);

    [SkippableTheory]
    [MemberData(nameof(Sized))]
    [Trait("Speed", "Slow")]
    public void MoreOfEachControl_AreClassifiedRight(string style, int size, int count) => AssertRight(style, size, variants: 6, count, least: 0.95);

    private void AssertRight(string style, int size, int variants, int count, double least)
    {
        var spec = new DiceBearSpec { Style = style, ImageSize = size, Count = 200, HeldOut = 0, Variants = variants, HorizontalFlip = false };
        var controls = _controls.GetOrAdd(spec, _ => new(spec, installed.Packages));
        Assert.All(RecombinationTests.Kinds, kind =>
        {
            var (expected, icons) = controls.Make(kind, count);

            var right = Recombination.Score(spec, installed.Packages, controls.Training, icons, default).Icons.Count(icon => icon.Class == expected);

            output.WriteLine($"{style}, {size} px, {kind}: {right} of {count} are {expected}");
            Assert.InRange(right, least * count, count);
        });
    }
}
