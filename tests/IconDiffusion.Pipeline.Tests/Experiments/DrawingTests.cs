using System.Text.Json;
using IconDiffusion.Imaging;
using IconDiffusion.Pipeline.Experiments;
using IconDiffusion.Specs;
using IconDiffusion.Specs.Files;

namespace IconDiffusion.Pipeline.Tests.Experiments;

[Collection(nameof(TrainingCollection))]
public sealed class DrawingTests : IDisposable
{
    private static readonly ComputeDevice Device = ComputeDevice.Open("cpu", TorchSharp.torch.get_num_threads());

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static RunSpec Diffusion => TinyRun.Spec(steps: 2) with
    {
        // With noise at every step, which a film has to blend too.
        Sampling = new() { Count = 4, BatchSize = 3, Sampler = new DdimSpec { Steps = 3, Eta = 1 } },
    };

    private static RunSpec Told => TinyRun.Spec("ddpm tags", steps: 2) with
    {
        Sampling = new() { Count = 4, BatchSize = 3, Sampler = new DdimSpec { Steps = 3, Eta = 1, Guidance = 2 } },
    };

    private static RunSpec StyleGan2 => TinyRun.Spec("dcgan", steps: 1) with
    {
        Model = new StyleGan2Spec { LatentDim = 8, ChannelBase = 64, ChannelMax = 8, MinibatchStdGroup = 2 },
    };

    private TrainedRun Train(RunSpec spec)
    {
        var folder = new RunFolder(new DataFolder(_folder.Path).Run("0123456789ab"));
        TinyRun.Train(folder, spec);
        File.WriteAllText(folder.SpecFile, JsonSerializer.Serialize(spec, SpecJson.Indented));
        return TrainedRun.Find(new DataFolder(_folder.Path), "01");
    }

    public static TheoryData<string> Methods => ["ddpm", "ddpm tags", "dcgan", "wgan-gp", "stylegan2", "stylegan2 tags"];

    private static RunSpec SpecOf(string method) => method switch
    {
        "ddpm" => Diffusion,
        "ddpm tags" => Told,
        "stylegan2" => StyleGan2,
        _ => TinyRun.Spec(method, steps: 1),
    };

