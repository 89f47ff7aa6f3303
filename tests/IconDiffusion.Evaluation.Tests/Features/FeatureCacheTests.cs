using IconDiffusion.Evaluation.Features;

namespace IconDiffusion.Evaluation.Tests.Features;

public sealed class FeatureCacheTests : IDisposable
{
    private static readonly FeatureStatistics Features = new([1, -2.5f, float.Epsilon, 4, 5, 6], 3);

    private readonly string _folder = Directory.CreateTempSubdirectory("features-").FullName;
    private readonly FeatureCache _cache;

    public FeatureCacheTests()
    {
        _cache = new(_folder);
        _cache.Save("data", "weights", Features);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void WhatWasSaved_ComesBackToTheBit()
    {
        var loaded = _cache.Load("data", "weights", count: 2);
        Assert.Equal(Features.Values, loaded!.Values);
        Assert.Equal(3, loaded.Dimension);
    }

    [Theory]
    [InlineData("other data", "weights", 2)]
    [InlineData("data", "other weights", 2)]
    [InlineData("data", "weights", 3)]
    public void AnythingElse_IsNotThere(string fingerprint, string weights, int count) =>
        Assert.Null(_cache.Load(fingerprint, weights, count));

    [Fact]
    public void DamagedFile_CountsAsNone()
    {
        var path = Directory.GetFiles(_folder).Single();
        var whole = File.ReadAllBytes(path);
        for (var at = whole.Length - 1; at > whole.Length - 24; at--)  // the values
        {
            var damaged = (byte[])whole.Clone();
            damaged[at] ^= 1;
            File.WriteAllBytes(path, damaged);
            Assert.Null(_cache.Load("data", "weights", count: 2));
        }
        foreach (var length in new[] { 0, 4, 60, whole.Length - 1 })
        {
            File.WriteAllBytes(path, whole[..length]);
            Assert.Null(_cache.Load("data", "weights", count: 2));
        }
    }
}
