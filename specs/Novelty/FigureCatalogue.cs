namespace IconDiffusion.Specs.Novelty;

/// <summary>Every figure that a novelty report may hold, in the order in which it is shown.</summary>
public static class FigureCatalogue
{
    /// <summary>The source of a figure that this project defines.</summary>
    public const string Here = "here";

    /// <summary>What follows a key of a figure that each space has: <c>ct-aligned</c>.</summary>
    public static string SpaceKey(DistanceSpace space) => space switch
    {
        DistanceSpace.Pixel => "pixel",
        DistanceSpace.Aligned => "aligned",
        DistanceSpace.Feature => "feature",
        DistanceSpace.Descriptor => "descriptor",
        _ => throw new ArgumentOutOfRangeException(nameof(space), space, "Wanted a distance space."),
    };

    /// <summary>All of them.</summary>
    public static EquatableList<FigureDefinition> All { get; } =
    [
        new("copies", "Copies", "Share of icons that lie closer to one training icon than the stated part of training icons lies to each other, by aligned distance.",
            Here, "share", CopyingSign.High, Better.Lower, DistanceSpace.Aligned),
        new("fid", "FID", "Fréchet distance between Gaussians fitted to the network's features of both sets; biased upwards, the more the fewer the icons.",
            "Heusel et al. 2017", "", CopyingSign.Low, Better.Lower, OfFeatures: true),
        new("fid-floor", "FID floor", "Mean FID between random halves of the training set: what real icons score against real ones at that count.",
            Here, "", CopyingSign.Neither, Better.Neither, OfFeatures: true),
        new("fid-infinity", "FID∞", "FID extrapolated to infinitely many icons of the set by a line through FID against 1/N of 15 subset sizes; the training set stays as it is.",
            "Chong & Forsyth 2020", "", CopyingSign.Low, Better.Lower, OfFeatures: true),
        new("kid", "KID", "Unbiased squared maximum mean discrepancy of the network's features with the kernel (xᵀy/d + 1)³, mean over 100 random subsets.",
            "Bińkowski et al. 2018", "", CopyingSign.Low, Better.Lower, OfFeatures: true),
        new("kid-held-out", "KID to held-out icons", "The same against the icons that were held out: new work by the same hand, so that copying earns nothing.",
            "after Bińkowski et al. 2018", "", CopyingSign.Neither, Better.Lower, OfFeatures: true),
        new("mifid", "MiFID", "FID divided by the mean smallest cosine distance to a training icon where that mean is below 0.1, FID itself elsewhere.",
            "Bai et al. 2021", "", CopyingSign.High, Better.Lower, OfFeatures: true),
        new("precision", "Precision", "Share of icons whose features lie within reach of a training icon: nearer than its k-th nearest training icon.",
            "Kynkäänniemi et al. 2019", "share", CopyingSign.Neither, Better.Higher, OfFeatures: true),
        new("recall", "Recall", "Share of training icons whose features lie within reach of an icon: nearer than its k-th nearest icon of the same set.",
            "Kynkäänniemi et al. 2019", "share", CopyingSign.Neither, Better.Higher, OfFeatures: true),
        new("density", "Density", "Within reach of how many training icons an icon lies on average, divided by k; it may exceed 1.",
            "Naeem et al. 2020", "", CopyingSign.Neither, Better.Higher, OfFeatures: true),
        new("coverage", "Coverage", "Share of training icons that have an icon within reach of them.",
            "Naeem et al. 2020", "share", CopyingSign.Neither, Better.Higher, OfFeatures: true),
        new("cluster-diversity", "Diversity", "Mean of 1 − cosine of the network's features between icons that share their nearest training icon, of each such training icon, then over these.",
            "Ojha et al. 2021", "", CopyingSign.Low, Better.Higher, OfFeatures: true),
        new("mae", "MAE", "Mean over icons of the smallest mean absolute pixel difference to a training icon, as they lie.",
            "the preprint, §5.1", "of 255", CopyingSign.Low, Better.Higher, DistanceSpace.Pixel),
        new("mae-aligned", "Aligned MAE", "The same, the least over mirroring and shifts, backgrounds made equal.",
            Here, "of 255", CopyingSign.Low, Better.Higher, DistanceSpace.Aligned),
        new("nwi", "NWI", "MAE − FID; it ranks a copying machine above a perfect generator and is never to be read alone.",
            "the preprint, eq. 1", "", CopyingSign.Neither, Better.Higher, OfFeatures: true),
        .. Similarity(DistanceSpace.Feature),
        .. Similarity(DistanceSpace.Descriptor),
        .. Spaces("nn-percentile", "NN percentile", "Median over icons of the part of training icons that lie nearer to another training icon than the icon does to its nearest",
            "after Meehan et al. 2020", "%", CopyingSign.Low, Better.Higher),
        .. Spaces("ct", "C_T", "Mann–Whitney Z of the icons' distances to their nearest training icons against those of held-out icons: far below 0 where icons lie nearer than new real ones do",
            "Meehan et al. 2020", "σ", CopyingSign.Low, Better.Neither),
        .. Spaces("authpct", "AuthPct", "Part of icons that lie farther from their nearest training icon than that one lies from its own nearest training icon",
            "Alaa et al. 2022", "%", CopyingSign.Low, Better.Higher),
        .. Spaces("gap", "Gap", "Share of icons whose nearest training icon is less than a third as far as the second nearest",
            "Yoon et al. 2023", "share", CopyingSign.High, Better.Lower),
        new("sources-distinct", "Sources", "Mean over icons of the number of different training icons that their patches resemble most.",
            Here, "icons", CopyingSign.Low, Better.Higher),
        new("sources-largest-share", "Largest source", "Mean over icons of the part of their patches that resemble one training icon most.",
            Here, "share", CopyingSign.High, Better.Lower),
    ];

