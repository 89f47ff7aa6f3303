using IconDiffusion.Generators.Training;

namespace IconDiffusion.Generators.Tests.Training;

public sealed class LossLogTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private string Log => _folder["loss.jsonl"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Entries_ComeBackAsWritten()
    {
        using (var log = new LossLog(Log, 0))
        {
            log.Append(Entry(1));
            log.Append(Entry(2) with { Loss = double.NaN });
        }

        Assert.Equal([Entry(1), Entry(2) with { Loss = double.NaN }], LossLog.Read(Log));
    }

    [Fact]
    public void ResumingAtALength_CutsLaterLinesOff()
    {
        long atTwo;
        using (var log = new LossLog(Log, 0))
        {
            log.Append(Entry(1));
            log.Append(Entry(2));
            atTwo = log.Flush(toDisk: true);
            log.Append(Entry(3));
        }

        using (var log = new LossLog(Log, atTwo))
            log.Append(Entry(3) with { Loss = 7 });

        Assert.Equal([Entry(1), Entry(2), Entry(3) with { Loss = 7 }], LossLog.Read(Log));
    }

    [Fact]
    public void AnUnfinishedLastLine_IsNotRead()
    {
        using (var log = new LossLog(Log, 0))
            log.Append(Entry(1));
        File.AppendAllText(Log, "{\"step\":2,\"lo");

        Assert.Equal([Entry(1)], LossLog.Read(Log));
    }

    [Fact]
    public void ALogBeingWritten_CanBeRead()
    {
        using var log = new LossLog(Log, 0);
        log.Append(Entry(1));
        log.Flush(toDisk: false);

        Assert.Equal([Entry(1)], LossLog.Read(Log));
    }

    [Fact]
    public void ALogShorterThanItsCheckpoint_IsNamed()
    {
        File.WriteAllText(Log, "{}\n");
        var error = Assert.Throws<InvalidDataException>(() => new LossLog(Log, 100));
        Assert.Equal($"'{Log}' has 3 bytes; the checkpoint was made when it had 100.", error.Message);
    }

    [Fact]
    public void AMissingLog_HasNoEntries() => Assert.Empty(LossLog.Read(Log));

    private static LossEntry Entry(long step) => new(step, 0.5 / step, 1.5, 20, 0.8 * step);
}
