namespace IconDiffusion.Specs.Tests;

public class ExperimentFileTests
{
    private const string Ddpm = """{ "kind": "ddpm", "unet": { "dim": 32, "dimMults": [1, 2] } }""";

    private static ExperimentSpec Parse(string body, string name = "\"t\"") =>
        ExperimentFile.Parse($$"""{ "name": {{name}}, {{body}} }""", "t.json");

    private static string ErrorOf(string body) =>
        Assert.Throws<ExperimentException>(() => Parse(body)).Message;

    private static string Valid(string more) =>
        $$"""
        "dataset": { "source": "noto-faces", "count": 158, "imageSize": 32 },
        "model": {{Ddpm}}{{(more.Length > 0 ? "," : "")}} {{more}}
        """;

    [Fact]
    public void AFileWithoutAGrid_IsOneRunWithTheReferenceTrainersDefaults()
    {
        var run = Assert.Single(Parse(Valid("")).Runs);

        Assert.Equal(3407, run.Seed);
        Assert.Equal(TimeSpan.FromHours(12), run.Training.Budget);
        Assert.Equal(1e-4, run.Training.Adam.LearningRate);
        Assert.Equal(1024, run.Sampling.Count);
        Assert.Equal(new UnetSpec { Dim = 32, DimMults = [1, 2] }, Assert.IsType<DdpmSpec>(run.Model).Unet);
    }

    [Fact]
    public void EveryListUnderGrid_Multiplies_FirstKeySlowest()
    {
        var runs = Parse(Valid($$"""
            "grid": { "seed": [1, 2], "dataset": { "count": [10, 30, 100] }, "model": [{{Ddpm}}] }
            """)).Runs;

        Assert.Equal([(1, 10), (1, 30), (1, 100), (2, 10), (2, 30), (2, 100)], runs.Select(r => (r.Seed, r.Dataset.Count!.Value)));
    }

    [Fact]
    public void RunsUnderGrid_AreLaidOverTheWholeRun_AndMultiplyLikeEveryList()
    {
        var runs = Parse("""
            "dataset": { "source": "noto-faces", "count": 158, "imageSize": 32 }, "training": { "batchSize": 8, "steps": 5, "adam": { "beta1": 0.5, "beta2": 0.9 } },
            "grid": { "run": [
                { "model": { "kind": "dcgan", "generatorChannels": 16 }, "training": { "steps": 70 } },
                { "model": { "kind": "ddpm", "unet": { "dim": 32, "dimMults": [1, 2] } }, "training": { "adam": { "beta2": 0.8 } }, "dataset": { "source": "twemoji-faces", "imageSize": 32 } }
            ], "seed": [1, 2] }
            """).Runs;

        Assert.Equal(
            [("dcgan 16", 70L, 1), ("dcgan 16", 70, 2), ("ddpm 32 (1,2)", 5, 1), ("ddpm 32 (1,2)", 5, 2)],
            runs.Select(run => (run.Model.Label, run.Training.Steps!.Value, run.Seed)));
        Assert.All(runs, run => Assert.Equal(8, run.Training.BatchSize));
        // What says of what kind it is stands in place of the other; other objects are laid over it.
        Assert.Equal(new TwemojiFacesSpec { ImageSize = 32 }, runs[2].Dataset);
        Assert.Equal((0.5, 0.8), (runs[2].Training.Adam.Beta1, runs[2].Training.Adam.Beta2));
    }

    [Fact]
    public void AListOfLists_ReplacesAListValue()
    {
        var runs = Parse(Valid("""
            "grid": { "model": { "unet": { "dimMults": [[1, 2, 4], [1, 16]] } } }
            """)).Runs;

        Assert.Equal<EquatableList<int>>([[1, 2, 4], [1, 16]], runs.Select(r => ((DdpmSpec)r.Model).Unet.DimMults));
    }

