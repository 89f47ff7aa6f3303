namespace IconDiffusion.Generators.Tests;

public sealed class GoldenTests
{
    [Fact]
    public void FillReproducesTheRecordedVectors()
    {
        Assert.Equal(0xaf63dc4c8601ec8cUL, Golden.Fnv1a64("a"));
        Assert.Equal(0x30be463aeb9ac0e4UL, Golden.Fnv1a64("init_conv.weight"));
        Assert.Equal(
            [0.17301019f, -0.10515087f, 0.17607716f, -0.14641547f],
            Golden.Fill("init_conv.weight", [8, 3, 7, 7], gain: 6)[..4]); // GOLDEN.md gives this vector for gain 6
    }

    [Theory]
    [InlineData("unet_A_tiny", 1)]
    [InlineData("inception", 6)]
    public void FillReproducesEveryRecordedHash(string file, double gain)
    {
        foreach (var entry in Golden.Load(file).Json.GetProperty("state_dict").EnumerateObject())
        {
            if (entry.Name.EndsWith("num_batches_tracked", StringComparison.Ordinal))
                continue; // a counter, always zero
            long[] shape = [.. entry.Value.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64())];
            Assert.Equal(entry.Value.GetProperty("sha256_16").GetString(), Golden.Sha16<float>(Golden.Fill(entry.Name, shape, gain)));
        }
    }
}
