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
    public void OfTwoSilosWithOneNumber_TheFirstMayWrite()
    {
        var (first, second) = (Fence("work", 3), Fence("work", 3, "another"));
        Assert.Equal(0, AttemptFence.Newest(first.Path, "work"));
        first.Enter(takeOver: false);
        Assert.Throws<SupersededException>(() => second.Enter(takeOver: true));
        Assert.Throws<SupersededException>(second.Verify);
        first.Verify();

        // The same silo's may, as after a restart.
        Assert.True(Fence("work", 3).Enter(takeOver: false));
        Assert.Equal((3, 0), (AttemptFence.Newest(first.Path, "work"), AttemptFence.Newest(first.Path, "others")));
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

    private AttemptFence Fence(string work, int attempt, string silo = "silo") => new(Path.Combine(_folder["run"], "attempt.json"), work, attempt, silo);
}