    [Fact]
    public void AModelThatIsToldTags_GetsADataSetWithTags_AndTheOthersBesideItNeitherTagsNorGuidance()
    {
        var runs = Parse($$"""
            "dataset": { "source": "noto-faces" },
            "grid": { "model": [{{Ddpm}}, { "kind": "ddpm", "unet": { "dim": 32, "dimMults": [1, 2] }, "condition": "tags" }] },
            "sampling": { "sampler": { "kind": "ddim", "steps": 10, "guidance": 2.5, "with": ["Red  Hair"] } }
            """).Runs;

        Assert.Equal([false, true], runs.Select(run => run.Dataset.Tags));
        Assert.Equal(new DdimSpec { Steps = 10 }, runs[0].Sampling.Sampler);
        Assert.Equal(new DdimSpec { Steps = 10, Guidance = 2.5, With = ["red hair"] }, runs[1].Sampling.Sampler);
    }

    [Theory]
    [InlineData("\"guidance\": 2", false, "sampling.sampler.guidance is set")]
    [InlineData("\"with\": [\"beard\"]", false, "sampling.sampler.with is set")]
    [InlineData("\"tagsOf\": \"held-out\"", false, "sampling.sampler.tagsOf is set")]
    [InlineData("\"tagsOf\": \"held-out\", \"with\": [\"beard\"]", true, "sampling.sampler.with and tagsOf are both set; wanted one of them.")]
    [InlineData("\"guidance\": -1", true, "sampling.sampler.guidance is -1; wanted 0 to 100.")]
    [InlineData("\"with\": []", true, "sampling.sampler.with is an empty list")]
    public void GuidanceThatCannotBe_IsRefusedByItsKey(string key, bool told, string expected) => Assert.Contains(expected, ErrorOf($$"""
        "dataset": { "source": "noto-faces" }, "model": { "kind": "ddpm", "unet": { "dim": 32, "dimMults": [1, 2] }{{(told ? ", \"condition\": \"tags\"" : "")}} },
        "sampling": { "sampler": { "kind": "ddim", {{key}} } }
        """));

    [Fact]
    public void RunsThatStartFromTheFilesSource_StandBehindIt_AndItIsThereOnceForEachSeedOnly()
    {
        var runs = Parse("""
            "dataset": { "source": "noto-faces", "count": 10, "heldOut": 4 }, "model": { "kind": "ddpm", "unet": { "dim": 32, "dimMults": [1, 2] } },
            "training": { "steps": 5 },
            "grid": { "seed": [1, 2], "training": { "from": [null, "source"], "adaptation": [null] } },
            "source": { "dataset": { "source": "openmoji-faces" }, "sampling": { "count": 2 } }
            """).Runs;

        Assert.Equal([null, null, null, "#0", null, "#1"], runs.Select(run => run.Training.From));
        Assert.Equal([1, 2, 1, 1, 2, 2], runs.Select(run => run.Seed));
        Assert.Equal([new OpenMojiFacesSpec(), new OpenMojiFacesSpec()], runs.Take(2).Select(run => run.Dataset));
        Assert.Equal([2, 2], runs.Take(2).Select(run => run.Sampling.Count));
        Assert.All(runs, run => Assert.Equal(5, run.Training.Steps));
    }

    [Fact]
    public void AFileOfWeights_LiesBesideTheFileThatNamesIt() => Assert.Equal(
        Path.GetFullPath("/files/w/a.safetensors"),
        ExperimentFile.Parse(new($$"""{ "name": "t", {{Valid("\"training\": { \"from\": \"w/a.safetensors\" }")}} }""", "t.json", Path.GetFullPath("/files"))).Runs[0].Training.From);

