namespace IconDiffusion.Generators.Training;

/// <summary>
/// Tells when a GAN has nothing left to learn from: the discriminator's loss has stayed at its floor, so the generator gets no
/// gradient, or all icons have become one. What it knows follows from the loss log alone, so a resumed run tells the same.
/// </summary>
/// <param name="saturatedLoss">The discriminator's loss that is as good as none; null: this method's has no floor.</param>
public sealed class CollapseWatch(double? saturatedLoss)
{
    /// <summary>Steps in a row with a saturated loss that make a collapse.</summary>
    public const int SaturatedSteps = 1000;

    /// <summary>Steps between two looks at how different the icons are.</summary>
    public const int LookEvery = 250;

    /// <summary>Looks in a row at icons that are all alike that make a collapse.</summary>
    public const int LooksAlike = 3;

    /// <summary>Icons are alike where they differ from their mean by less than this, of 255 levels: nobody could tell them apart.</summary>
    public const double AlikeLevels = 1;

    /// <summary>The discriminator's loss among a step's <see cref="LossEntry.Figures"/>.</summary>
    public const string DiscriminatorLoss = "discriminatorLoss";

    /// <summary>Mean absolute difference of some fixed icons from their mean icon, in 0…255, among a step's figures.</summary>
    public const string Diversity = "diversity";

    private int _saturated;
    private int _alike;

    /// <summary>Whether it may be on the way: what is kept now might be of no use.</summary>
    public bool IsSuspicious => _saturated >= SaturatedSteps / 2 || _alike > 0;

    /// <summary>Takes note of a step; every one, in order.</summary>
    /// <returns>A sentence on the collapse that this step completes; null: none. After one the count begins anew.</returns>
    public string? Note(LossEntry entry)
    {
        var figures = entry.Figures ?? new Dictionary<string, double>();
        if (figures.TryGetValue(DiscriminatorLoss, out var loss)) _saturated = loss < saturatedLoss ? _saturated + 1 : 0;
        if (figures.TryGetValue(Diversity, out var levels)) _alike = levels < AlikeLevels ? _alike + 1 : 0;
        if (_saturated == SaturatedSteps)
        {
            _saturated = 0;
            return $"Training collapsed: for {SaturatedSteps} steps up to step {entry.Step} the discriminator's loss was below {saturatedLoss}, so the generator learned nothing.";
        }
        if (_alike == LooksAlike)
        {
            _alike = 0;
            return $"Training collapsed: since step {entry.Step - (LooksAlike - 1) * LookEvery} all icons are alike; at step {entry.Step} they differ by {levels:0.00} of 255 levels.";
        }
        return null;
    }
}
