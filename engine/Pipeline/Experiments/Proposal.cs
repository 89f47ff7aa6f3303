using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using IconDiffusion.Data;
using IconDiffusion.Specs;

namespace IconDiffusion.Pipeline.Experiments;

/// <summary>
/// An experiment that answers whether a set of icons can be learned without being copied: the ordinary U-Net and the extreme hourglass,
/// as large as the time allows, trained until they begin to copy.
/// </summary>
/// <param name="Text">The experiment file.</param>
/// <param name="Experiment">What it says.</param>
/// <param name="Plan">How long training and drawing take on the device that it was asked for.</param>
/// <param name="Scoring">How long scoring takes beside that.</param>
/// <param name="Remark">What the time does not allow; null: nothing is missing.</param>
public sealed partial record Proposal(string Text, ExperimentSpec Experiment, ExperimentPlan Plan, TimeSpan Scoring, string? Remark)
{
    /// <summary>Time for all.</summary>
    public TimeSpan Time => Plan.Time + Scoring;

    private const int Icons = 1024;

    private const int FewestIcons = 128;

    // What the start and the report take is left over.
    private const double PartForWork = 0.95;

    // Of a run, for each of its training and its generated icons: measured at 32 px on two cores, half of it ResNet-18's features.
    private static readonly TimeSpan ScoringTime = TimeSpan.FromSeconds(0.1);

    // The largest first. The steps are those in which drawings of 158 faces become sharp, by experience at 32 px, a guess above.
    private static readonly Shape[] Shapes =
    [
        new(128, new() { Dim = 64, DimMults = [1, 2, 4, 8] }, new() { Dim = 64, DimMults = [1, 16] }, 2e-4, 0.995, 20_000, 100),
        new(64, new() { Dim = 32, DimMults = [1, 2, 4, 8] }, new() { Dim = 32, DimMults = [1, 4, 16] }, 5e-4, 0.99, 4000, 40),
        new(32, new() { Dim = 32, DimMults = [1, 2, 4] }, new() { Dim = 16, DimMults = [1, 4, 16] }, 1e-3, 0.98, 800, 20),
    ];

    /// <summary>Chooses sizes, models and times.</summary>
    /// <param name="name">The experiment's.</param>
    /// <param name="dataset">The icons; its size does not count.</param>
    /// <param name="side">Side in pixels that most of the pictures have at least; drawings that have no size: 128 and more.</param>
    /// <param name="icons">Icons to train on.</param>
    /// <param name="budget">Time for all.</param>
    /// <param name="plan">Says how long an experiment takes.</param>
    public static Proposal For(string name, DatasetSpec dataset, int side, int icons, TimeSpan budget, Func<ExperimentSpec, ExperimentPlan> plan)
    {
        var work = budget * PartForWork;
        TimeSpan ScoringOf(int drawn) => 2 * (icons + drawn) * ScoringTime;
        var fitting = Shapes.Where(shape => shape.ImageSize <= Math.Max(side, Shapes[^1].ImageSize)).ToList();
        foreach (var shape in fitting)
        {
            var whole = plan(Parse(Write(name, dataset, shape, Icons, budget, shape.Steps)));
            if (whole.Time + ScoringOf(Icons) <= work) return Fill(Icons, whole, null);
            if (shape != fitting[^1]) continue;

            // The smallest: fewer icons where drawing them would take most of the time.
            var perIcon = (Drawing(whole) / Icons) + (2 * ScoringTime);
            var drawn = Math.Clamp((int)(work / 3 / perIcon) / FewestIcons * FewestIcons, FewestIcons, Icons);
            return Fill(drawn, whole, work - (drawn * perIcon) - ScoringOf(0) < Training(whole)
                ? $"{DurationConverter.Format(budget)} is short: the models usually need {shape.Steps} steps at {shape.ImageSize} px, and fewer fit, so the answer may be that they are not good enough yet."
                : drawn < Icons ? $"{drawn} icons are drawn from each model instead of {Icons}: more do not fit." : null);

            Proposal Fill(int count, ExperimentPlan whole, string? remark)
            {
                var training = (work - ScoringOf(count) - (Drawing(whole) * count / Icons)) / 2;
                var text = Write(name, dataset, shape, count, training > TimeSpan.FromSeconds(10) ? training : TimeSpan.FromSeconds(10), null);
                var experiment = Parse(text);
                return new(text, experiment, plan(experiment), ScoringOf(count), remark);
            }
        }
        throw new InvalidOperationException("There is no shape.");
    }