    [Theory]
    [InlineData("\"training\": { \"from\": \"my run\" }", "training.from is 'my run'; wanted the first digits of a run's id")]
    [InlineData("\"training\": { \"from\": \"\" }", "training.from is ''")]
    [InlineData("\"training\": { \"from\": \"#7\" }", "training.from is '#7'; wanted one of the experiment's 1 runs")]
    [InlineData("\"training\": { \"from\": \"source\" }", "training.from is source, but the file has no key of that name")]
    [InlineData("\"source\": { \"training\": {} }", "source is there, but no diffusion model starts from it")]
    [InlineData("\"source\": 3", "source is 3; wanted an object.")]
    [InlineData("\"source\": { \"trainig\": {} }, \"training\": { \"from\": \"source\" }", "unknown key 'source.trainig' (did you mean 'training'?)")]
    [InlineData("\"source\": { \"training\": { \"from\": \"ab\" } }, \"training\": { \"from\": \"source\" }", "source.training.from is set")]
    [InlineData("\"source\": { \"dataset\": { \"source\": \"noto-faces\", \"imageSize\": 64 } }, \"training\": { \"from\": \"source\" }", "whose icons have 64 px (dataset.imageSize); wanted 32, as here.")]
    [InlineData("\"source\": { \"model\": { \"kind\": \"ddpm\", \"unet\": { \"dim\": 8, \"dimMults\": [1, 2] } } }, \"training\": { \"from\": \"source\" }", "whose network is ddpm 8 (1,2)")]
    [InlineData("\"training\": { \"adaptation\": { \"kind\": \"pairwise\" } }", "training.adaptation is set; wanted training.from beside it")]
    [InlineData("\"training\": { \"from\": \"ab\", \"batchSize\": 2, \"adaptation\": { \"kind\": \"pairwise\" } }", "training.batchSize is 2; wanted at least 3")]
    [InlineData("\"training\": { \"from\": \"ab\", \"adaptation\": { \"kind\": \"pairwise\", \"details\": -1 } }", "training.adaptation.details is -1; wanted a number of 0 or more.")]
    [InlineData("\"training\": { \"from\": \"ab\", \"adaptation\": { \"kind\": \"triplet\" } }", "training.adaptation is of unknown kind the text \"triplet\"; wanted one of \"pairwise\".")]
    public void ASourceThatCannotBe_IsRefusedByItsKey(string more, string expected) => Assert.Contains(expected, ErrorOf(Valid(more)));

    [Fact]
    public void AGanAlone_StartsFromNoWeights_AndOneBesideDiffusionModels_LeavesThemToThose()
    {
        const string Keys = "\"dataset\": { \"source\": \"noto-faces\", \"imageSize\": 64 }, \"training\": { \"from\": \"ab\" }";

        Assert.Contains("training.from is set for dcgan", ErrorOf($$"""{{Keys}}, "model": { "kind": "dcgan" }"""));
        Assert.Equal(["ab", null], Parse($$"""{{Keys}}, "grid": { "model": [{{Ddpm}}, { "kind": "dcgan" }] }""").Runs.Select(run => run.Training.From));
    }

    [Fact]
    public void CommentsAndTrailingCommas_AreWelcome() =>
        Assert.Single(Parse(Valid("// twelve hours on one card\n \"gpu\": \"RTX 3080\",")).Runs);

