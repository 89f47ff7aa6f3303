using IconDiffusion.Evaluation.Novelty.Aligned;

namespace IconDiffusion.Evaluation.Novelty.Figures;

/// <summary>Nearest icons read off a table of all distances.</summary>
internal static class TableMatches
{
    /// <summary>The nearest column of each row, the lowest of equally near ones.</summary>
    /// <param name="groups">Which picture each column is: the second nearest is of another picture than the nearest.</param>
    public static AlignedMatch[] Find(DistanceTable table, int[] groups)
    {
        var matches = new AlignedMatch[table.Rows];
        for (var i = 0; i < matches.Length; i++)
        {
            var row = table[i];
            var best = 0;
            for (var j = 1; j < row.Length; j++)
                if (row[j] < row[best]) best = j;
            var second = double.PositiveInfinity;
            for (var j = 0; j < row.Length; j++)
                if (groups[j] != groups[best]) second = Math.Min(second, row[j]);
            matches[i] = new(best, row[best], second);
        }
        return matches;
    }

    /// <summary>Distance of each picture to its nearest other one; empty: there is but one.</summary>
    /// <param name="table">Of a set with itself.</param>
    /// <param name="pictures">The icon that stands for each picture.</param>
    public static double[] LeaveOneOut(DistanceTable table, int[] pictures) => pictures.Length < 2 ? []
        : Array.ConvertAll(pictures, i => pictures.Where(j => j != i).Min(j => table[i][j]));
}
