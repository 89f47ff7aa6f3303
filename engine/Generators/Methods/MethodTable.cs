using IconDiffusion.Data;
using IconDiffusion.Generators.Models;
using IconDiffusion.Generators.Sampling;
using IconDiffusion.Generators.Training;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;
using static TorchSharp.torch;

namespace IconDiffusion.Generators.Methods;

/// <summary>The methods there are; a new one is a file of its own beside this one and a line here.</summary>
public static class MethodTable
{
    /// <exception cref="ExperimentException">There is no such method here.</exception>
    public static Method Of(ModelSpec model) => model switch
    {
        DdpmSpec => new((run, device, input) => new DdpmMethod(run, device, dataset: input.Dataset, source: input.Source), DdpmMethod.Open, DdpmMethod.Memory),
        DcganSpec => Gan<DcganSpec>((spec, size, seed, device) => new DcganMethod(spec, size, seed, device), (spec, size) => new DcganGenerator(spec, size), DcganMethod.Memory),
        WganGpSpec => Gan<WganGpSpec>((spec, size, seed, device) => new WganGpMethod(spec, size, seed, device), (spec, size) => new WganGpGenerator(spec, size), WganGpMethod.Memory),
        StyleGan2Spec style => new((run, device, input) => new StyleGan2Method(run, device, input.Dataset?.Tags), StyleGan2Method.Open, run => StyleGan2Method.Memory(style, run.Dataset.ImageSize)),
        StyleTransferSpec => new(
            (run, device, input) => new StyleTransferMethod(run, input.Data ?? throw new ArgumentNullException(nameof(input), "A style transfer wants the data folder, which has its network."), device, input.Dataset?.Count, input.Content?.Training),
            StyleTransferMethod.Open, StyleTransferMethod.Memory),
        _ => throw new ExperimentException($"This version cannot train {model.Label}."),
    };

    private static Method Gan<T>(Func<T, int, int, Device, IMethod> begin, Func<T, int, IIconGenerator> generator, Func<T, int, MethodMemory> memory) where T : GanSpec => new(
        (run, device, _) => begin((T)run.Model, run.Dataset.ImageSize, run.Seed, device),
        (folder, run, device) => new LatentIcons(generator((T)run.Model, run.Dataset.ImageSize), folder, run, device),
        run => memory((T)run.Model, run.Dataset.ImageSize));
}

/// <summary>One way to make icons: how its training begins, how a trained model is opened, how much memory both take.</summary>
/// <param name="Start">See <see cref="Begin"/>.</param>
/// <param name="Open">(folder, run, device) → the trained model, ready to draw; <see cref="FileNotFoundException"/> where training has not ended.</param>
/// <param name="Memory">What a run takes.</param>
public sealed record Method(
    Func<RunSpec, Device, MethodInput, IMethod> Start, Func<RunFolder, RunSpec, Device, IIconSource> Open, Func<RunSpec, MethodMemory> Memory)
{
    /// <summary>The method ready for step 1, with weights drawn from the run's seed or read from a file.</summary>
    /// <param name="input">What its method needs beside the run; null: nothing.</param>
    public IMethod Begin(RunSpec run, Device device, MethodInput? input = null) => Start(run, device, input ?? new());
}

/// <summary>What some methods need beside the run, and others do not look at.</summary>
public sealed record MethodInput
{
    /// <summary>What it is trained on, where the run's model is told its tags or enlarges its icons, or where the run does not say how many there are.</summary>
    public IconDataset? Dataset { get; init; }

    /// <summary>File of the weights that it starts from, where the run's training says that it starts from some.</summary>
    public string? Source { get; init; }

    /// <summary>The content icons of a style transfer; null: only a step's time is taken.</summary>
    public IconDataset? Content { get; init; }

    /// <summary>Has the network that a style transfer sees with.</summary>
    public DataFolder? Data { get; init; }
}
