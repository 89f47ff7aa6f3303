using System.CommandLine;
using IconDiffusion.Pipeline.Comparisons;
using IconDiffusion.Specs;

namespace IconDiffusion.Silo.Commands;

/// <summary>What every command takes that compares sets of images.</summary>
internal sealed class ImageSetOptions
{
    private readonly Option<int?> _size = new("--size")
    {
        Description = "Compare folders at this size in pixels (default: the usual side of the first folder's images; 128 for a built-in set).",
        HelpName = "PX",
    };

    private readonly Option<string?> _features = new("--features")
    {
        Description = "The network behind FID and NWI: inception-v3-fid, resnet18-imagenet, random, or your own ONNX file with a JSON file of the same name that states what it takes (default: inception-v3-fid where 'icon weights' has put it, else resnet18-imagenet).",
        HelpName = "NETWORK|FILE",
    };

    private readonly Option<bool> _random = new("--random-features") { Description = "The same as --features random: the FID compares with nothing published." };

    private readonly Option<bool> _skip = new("--skip-unreadable")
    {
        Description = "Leave out files that cannot be read, name them, and compare the rest (default: refuse).",
    };

    public ImageSetOptions() => _features.Validators.Add(result =>
    {
        if (result.GetValueOrDefault<string?>() is { } text && FeatureSource.TryParse(text) is null) result.AddError($"--features is '{text}'; wanted {FeatureSource.Wanted}.");
    });

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_size, _features, _random, _skip]) command.Options.Add(option);
    }

    /// <summary>The sets to compare, as the options say.</summary>
    public ComparisonRequest Request(ParseResult parsed, DatasetSpec first, params IEnumerable<DatasetSpec> others) => new()
    {
        First = first,
        Others = [.. others],
        Size = parsed.GetValue(_size),
        SkipUnreadable = parsed.GetValue(_skip),
        Evaluation = new() { Features = parsed.GetValue(_random) ? FeatureNetwork.Random : parsed.GetValue(_features) is { } text ? FeatureSource.TryParse(text) : null },
    };
}
