using IconDiffusion.Evaluation.Features.Pickles;

namespace IconDiffusion.Evaluation.Tests.Features.Pickles;

// The files and how they were made: tests/golden/pickle/make_pickles.py.
public sealed class TorchFileTests
{
    [Theory]
    [InlineData("state_dict.legacy.pth")]
    [InlineData("state_dict.zip.pth")]
    public void StateDict_IsReadWholeInBothFormats(string file)
    {
        var tensors = TorchFile.Read(PathOf(file));

        Assert.Equal(13, tensors.Count);
        Check("conv.weight", [2, 3, 1, 1], [0, 0.5f, 1, 1.5f, 2, 2.5f]);
        Check("bn.bias", [5], [-1, -0.5f, 0, 0.5f, 1]);
        Check("double", [3], [-2, -1.5f, -1]);
        Check("half", [3], [-2, -1.5f, -1]);
        Check("bfloat", [3], [-2, -1.5f, -1]);
        Check("row", [6], [3, 3.5f, 4, 4.5f, 5, 5.5f]);
        Check("every_other", [4, 3], [-3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 8]);
        Check("empty", [0, 3], []);
        Check("parameter", [2, 2], [-4, -3.5f, -3, -2.5f]);
        Assert.Equal([6L, 4L], tensors["transposed"].Shape);
        Assert.Equal([-3, 0, 3, 6, -2.5f, 0.5f], tensors["transposed"].ToFloats()[..6]);
        Assert.Equal(7, BitConverter.ToInt64(tensors["count"].Data.Span));
        Assert.Equal([1, 0], tensors["flags"].Data.ToArray());
        Assert.Equal([0, 1, 2, 3], tensors["bytes"].Data.ToArray());

        void Check(string name, long[] shape, float[] values)
        {
            Assert.Equal(shape, tensors[name].Shape);
            Assert.Equal(values, tensors[name].ToFloats());
        }
    }

    [Fact]
    public void IntegerTensor_IsNotReadAsFloatingPoint()
    {
        var count = TorchFile.Read(PathOf("state_dict.zip.pth"))["count"];
        Assert.Contains("Int64", Assert.Throws<InvalidDataException>(() => count.ToFloats()).Message);
    }

    [Theory]
    [InlineData("posix_system.legacy.pth", "posix.system")]
    [InlineData("posix_system.zip.pth", "posix.system")]
    [InlineData("eval.legacy.pth", "builtin")]
    [InlineData("beyond_storage.legacy.pth", "beyond its storage")]
    [InlineData("overflowing_shape.legacy.pth", "elements")]
    [InlineData("unfolding.legacy.pth", "unfolds")]
    [InlineData("huge_storage.legacy.pth", "elements; its pickle says")]
    [InlineData("bomb.zip.pth", "compressed")]
    [InlineData("list.zip.pth", "no dict")]
    public void HostileFile_IsRefusedAndNamed(string file, string because)
    {
        var error = Assert.Throws<InvalidDataException>(() => TorchFile.Read(PathOf(file)));
        Assert.Contains(file, error.Message);
        Assert.Contains(because, error.Message);
        Assert.False(File.Exists("pwned"));
    }

    [Theory]
    [InlineData("state_dict.legacy.pth")]
    [InlineData("state_dict.zip.pth")]
    public void FileCutAnywhere_IsRefused(string file)
    {
        var whole = File.ReadAllBytes(PathOf(file));
        for (var length = 0; length < whole.Length; length++)
            Assert.Throws<InvalidDataException>(() => TorchFile.Read(whole[..length]));
    }

    // Whatever a damaged byte makes of the file, it is read or refused, and nothing else is thrown.
    [Theory]
    [InlineData("state_dict.legacy.pth")]
    [InlineData("state_dict.zip.pth")]
    public void FileWithOneByteChanged_IsReadOrRefused(string file)
    {
        var whole = File.ReadAllBytes(PathOf(file));
        for (var at = 0; at < whole.Length; at++)
        {
            var damaged = (byte[])whole.Clone();
            damaged[at] ^= (byte)(1 << at % 8);
            if (Record.Exception(() => TorchFile.Read(damaged)) is { } error)
                Assert.IsType<InvalidDataException>(error);
        }
    }

    [Fact]
    public void AnyOtherFile_IsRefused()
    {
        Assert.Throws<InvalidDataException>(() => TorchFile.Read([]));
        Assert.Throws<InvalidDataException>(() => TorchFile.Read("<html>404</html>"u8.ToArray()));
        Assert.Throws<InvalidDataException>(() => TorchFile.Read("PK\x03\x04 not a zip after all"u8.ToArray()));
    }

    private static string PathOf(string file) => Golden.PathOf("pickle", file);
}