    [Theory]
    [InlineData("\"training\": { \"lerningRate\": 1 }", "unknown key 'training.lerningRate'")]
    [InlineData("\"training\": { \"adam\": { \"learningrate\": 1 } }", "(did you mean 'learningRate'?)")]
    [InlineData("\"trainig\": {}", "unknown key 'trainig' (did you mean 'training'?)")]
    [InlineData("\"grid\": { \"sed\": [1] }", "unknown key 'grid.sed' (did you mean 'seed'?)")]
    [InlineData("\"seed\": \"x\"", "seed is the text \"x\"; wanted a whole number.")]
    [InlineData("\"seed\": 1.5", "seed is 1.5; wanted a whole number.")]
    [InlineData("\"seed\": 4294967296", "seed is 4294967296; wanted a whole number from 0 to 2147483647.")]
    [InlineData("\"grid\": { \"seed\": [1, -4294967296] }", "seed is -4294967296; wanted a whole number from 0 to 2147483647.")]
    [InlineData("\"training\": { \"steps\": 9223372036854775808 }", "training.steps is 9223372036854775808; wanted a whole number from 0 to 9223372036854775807.")]
    [InlineData("\"grid\": { \"seed\": 3407 }", "grid.seed is 3407; wanted a list of values.")]
    [InlineData("\"grid\": { \"run\": [3] }", "grid.run holds 3; wanted objects of a run's keys.")]
    [InlineData("\"grid\": { \"run\": [] }", "grid.run is an empty list; wanted at least one value.")]
    [InlineData("\"grid\": { \"run\": {} }", "grid.run is an object; wanted a list of values.")]
    [InlineData("\"grid\": { \"run\": [{ \"modle\": 1 }] }", "unknown key 'grid.run.modle' (did you mean 'model'?)")]
    [InlineData("\"grid\": { \"seed\": [] }", "grid.seed is an empty list; wanted at least one value.")]
    [InlineData("\"training\": { \"budget\": \"12h\" }", "training.budget is the text \"12h\"; wanted a duration such as \"12:00:00\" (hours:minutes:seconds).")]
    [InlineData("\"training\": { \"budget\": \"-01:00:00\" }", "training.budget is -01:00:00; wanted a duration above zero.")]
    [InlineData("\"training\": { \"steps\": -5 }", "training.steps is -5; wanted 1 or more.")]
    [InlineData("\"sampling\": { \"count\": 1 }", "sampling.count is 1; wanted at least 2 icons")]
    [InlineData("\"sampling\": { \"sampler\": { \"kind\": \"euler\" } }", "sampling.sampler is of unknown kind the text \"euler\"; wanted one of \"ancestral\", \"ddim\", \"dpm-solver++\", \"latent\", \"l-bfgs\".")]
    [InlineData("\"sampling\": { \"sampler\": { \"steps\": 5 } }", "sampling.sampler lacks its 'kind'; wanted one of \"ancestral\", \"ddim\", \"dpm-solver++\", \"latent\", \"l-bfgs\".")]
    [InlineData("\"sampling\": { \"sampler\": { \"kind\": \"ddim\", \"steps\": 2000 } }", "sampling.sampler.steps is 2000 for ddim; wanted 1 to model.diffusion.timesteps (1000).")]
    [InlineData("\"evaluation\": { \"inception\": \"vgg\" }", "evaluation.inception is the text \"vgg\"; wanted one of published, random, published-or-random.")]
    [InlineData("\"evaluation\": { \"features\": \"vgg\" }", "evaluation.features is the text \"vgg\"; wanted one of inception-v3-fid, resnet18-imagenet, random, or a file whose name ends in .onnx.")]
    [InlineData("\"training\": 5", "training is 5; wanted an object.")]
    public void AMistake_IsNamedWithItsKeyWhatCameAndWhatWasWanted(string more, string expected) =>
        Assert.Contains(expected, ErrorOf(Valid(more)));

    [Theory]
    [InlineData("dimMults", "[1, 2, 4, 8, 8]", "dataset.imageSize is 40, which model.unet.dimMults (1,2,4,8,8) halves 4 times; wanted a multiple of 16.")]
    [InlineData("dimMults", "[]", "model.unet.dimMults is (); wanted 1 to 8 multipliers from 1 to 64.")]
    [InlineData("dimMults", "[\"a\"]", "model.unet.dimMults is [\"a\"]; wanted a list, each item a whole number.")]
    [InlineData("dim", "33", "model.unet.dim is 33; wanted an even number from 4 to 1024.")]
    [InlineData("resnetBlockGroups", "7", "model.unet.resnetBlockGroups is 7; wanted a divisor of model.unet.dim (32).")]
    [InlineData("knockout", "{ \"skipLevels\": [2] }", "model.unet.knockout.skipLevels names level 2; wanted 0 to 1.")]
    public void AnImpossibleShape_IsRefusedBeforeAnyWork(string key, string value, string expected)
    {
        var unet = new Dictionary<string, string> { ["dim"] = "32", ["dimMults"] = "[1, 2]", [key] = value };
        var model = $$"""{ "kind": "ddpm", "unet": { {{string.Join(", ", unet.Select(p => $"\"{p.Key}\": {p.Value}"))}} } }""";

        Assert.Contains(expected, ErrorOf($$"""
            "dataset": { "source": "noto-faces", "imageSize": 40 }, "model": {{model}}
            """));
    }

