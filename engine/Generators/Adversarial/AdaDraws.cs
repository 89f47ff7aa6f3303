using IconDiffusion.Specs;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Adversarial;

/// <summary>The random numbers of one adaptive augmentation: for each transform of each icon a value and whether it is applied.</summary>
public sealed class AdaDraws
{
    private readonly Dictionary<string, (double[] Values, double[] Gates)> _draws = [];

    /// <summary>Names of what is drawn, in its order: the transforms', but rotations are drawn twice, before and after stretching.</summary>
    public static IEnumerable<string> Order(IEnumerable<AdaTransform> transforms)
    {
        var used = transforms.ToHashSet();
        var rotates = used.Remove(AdaTransform.Rotate);
        foreach (var transform in Enum.GetValues<AdaTransform>())
        {
            if (transform == AdaTransform.Rotate && rotates) yield return AdaParameters.RotateBefore;
            if (used.Contains(transform)) yield return transform.ToString();
            if (transform == AdaTransform.Aniso && rotates) yield return AdaParameters.RotateAfter;
        }
    }

    /// <summary>Draws for a batch, from a CPU generator.</summary>
    public static AdaDraws From(IEnumerable<AdaTransform> transforms, int batch, Generator random)
    {
        using var scope = NewDisposeScope();
        var draws = new AdaDraws();
        foreach (var name in Order(transforms))
        {
            long[] shape = AdaParameters.IsPair(name) ? [batch, 2] : [batch];
            var values = AdaParameters.IsNormal(name) ? randn(shape, generator: random) : rand(shape, generator: random);
            draws.Add(name, values, rand([batch], generator: random));
        }
        return draws;
    }

    /// <summary>Adds what was drawn for one transform.</summary>
    /// <param name="name">One of <see cref="Order"/>.</param>
    /// <param name="values">U(0,1) or N(0,1) as <see cref="AdaParameters.IsNormal"/> says; one per icon, or x and y of each.</param>
    /// <param name="gates">U(0,1), one per icon: the transform is applied where it is below its probability.</param>
    public void Add(string name, Tensor values, Tensor gates) => _draws.Add(name, (Doubles(values), Doubles(gates)));

    internal (double[] Values, double[] Gates)? Find(string name) => _draws.TryGetValue(name, out var found) ? found : null;

    private static double[] Doubles(Tensor tensor) => tensor.to(float64).flatten().data<double>().ToArray();
}
