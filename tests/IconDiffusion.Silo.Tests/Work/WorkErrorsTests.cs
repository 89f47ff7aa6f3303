using System.Runtime.InteropServices;
using IconDiffusion.Generators.Runs;
using IconDiffusion.Silo.Work;

namespace IconDiffusion.Silo.Tests.Work;

public sealed class WorkErrorsTests
{
    [Fact]
    public void WantOfMemory_SaysWhereAndWhatHelps()
    {
        foreach (var failure in new Exception[]
        {
            new NativeException("conv2d(…) failed: CUDA out of memory. Tried to allocate 2.00 GiB\n  at c10::…"),
            new NativeException("empty([9,9]) failed: [enforce fail at alloc_cpu.cpp:73] . DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes."),
            new InsufficientMemoryException("There is not enough memory."),
        })
        {
            var message = WorkErrors.Explain(failure, "cuda:0");
            Assert.StartsWith("cuda:0 is out of memory: ", message, StringComparison.Ordinal);
            Assert.EndsWith("A smaller batchSize needs less; 'icon plan' estimates how much.", message, StringComparison.Ordinal);
            Assert.DoesNotContain("\n", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void TheEnginesSentences_StayAsTheyAre() => Assert.Equal(
        "Training diverged.", WorkErrors.Explain(new AggregateException(new TrainingException("Training diverged.")), "cpu"));

    [Fact]
    public void ABug_IsNamedByItsKind() => Assert.Equal(
        "InvalidOperationException: Sequence contains no elements",
        WorkErrors.Explain(new InvalidOperationException("Sequence contains no elements"), "cpu"));

    // What failures of native code are to .NET, libtorch's among them.
    private sealed class NativeException(string message) : ExternalException(message);
}
