namespace IconDiffusion.Specs.Tables;

/// <summary>FID and NWI of one row of the preprint's tables; its MAE is their sum.</summary>
public sealed record PreprintFigures(double Fid, double Nwi);

/// <summary>The setting and the figures of the preprint's Table 2, for standing beside our own.</summary>
public static class Preprint
{
    public const int GeneratedCount = 1024;

    public const int TrainingCount = 158;

    public const int ImageSize = 128;

    /// <summary>Its Table 1: data sets against data sets, in its order.</summary>
    public static IReadOnlyList<(string Pair, PreprintFigures Figures)> Table1 { get; } =
    [
        ("same artist, early and new", new(57.4, 3.91)),
        ("same artist, early and new", new(96.2, 35.6)),
        ("same artist, early and new", new(67.5, 26.1)),
        ("different artists", new(352, -165)),
        ("different artists", new(398, -201)),
    ];

    /// <summary>The row of this method and shape, on icons of the preprint's size; null: it has none.</summary>
    public static PreprintFigures? Of(RunSpec run) => run.Dataset.ImageSize != ImageSize ? null : run.Model switch
    {
        DcganSpec { GeneratorChannels: 64, DiscriminatorChannels: 64 } => new(293, -202),
        StyleGan2Spec { ChannelBase: 16384, ChannelMax: 512 } => new(67.8, -35.5),
        DdpmSpec { Unet: { Dim: 64, Knockout: { SkipLevels.Count: 0, BottleneckAttention: false } } unet } =>
            unet.DimMults.ToString() switch
            {
                "(1,2,4,8)" => new(14.3, 9.99),
                "(1,16)" or "(1,4,16)" => new(27.4, 29.4),  // its "hourglass"
                _ => null,
            },
        _ => null,
    };
}
