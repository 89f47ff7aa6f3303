using System.Text.RegularExpressions;
using IconDiffusion.Specs.Cluster;
using IconDiffusion.Specs.Languages;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Specs.Tests;

/// <summary>That other languages have all that is written into results and statuses.</summary>
public sealed partial class LanguageTests
{
    public static TheoryData<string> Others => [.. Language.Others];

    [Theory]
    [MemberData(nameof(Others))]
    public void WhatResultsAndStatusesSay_IsThereInEveryLanguage(string code)
    {
        var texts = Language.OfResults[code].Texts;

        Assert.Empty(Said().Except(texts.Keys));
        Assert.All(texts, text => Assert.Equal(Places(text.Key), Places(text.Value)));
    }

    [Theory]
    [InlineData("ja", "ja-JP,en")]
    [InlineData("en", "fr,en-GB,ja")]
    [InlineData("ja", "fr,JA")]
    [InlineData("en", "fr,jam")]
    public void TheFirstLanguageThatThereIs_IsChosen(string expected, string wanted) => Assert.Equal(expected, Language.Choose(wanted.Split(',')));

    // With their numbers taken out.
    private static IEnumerable<string> Said() =>
    [
        .. WorkKind.All.Select(kind => kind.Word),
        .. Enum.GetValues<CellState>().Where(state => WorkKind.Of(state) is null).Select(state => $"{state}").Concat(Enum.GetNames<ExperimentState>()).Select(state => state.ToLowerInvariant()),
        .. FigureCatalogue.All.SelectMany(figure => (string[])[figure.Label, figure.Unit, figure.Definition, figure.ComparesWith]).Where(text => text.Length > 0),
        .. FigureCatalogue.OfParts.SelectMany(figure => (string[])[figure.Label, figure.Unit, figure.Definition, figure.ComparesWith]),
        .. FigureCatalogue.OfEnlarged.SelectMany(figure => (string[])[figure.Label, figure.Unit, figure.Definition]).Where(text => text.Length > 0),
        .. Enum.GetValues<EnlargedBy>().Select(EnlargedRow.Name),
        .. Enum.GetValues<SetKind>().Select(kind => kind.Name()),
        .. Enum.GetValues<SetKind>().Except([SetKind.Generated]).Select(kind => kind.Plural()),
        .. Windows(),
        .. from heading in (string[])[CopyVerdict.Heading(0), CopyVerdict.Heading(1), CopyVerdict.Heading(2)]
           from lie in (string[])["icon lies", "icons lie"]
           from rule in (string[])["closer to one training icon than {2} % of training icons lie to each other (aligned distance below {3} of {4})", "on the only training picture (aligned distance of at most {2} of {3})"]
           select $"{heading}: {{0}} of {{1}} {lie} {rule}.",
    ];

    private static IEnumerable<string> Windows() =>
        from state in Enum.GetValues<WindowState>()
        from result in (long?[])[null, 100, 2000, 3000]
        let window = new TrainingWindow
        {
            State = state, Step = 5000, Looks = 9, Copies = 0, Icons = 8, HeldOut = 0, Best = 1500, Result = result,
            Quality = state is WindowState.Open or WindowState.Closed ? new(0, 1000) : null,
            Copying = state is WindowState.Closed ? new(0, 2500) : state is WindowState.NeverOpens ? new(0, 500) : null,
        }
        from text in WindowText.Lacking(window).Append(window.Text)
        select WithoutNumbers(text);

    private static string WithoutNumbers(string sentence)
    {
        var numbers = 0;
        return Number().Replace(sentence, _ => $"{{{numbers++}}}");
    }

    private static string[] Places(string text) => [.. PlaceHolder().Matches(text).Select(found => found.Value).Distinct().Order()];

    [GeneratedRegex(@"\d+(?:[.,]\d+)*")]
    private static partial Regex Number();

    [GeneratedRegex(@"\{\d\}")]
    private static partial Regex PlaceHolder();
}
