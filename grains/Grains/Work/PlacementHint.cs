namespace IconDiffusion.Grains.Work;

/// <summary>Names in the request context that a placement director heeds.</summary>
public static class PlacementHint
{
    /// <summary>The silo on which a grain shall be activated.</summary>
    public const string Silo = "icon.silo";
}
