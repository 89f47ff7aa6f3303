using System.CommandLine;
using System.Globalization;
using IconDiffusion.Data;
using IconDiffusion.Generators.Methods;
using IconDiffusion.Generators.Models;
using IconDiffusion.Generators.Sampling;
using IconDiffusion.Kernels;
using IconDiffusion.Specs;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Benchmarks;

/// <summary>
/// What tags cost: a training step of a network that is told them over one of the same network that is not, and a guided prediction over an
/// unguided one. By the CPU seconds of neighbouring pairs, so that it also tells on a machine that has other things to do.
/// </summary>
internal static class TagsBenchmark
{
    public static Command Create()
    {
        var size = new Option<int>("--size") { DefaultValueFactory = _ => 32 };
        var dim = new Option<int>("--dim") { DefaultValueFactory = _ => 32 };
        var batch = new Option<int>("--batch") { DefaultValueFactory = _ => 16 };
        var tags = new Option<int>("--tags") { DefaultValueFactory = _ => 24 };
        var pairs = new Option<int>("--pairs") { DefaultValueFactory = _ => 15 };
        var threads = new Option<int>("--threads") { DefaultValueFactory = _ => 2 };
        var command = new Command("tags", "Median ratios of what steps cost with tags and guidance and without.") { size, dim, batch, tags, pairs, threads };
        command.SetAction(parsed =>
        {
            set_num_threads(parsed.GetValue(threads));
            var known = IconTags.Of(Enumerable.Range(0, 200).Select(i => Enumerable.Range(0, 8).Select(layer => $"tag {(i * 7 + layer * 3) % parsed.GetValue(tags)}").ToArray()));
            var plain = new RunSpec
            {
                Dataset = new LayeredSpec { ImageSize = parsed.GetValue(size), HorizontalFlip = false },
                Model = new DdpmSpec { Unet = new() { Dim = parsed.GetValue(dim), DimMults = [1, 2, 4] } },
                Training = new() { BatchSize = parsed.GetValue(batch) },
            };
            var told = plain with { Model = (DdpmSpec)plain.Model with { Condition = ModelCondition.Tags }, Dataset = plain.Dataset with { Tags = true } };
            var icons = FastOps.channels_last(rand(parsed.GetValue(batch), 3, parsed.GetValue(size), parsed.GetValue(size)) * 2 - 1);
            using var unconditional = new DdpmMethod(plain, CPU);
            using var conditional = new DdpmMethod(told, CPU, dataset: Dataset(told.Dataset, known));
            var training = StepPairs.Ratio(parsed.GetValue(pairs), step => StepPairs.Train(conditional, step, icons), step => StepPairs.Train(unconditional, step, icons));

            var (model, t) = ((Unet)conditional.Drawing, tensor(new long[] { 500 }));
            var (guided, unguided) = (new TagGuide(known, 1, new DdimSpec { Guidance = 2 }, CPU), new TagGuide(known, 1, new DdimSpec(), CPU));
            var rows = guided.Of(Enumerable.Range(0, parsed.GetValue(batch)));
            var sampling = StepPairs.Ratio(parsed.GetValue(pairs), _ => Predict(guided), _ => Predict(unguided));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $$"""{"conditionalTrainingStep": {{training:0.000}}, "guidedPrediction": {{sampling:0.000}}}"""));

            void Predict(TagGuide guide)
            {
                using var scope = NewDisposeScope();
                using var noGrad = no_grad();
                guide.Predict(model, icons, t, rows);
            }
        });
        return command;
    }

    // Black icons, as many as there are tags of.
    private static IconDataset Dataset(DatasetSpec spec, IconTags tags) => new(
        spec, new([.. Enumerable.Range(0, tags.Icons.Count).Select(icon => $"{icon}")], new(new byte[tags.Icons.Count * spec.ImageSize * spec.ImageSize * 3], spec.ImageSize)), tags: tags);
}
