using System.CommandLine;
using IconDiffusion.Benchmarks;

var root = new RootCommand("One measurement, as one JSON line. compare.py runs these beside the reference and prints ratios.")
{
    UnetBenchmark.Create("train"),
    UnetBenchmark.Create("sample"),
    GanBenchmark.Create("dcgan"),
    GanBenchmark.Create("wgan-gp"),
    StyleGan2Benchmark.Create(),
    InceptionBenchmark.Create(),
    ResNet18Benchmark.Create(),
    MetricsBenchmark.Create(),
    NoveltyBenchmark.Create(),
    NoveltyReportBenchmark.Create(),
    SchedulerBenchmark.Create(),
    ActorsBenchmark.Create(),
    TrainingBenchmark.Create(),
    TagsBenchmark.Create(),
    TransferBenchmark.Create(),
};
return await root.Parse(args).InvokeAsync();