    /// <summary>Icons at the largest size that most pictures have, as <see cref="For"/> wants to know it.</summary>
    /// <param name="check">What training would see of the pictures at a size.</param>
    public static (int Side, DatasetReport Report) Look(Func<int, DatasetReport> check)
    {
        for (var side = 128; ; side /= 2)
        {
            var report = check(side);
            if (side == 32 || report.Enlarged.Count * 2 <= report.Icons + report.HeldOut) return (side, report);
        }
    }

    /// <summary>What an experiment on a folder may be called.</summary>
    /// <param name="folder">Its name.</param>
    public static string NameOf(string folder)
    {
        var slug = Unfit().Replace(folder, "-").Trim('-', '.');
        return slug.Length == 0 ? "pictures" : slug[..Math.Min(slug.Length, 50)];
    }

    [GeneratedRegex("[^A-Za-z0-9_.-]+")]
    private static partial Regex Unfit();

    private static TimeSpan Drawing(ExperimentPlan plan) => plan.Runs.Aggregate(TimeSpan.Zero, (sum, run) => sum + run.SamplingTime);

    private static TimeSpan Training(ExperimentPlan plan) => plan.Runs.Aggregate(TimeSpan.Zero, (sum, run) => sum + run.TrainingTime);

    private static ExperimentSpec Parse(string text) => ExperimentFile.Parse(text, "the proposed experiment");

    private static string Write(string name, DatasetSpec dataset, Shape shape, int icons, TimeSpan training, long? steps)
    {
        var settings = new TrainingSpec
        {
            Budget = TimeSpan.FromSeconds(Math.Floor(training.TotalSeconds)),
            Steps = steps,
            Stop = TrainingStop.Window,
            Adam = new() { LearningRate = shape.LearningRate, Beta2 = 0.99 },
            Ema = new() { Decay = shape.Decay, UpdateEvery = 1, UpdateAfterStep = 50 },
        };
        var diffusion = new DiffusionSpec { Objective = Objective.Velocity, Loss = DiffusionLoss.L2 };
        return new JsonObject
        {
            ["name"] = name,
            ["dataset"] = Node<DatasetSpec>(dataset with { ImageSize = shape.ImageSize }),
            ["grid"] = new JsonObject
            {
                ["model"] = new JsonArray(
                    Node<ModelSpec>(new DdpmSpec { Unet = shape.Ordinary, Diffusion = diffusion }),
                    Node<ModelSpec>(new DdpmSpec { Unet = shape.Hourglass, Diffusion = diffusion })),
            },
            ["training"] = Node(settings),
            ["sampling"] = Node(new SamplingSpec { Count = icons, Sampler = new DdimSpec { Steps = shape.SamplingSteps, Eta = 1 } }),
            ["monitoring"] = Node(new MonitoringSpec { StripEvery = 250 }),
        }.ToJsonString(SpecJson.Indented) + "\n";
    }

    private static JsonNode Node<T>(T value) => JsonSerializer.SerializeToNode(value, SpecJson.Indented)!;

    /// <param name="Steps">In which drawings of some hundred faces become sharp.</param>
    private sealed record Shape(int ImageSize, UnetSpec Ordinary, UnetSpec Hourglass, double LearningRate, double Decay, long Steps, int SamplingSteps);
}
