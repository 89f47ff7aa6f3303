using System.Text.Json.Serialization;

namespace IconDiffusion.Specs;

/// <summary>
/// One look at a network while it is trained: how much of what it draws is copied, how good it is, and the earliest signs of both. A run keeps
/// one JSON line of each, in the order of their steps.
/// </summary>
public sealed record WindowPoint
{
    /// <summary>Optimiser steps done.</summary>
    public required long Step { get; init; }

    /// <summary>Seconds worked when the look began, over all interruptions, earlier looks included.</summary>
    public required double Seconds { get; init; }

    /// <summary>Seconds that the look took.</summary>
    public required double Cost { get; init; }

    /// <summary>Icons that were drawn for it, at every look from the same latents: the run's first ones.</summary>
    public required int Icons { get; init; }

    /// <summary>How many of them are called copies (decision 8).</summary>
    public required int Copies { get; init; }

    /// <summary>What the same rule calls copies by chance.</summary>
    public required CopyChance Chance { get; init; }

    /// <summary>Share of the icons whose nearest training picture is less than a third as far as the second nearest, by aligned distance (Yoon et al. 2023); null: there is but one picture.</summary>
    public required double? Gap { get; init; }

    /// <summary>Median over the icons of the part of training pictures, 0…100, that lie nearer to another one than the icon does to its nearest; null: there is but one picture.</summary>
    public required double? Percentile { get; init; }

    /// <summary>Mean over the icons of the aligned distance to the nearest training icon, 0…255.</summary>
    public required double NearestDistance { get; init; }

    /// <summary>Which network the features are from, with its weights: distances compare with those of the same network alone.</summary>
    public required string Features { get; init; }

    /// <summary>How the icons lie to the training icons as a set.</summary>
    public required SetDistance Training { get; init; }

    /// <summary>The same to the held-out icons; null: fewer than two were held out, so that no distance here is blind to copying.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SetDistance? HeldOut { get; init; }

    /// <summary>What the method itself tells, earlier than any icon does.</summary>
    public required EquatableList<EarlySign> Signs { get; init; }

    /// <summary>The distance that quality is told by: to the held-out icons, or where there are none to the training icons.</summary>
    [JsonIgnore]
    public double Quality => (HeldOut ?? Training).Frechet;
}

/// <summary>Distances of the drawn icons to a set of real ones, by a network's features. They are biased by the counts, which are the same at every look of a run.</summary>
/// <param name="Count">Icons of the set.</param>
/// <param name="Frechet">Fréchet distance (Heusel et al. 2017).</param>
/// <param name="Kernel">Kernel distance, the unbiased squared MMD (Bińkowski et al. 2018).</param>
public sealed record SetDistance(int Count, double Frechet, double Kernel);

/// <summary>One number of the method's own on icons that it was trained on, on held-out ones and on drawn ones. What it says of the first and not of the second it has learned by heart.</summary>
/// <param name="Name">Such as <c>loss t 0–249</c>, the mean denoising loss at fixed noise, or <c>logit</c>, what a discriminator or critic says on average.</param>
/// <param name="Training">Mean over training icons.</param>
/// <param name="HeldOut">Mean over held-out icons; null: there are none.</param>
/// <param name="Generated">Mean over the drawn icons; null: the method does not ask it of them.</param>
public sealed record EarlySign(string Name, double Training, double? HeldOut, double? Generated)
{
    /// <summary>Held-out less training; null: nothing was held out.</summary>
    [JsonIgnore]
    public double? Gap => HeldOut - Training;
}

/// <summary>What is known of how often the rule of copies (decision 8) calls a new icon of the training set's own kind a copy.</summary>
/// <param name="Pictures">Training pictures, which the threshold was taken from.</param>
/// <param name="Closer">How many of them lie no farther from their nearest than the threshold.</param>
/// <param name="HeldOut">Held-out icons.</param>
/// <param name="HeldOutCopies">How many of them the rule calls copies.</param>
public sealed record CopyChance(int Pictures, int Closer, int HeldOut, int HeldOutCopies);
