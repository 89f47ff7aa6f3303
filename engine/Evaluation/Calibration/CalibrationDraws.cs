using IconDiffusion.Evaluation.Novelty.Figures;
using IconDiffusion.Specs.Novelty;

namespace IconDiffusion.Evaluation.Calibration;

/// <summary>Which icons each set of a calibration is made of: places among the icons of all pools, one pool after the other.</summary>
internal sealed class CalibrationDraws
{
    private readonly CalibrationSettings _settings;
    private readonly Dictionary<(Disturbance?, double), (int First, int Count)> _pools = [];

    /// <param name="pools">What was done to the icons of each, and how many they are.</param>
    public CalibrationDraws(IEnumerable<(Disturbance? Disturbance, double Strength, int Count)> pools, CalibrationSettings settings)
    {
        _settings = settings;
        var first = 0;
        foreach (var (disturbance, strength, count) in pools)
        {
            _pools[(disturbance, strength)] = (first, count);
            first += count;
        }
    }

    /// <summary>A set, and icons that are held out beside it.</summary>
    /// <param name="disturbance">Null: none.</param>
    public (int[] Set, int[] HeldOut) Of(int size, Disturbance? disturbance, double strength, int repeat)
    {
        var rest = _pools[(null, 0)];
        var drawn = RandomStreams.Subset(rest.Count, size + _settings.HeldOutCount, _settings.Seed, RandomStreams.Calibration, repeat + 1);
        var (set, heldOut) = (drawn[..size], drawn[size..]);
        var replaced = (int)Math.Round(strength * size);
        int[] places = disturbance switch
        {
            Disturbance.Blur or Disturbance.Noise or Disturbance.Erasure => [.. set.Select(i => _pools[(disturbance, strength)].First + i)],
            Disturbance.Collapse => [.. set.Select((icon, i) => rest.First + (i >= size - replaced ? set[i % Math.Min(_settings.CollapsedTo, size)] : icon))],
            Disturbance.Copying or Disturbance.Mixing => Replaced(_pools[(disturbance, 0)]),
            _ => [.. set.Select(i => rest.First + i)],
        };
        return (places, [.. heldOut.Select(i => rest.First + i)]);

        // The first icons by others, which come again where there are too few.
        int[] Replaced((int First, int Count) pool)
        {
            var others = RandomStreams.Subset(pool.Count, pool.Count, _settings.Seed, RandomStreams.Calibration, -1 - repeat);
            return [.. set.Select((icon, i) => i < replaced ? pool.First + others[i % others.Length] : rest.First + icon)];
        }
    }
}
