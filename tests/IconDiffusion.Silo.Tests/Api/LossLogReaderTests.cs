using IconDiffusion.Generators.Training;
using IconDiffusion.Silo.Api;
using IconDiffusion.Silo.Tests.Hosting;

namespace IconDiffusion.Silo.Tests.Api;

public sealed class LossLogReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Log => _folder["loss.jsonl"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    [InlineData(999, 1000)]
    [InlineData(2998, 2999)]
    public void Reading_BeginsWithTheStepAfter(long after, long first)
    {
        Write(3000);

        var losses = LossLogReader.Read(Log, after, 1);

        Assert.Equal(first, Assert.Single(losses).Step);
    }

    [Fact]
    public void EveryStep_IsFoundByBisection()
    {
        Write(300);

        Assert.All(Enumerable.Range(0, 300), after => Assert.Equal(after + 1, LossLogReader.Read(Log, after, 1)[0].Step));
    }

    [Fact]
    public void AfterTheLastStep_ThereIsNothing()
    {
        Write(10);

        Assert.Empty(LossLogReader.Read(Log, 10, 5));
        Assert.Equal(10, LossLogReader.LastStep(Log));
    }

    [Fact]
    public void AHalfWrittenLine_IsLeftOut()
    {
        Write(3);
        File.AppendAllText(Log, "{\"step\":4,\"lo");

        Assert.Equal([2, 3], LossLogReader.Read(Log, 1, 10).Select(point => point.Step));
        Assert.Equal(3, LossLogReader.LastStep(Log));
    }

    [Fact]
    public void ALogThatIsNotThere_IsEmpty()
    {
        Assert.Empty(LossLogReader.Read(Log, 0, 10));
        Assert.Equal(0, LossLogReader.LastStep(Log));
    }

    [Fact]
    public void FiguresThatOtherMethodsLog_DoNotHideTheLoss()
    {
        File.WriteAllText(Log, """{"step":1,"loss":0.5,"gradNorm":1,"imagesPerSecond":2,"seconds":3,"discriminatorLoss":7}""" + "\n");

        Assert.Equal(0.5, Assert.Single(LossLogReader.Read(Log, 0, 10)).Loss);
    }

    private void Write(int steps)
    {
        using var log = new LossLog(Log, 0);
        for (var step = 1; step <= steps; step++)
            log.Append(new(step, 1.0 / step, step * 0.1, 100, step * 0.01));
    }
}
