namespace IconDiffusion.Specs.Novelty;

/// <summary>A run's scores as figures of the catalogue.</summary>
public static class ScoreFigures
{
    extension(Scores scores)
    {
        /// <summary>FID, MAE and NWI, with the counts that they rest on.</summary>
        public EquatableList<Figure> Figures =>
        [
            Of(scores, "fid", scores.Fid),
            Of(scores, "mae", scores.Mae),
            Of(scores, "nwi", scores.Nwi),
        ];
    }

    private static Figure Of(Scores scores, string key, double value) => new(key, value, N: scores.GeneratedCount, M: scores.TrainingCount);
}