    /// <summary>Those of icons whose parts are known, which a recombination report holds.</summary>
    public static EquatableList<FigureDefinition> OfParts { get; } =
    [
        Part("copy", "Share of icons whose parts are all known and were trained on together."),
        Part("recombination", "Share of icons whose parts are all known and were not trained on together.", Better.Higher),
        Part("unexplained", "Share of icons with a part that is no known variant.", Better.Lower),
        Part("parts-recognised", "Mean over icons of the share of their parts that are a known variant.", Better.Higher),
        Part("copy-of-explained", "Share of copies among icons whose parts are all known.", Better.Lower),
        Part("nearest-in-training", "Share of icons whose closest variants, recognised or not, were trained on together.", Better.Lower),
        Part("copy-by-chance", "Share of all combinations that was trained on: what drawing every part independently would copy."),
        Part("layout-shift", "Mean distance of known parts from their places in the layout.", unit: "px"),
        Part("layout-shift-training", "The same of the training icons.", unit: "px"),
        Part("asked-shown", "Mean over icons of the share of the parts asked for that they show.", Better.Higher),
        Part("asked-all", "Share of icons that show every part that was asked for.", Better.Higher),
        Part("asked-by-chance", "The share of parts shown if requests were dealt among the icons at random."),
        Part("asked-training", "Mean over training icons of the share of their own parts that are found in them."),
        Part("copy-layout-shift", "Mean distance of a copy's parts from the places that they have in its training icon.", unit: "px"),
    ];

    /// <summary>Those of icons that were enlarged, which an <see cref="EnlargedReport"/> holds.</summary>
    public static EquatableList<FigureDefinition> OfEnlarged { get; } =
    [
        new("psnr", "PSNR", "Mean over icons of the peak signal-to-noise ratio to the original over red, green and blue; the error counts at least as that of rounding.",
            Here, "dB", CopyingSign.Neither, Better.Higher),
        new("ssim", "SSIM", "Mean over icons of the structural similarity to the original of red, green and blue: Gaussian window of 11 px and σ 1.5 where it fits, K₁ 0.01, K₂ 0.03.",
            "Wang et al. 2004", "", CopyingSign.Neither, Better.Higher),
        new("enlarged-features", "Feature distance", "Mean over icons of 1 − cosine of the network's features to those of the original.",
            Here, "", CopyingSign.Neither, Better.Lower, OfFeatures: true),
    ];

    private static readonly Dictionary<string, FigureDefinition> ByKey = All.Concat(OfParts).Concat(OfEnlarged).ToDictionary(each => each.Key);

    /// <summary>The figure of that key; null: there is none.</summary>
    public static FigureDefinition? Find(string key) => ByKey.GetValueOrDefault(key);

    /// <summary>The figure of that key.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public static FigureDefinition Of(string key) =>
        Find(key) ?? throw new KeyNotFoundException($"There is no figure '{key}'; known are {string.Join(", ", All.Select(each => each.Key))}.");

    private static FigureDefinition Part(string key, string definition, Better better = Better.Neither, string unit = "share") =>
        new(key, key.Replace('-', ' '), definition, Here, unit, CopyingSign.Neither, better);

    private static IEnumerable<FigureDefinition> Similarity(DistanceSpace space)
    {
        var (key, name) = (SpaceKey(space), space == DistanceSpace.Feature ? "Similarity" : "Descriptor similarity");
        const string source = "Somepalli et al. 2022";
        var of = space == DistanceSpace.Feature ? "the feature network's features" : "the copy-detection network's descriptors";
        return
        [
            new($"{key}-similarity-mean", $"{name}, mean", $"Mean over icons of the largest cosine of {of} to a training icon's.", source, "", CopyingSign.High, Better.Lower, space),
            new($"{key}-similarity-p75", $"{name}, 75 %", $"The cosine to the nearest training icon that 75 % of icons stay below, of {of}.", source, "", CopyingSign.High, Better.Lower, space),
            new($"{key}-similarity-p90", $"{name}, 90 %", $"The cosine to the nearest training icon that 90 % of icons stay below, of {of}.", source, "", CopyingSign.High, Better.Lower, space),
            new($"{key}-similarity-p95", $"{name}, 95 %", $"The cosine to the nearest training icon that 95 % of icons stay below, of {of}.", source, "", CopyingSign.High, Better.Lower, space),
            new($"{key}-similarity-high", $"{name}, high", $"Share of icons more alike to a training icon, by {of}, than 95 % of training icons are to each other.", source, "share", CopyingSign.High, Better.Lower, space),
        ];
    }

    private static IEnumerable<FigureDefinition> Spaces(string key, string label, string definition, string source, string unit, CopyingSign sign, Better better) =>
        Enum.GetValues<DistanceSpace>().Select(space =>
            new FigureDefinition($"{key}-{SpaceKey(space)}", $"{label}, {SpaceKey(space)}", $"{definition}, by {SpaceKey(space)} distance.", source, unit, sign, better, space));
}
