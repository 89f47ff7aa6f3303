using System.Text.Json.Serialization;

namespace IconDiffusion.Specs;

/// <summary>The figures of one finished run and everything that reproduces them.</summary>
public sealed record RunResult
{
    /// <summary>The run's identity: a hash of its spec and its data set.</summary>
    public required string RunId { get; init; }

    public required RunSpec Spec { get; init; }

    /// <summary>SHA-256 over the pixels and settings of the training set.</summary>
    public required string DatasetFingerprint { get; init; }

    public required Scores Scores { get; init; }

    public required TrainingSummary Training { get; init; }

    public required SamplingSummary Sampling { get; init; }

    public required Provenance Provenance { get; init; }
}

/// <summary>The preprint's three figures, with the counts that they rest on: what every table, page and report shows of them is this record.</summary>
public sealed record Scores
{
    /// <summary>Fréchet distance between the features of the generated and the training icons.</summary>
    public required double Fid { get; init; }

    /// <summary>Mean over the generated icons of the smallest mean absolute pixel difference to a training icon, RGB in 0…255.</summary>
    public required double Mae { get; init; }

    /// <summary>The same against the training icons and their mirror images.</summary>
    public required double MaeMirrored { get; init; }

    /// <summary>Of a style transfer: mean absolute pixel difference of each icon to its own content icon, RGB in 0…255. Null: it is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? ContentMae { get; init; }

    /// <summary>MAE − FID, the preprint's eq. 1.</summary>
    public double Nwi => Mae - Fid;

    public required int GeneratedCount { get; init; }

    public required int TrainingCount { get; init; }

    /// <summary>Which network the features are from, with its weights.</summary>
    public required string Features { get; init; }

    /// <summary>The network as it stands beside a figure's name: <c>ResNet-18</c>. FID and NWI compare with those of the same network alone.</summary>
    public string Network => FeatureNetworks.NameOf(Features);

    /// <summary>Why a figure must not be compared with published ones; empty: it may be.</summary>
    public required EquatableList<string> NotComparable { get; init; }
}

/// <summary>What training did and which limit ended it.</summary>
public sealed record TrainingSummary
{
    public required long Steps { get; init; }

    public required long ImagesSeen { get; init; }

    /// <summary>Time worked, over all interruptions.</summary>
    public required TimeSpan Time { get; init; }

    public required TrainingEnd End { get; init; }

    /// <summary>Mean loss of the last hundred steps.</summary>
    public required double Loss { get; init; }

    public required long Parameters { get; init; }

    /// <summary>SHA-256 over the averaged (EMA) weights.</summary>
    public required string WeightsHash { get; init; }

    /// <summary>The safe window that was seen while it trained, and where the result lies; null: nobody looked.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TrainingWindow? Window { get; init; }

    /// <summary>The weights that it started from, and those that they started from in turn; null: random ones.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public EquatableList<WeightsOrigin>? Origins { get; init; }
}

/// <summary>What another training started from: weights, or the content icons of a style transfer.</summary>
public sealed record WeightsOrigin
{
    /// <summary>The run that made them; null: they were a file.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Run { get; init; }

    /// <summary>Whether they are no weights but the content icons of a style transfer.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsContent { get; init; }

    /// <summary>SHA-256 of their file; of content icons, their fingerprint.</summary>
    public required string WeightsHash { get; init; }

    /// <summary>What consents are on record for: the fingerprint of the data set that they were trained on; of a file, whose data set nobody knows, its own SHA-256.</summary>
    public required string Rests { get; init; }

    /// <summary>Id of the consent record that held when the training started; null: nobody's was on record.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Consent { get; init; }
}

/// <summary>What ended training: a limit, or the end of the safe window.</summary>
public enum TrainingEnd { Steps, Budget, Window }

/// <summary>What sampling did.</summary>
public sealed record SamplingSummary
{
    public required int Count { get; init; }

    public required TimeSpan Time { get; init; }
}

/// <summary>The machine and the software that made a result.</summary>
public sealed record Provenance
{
    public required string CodeVersion { get; init; }

    public required string Device { get; init; }

    public required string LibTorch { get; init; }

    public required int Threads { get; init; }

    /// <summary>Generation of the code that computed it: counts up when the same spec comes to other bits. 1: by the first releases.</summary>
    public int Generation { get; init; } = 1;

    public required DateTimeOffset FinishedAt { get; init; }
}