    [Theory]
    [MemberData(nameof(Methods))]
    public void AFilm_MeetsItsIcons_AndMovesBetweenThem(string method)
    {
        var run = Train(SpecOf(method));
        run.Draw(4, Device, (_, _) => { }, default);
        var told = 0.0;

        var film = run.DrawFilm([0, 3], framesBetween: 4, Device, (done, _) => told = done, default);

        byte[] Frame(int i) => ImageFile.Load(Path.Combine(film, $"{i:D5}.png"), Rgb.White).Pixels;
        byte[] Icon(int i) => ImageFile.Load(Path.Combine(run.SamplesFolder, $"{i:D5}.png"), Rgb.White).Pixels;
        // Levels of 255: batches of other sizes may round otherwise.
        static int Farthest(byte[] a, byte[] b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Max();
        Assert.InRange(Farthest(Icon(0), Frame(0)), 0, 1);
        Assert.InRange(Farthest(Icon(3), Frame(4)), 0, 1);
        Assert.NotEqual(Frame(1), Frame(2));
        Assert.Equal(8, told);
        Assert.Equal((ImageFormat.Gif, 8), (ImageFile.Probe(Path.Combine(film, "film.gif")).Format, ImageFile.Probe(Path.Combine(film, "film.gif")).Pages));
    }

    [Fact]
    public void IconsThatAreAskedFor_LieInAFolderOfTheirOwn_WhateverTheOrderOfTheTags()
    {
        var run = Train(Told);
        var asked = run.Asked(["tag 2", "tag 1"], guidance: 3);

        Assert.Equal(4, asked.Draw(4, Device, (_, _) => { }, default));

        Assert.Equal(new DdimSpec { Steps = 3, Eta = 1, Guidance = 3, With = ["tag 1", "tag 2"] }, asked.Spec.Sampling.Sampler);
        Assert.Equal(asked.SamplesFolder, run.Asked(["tag 1", "tag 2"], 3).SamplesFolder);
        Assert.NotEqual(run.SamplesFolder, asked.SamplesFolder);
        Assert.Equal(run.SamplesFolder, run.Asked(null, 2).SamplesFolder);
        Assert.Equal(new DdimSpec { Steps = 4, Eta = 1, Guidance = 2 }, run.InFewSteps(4).Spec.Sampling.Sampler);
    }

    [Fact]
    public void StyleGan2_IsAskedForTags_WithATruncationOrWithout()
    {
        var run = Train(TinyRun.Spec("stylegan2 tags", steps: 1));

        byte[][] icons = [.. ((EquatableList<string>[])[["tag 1"], ["tag 2"], ["tag 2", "tag 1"], ["tag 1", "tag 2"]]).Select(tags =>
        {
            var asked = run.Truncated(0.7).Asked(tags, guidance: null);
            Assert.Equal(new LatentSpec { Truncation = 0.7, With = [.. tags.Order()] }, asked.Spec.Sampling.Sampler);
            asked.Draw(1, Device, (_, _) => { }, default);
            return ImageFile.Load(asked.SampleFile(0), Rgb.White).Pixels;
        })];

        Assert.Contains("guidance wants a diffusion model", Assert.Throws<ExperimentException>(() => run.Asked(null, 2)).Message);
        Assert.Equal([0, 1, 2, 2], icons.Select(icon => icons.Select(Convert.ToHexString).ToList().IndexOf(Convert.ToHexString(icon))));
    }

    [Fact]
    public void WhatCannotBeAskedFor_IsRefused()
    {
        Assert.Contains("most like it are tag 1, tag 2", Assert.Throws<ExperimentException>(() => Train(Told).Asked(["tag 7"], null)).Message);
        Assert.Contains("wanted 0 to 100", Assert.Throws<ExperimentException>(() => Train(Told).Asked(null, -1)).Message);
    }

    [Fact]
    public void ARunWithoutTags_CannotBeAsked() => Assert.Contains("without tags", Assert.Throws<ExperimentException>(() => Train(Diffusion).Asked(["tag 1"], null)).Message);

    [Fact]
    public void MixedStyles_AreATableWithTheirSourcesAtItsEdges()
    {
        var run = Train(StyleGan2);

        var picture = ImageFile.Load(run.DrawMix([0, 1], [2, 3, 4], cutoff: null, Device, default), Rgb.White);

        var cell = (32 * (96 / 32)) + ContactSheet.Margin;
        Assert.Equal(((4 * cell) + ContactSheet.Margin, (3 * cell) + ContactSheet.Margin), (picture.Width, picture.Height));
        Assert.Contains("1 to 7", Assert.Throws<ExperimentException>(() => run.DrawMix([0], [1], cutoff: 8, Device, default)).Message);
    }

    [Fact]
    public void AMethodWithoutStyles_CannotMixThem_AndOneWithoutTruncationCannotTruncate()
    {
        var run = Train(SpecOf("dcgan"));

        Assert.Contains("no styles to mix", Assert.Throws<ExperimentException>(() => run.DrawMix([0], [1], null, Device, default)).Message);
        Assert.Contains("truncation", Assert.Throws<ExperimentException>(() => run.Truncated(0.5)).Message);
    }

    [Fact]
    public void TruncatedIcons_HaveAFolderOfTheirOwn_AndAreLessVaried()
    {
        var run = Train(StyleGan2);
        var truncated = run.Truncated(0);
        run.Draw(2, Device, (_, _) => { }, default);
        truncated.Draw(2, Device, (_, _) => { }, default);

        static byte[] Icon(TrainedRun run, int i) => ImageFile.Load(Path.Combine(run.SamplesFolder, $"{i:D5}.png"), Rgb.White).Pixels;
        Assert.NotEqual(run.SamplesFolder, truncated.SamplesFolder);
        Assert.Equal(Icon(truncated, 0), Icon(truncated, 1));
        Assert.NotEqual(Icon(run, 0), Icon(run, 1));
    }
}
