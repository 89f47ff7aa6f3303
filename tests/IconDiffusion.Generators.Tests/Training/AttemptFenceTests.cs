using IconDiffusion.Generators.Training;

namespace IconDiffusion.Generators.Tests.Training;

public sealed class AttemptFenceTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TheNewestAttempt_MayWrite()
    {
        var (first, second) = (Fence("work", 1), Fence("work", 2));
        Assert.True(first.Enter(takeOver: false));
        first.Verify();
        Assert.True(second.Enter(takeOver: false));
        second.Verify();
        Assert.Throws<SupersededException>(first.Verify);
        Assert.Throws<SupersededException>(() => first.Enter(takeOver: true));
    }

    [Fact]
    public void OtherWork_IsOnlyTakenOverOnPurpose()
    {
        var (mine, others) = (Fence("mine", 7), Fence("others", 1));
        mine.Enter(takeOver: false);
        Assert.False(others.Enter(takeOver: false));
        mine.Verify();
        Assert.True(others.Enter(takeOver: true));
        Assert.Throws<SupersededException>(mine.Verify);
    }

    [Fact]
    public void AFolderThatIsGone_IsAnErrorOfTheDisk()
    {
        var fence = Fence("work", 1);
        fence.Enter(takeOver: false);
        Directory.Delete(_folder["run"], recursive: true);
        Assert.Throws<DirectoryNotFoundException>(fence.Verify);
    }

    [Fact]
    public void ADamagedNote_StopsNobodyFromBeginning()
    {
        Directory.CreateDirectory(_folder["run"]);
        File.WriteAllText(Path.Combine(_folder["run"], "attempt.json"), "{ \"wor");
        Assert.True(Fence("work", 1).Enter(takeOver: false));
    }

    private AttemptFence Fence(string work, int attempt) => new(Path.Combine(_folder["run"], "attempt.json"), work, attempt, "silo");
}