    [Fact]
    public void AMissingKey_IsNamed() =>
        Assert.Contains("a run lacks the key 'model'", ErrorOf("\"dataset\": { \"source\": \"noto-faces\" }"));

    [Fact]
    public void AFolderWithoutPath_IsNamed() =>
        Assert.Contains("dataset lacks the key 'path'", ErrorOf($$"""
            "dataset": { "source": "folder" }, "model": {{Ddpm}}
            """));

    [Fact]
    public void BrokenJson_NamesLineAndColumn() =>
        Assert.StartsWith("t.json: not JSON at line 1, column", Assert.Throws<ExperimentException>(() => ExperimentFile.Parse("{ \"name\": ", "t.json")).Message);

    [Theory]
    [InlineData("[]")]
    [InlineData("3")]
    public void ANonObject_IsRefused(string text) =>
        Assert.Contains("wanted an object", Assert.Throws<ExperimentException>(() => ExperimentFile.Parse(text, "t.json")).Message);

    [Theory]
    [InlineData("\"../x\"")]
    [InlineData("\".hidden\"")]
    [InlineData("\"\"")]
    public void ANameThatCouldLeaveItsFolder_IsRefused(string name) =>
        Assert.Contains("name is", Assert.Throws<ExperimentException>(() => Parse(Valid(""), name)).Message);

    [Fact]
    public void AGridBeyondTheLimit_IsRefusedBeforeItIsExpanded()
    {
        var many = string.Join(",", Enumerable.Range(0, 200));
        Assert.Contains("more than 10000 runs", ErrorOf(Valid($$"""
            "grid": { "seed": [{{many}}], "dataset": { "count": [{{many}}] } }
            """)));
    }

    [Theory]
    [InlineData("icons", "/files/specs/icons")]
    [InlineData("./a/../icons", "/files/specs/icons")]
    [InlineData("../icons", "/files/icons")]
    [InlineData("~icons", "/files/specs/~icons")]
    [InlineData("~", "~")]
    [InlineData("~/art/icons", "~/art/icons")]
    [InlineData("/art/icons/", "/art/icons/")]
    public void AFolderAndANetwork_LieBesideTheFileThatNamesThem_OrInTheUsersHome(string written, string expected)
    {
        var run = ExperimentFile.Parse(new(
            $$"""{ "name": "t", "dataset": { "source": "folder", "path": "{{written}}" }, "model": {{Ddpm}}, "evaluation": { "features": "{{written}}/n.onnx" } }""",
            "t.json", InFull("/files/specs"))).Runs[0];

        Assert.Equal((InFull(expected), InFull($"{expected.TrimEnd('/')}/n.onnx")), (((FolderSpec)run.Dataset).Path, run.Evaluation.Features!.File!.Replace("//", "/")));

        static string InFull(string path) => path[0] == '~' ? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) + path[1..] : Path.GetFullPath(path);
    }

    [Fact]
    public void AFileLiesWhereItIs_AndAPipeWhereTheTerminalIs()
    {
        var file = Path.GetTempFileName();
        try
        {
            Assert.Equal(Path.GetDirectoryName(file), SpecFile.Read(file).Folder);
            if (!OperatingSystem.IsWindows()) Assert.Equal(Environment.CurrentDirectory, SpecFile.Read("/dev/null").Folder);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void AMissingFile_IsNamed() =>
        Assert.Equal("There is no experiment file 'nowhere.json'.", Assert.Throws<ExperimentException>(() => ExperimentFile.Load("nowhere.json")).Message);
}
