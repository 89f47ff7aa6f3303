using System.Buffers.Binary;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace IconDiffusion.Kernels.Tests;

public sealed class SafetensorsTests
{
    private static Dictionary<string, Tensor> Samples() => new()
    {
        ["weight"] = tensor([1.5f, -2f, 3f, 4f], [2, 2]),
        ["double"] = tensor([Math.PI]),
        ["steps"] = tensor(123456789012L),
        ["state"] = tensor(new byte[] { 1, 2, 255 }),
        ["half"] = tensor([1f, 2f]).to(bfloat16),
        ["mask"] = tensor([true, false]),
        ["nothing"] = zeros(0, 3),
        ["naïve „name“"] = tensor([1f, 2f, 3f, 4f, 5f, 6f], [2, 3]).t(),
    };

    private static MemoryStream File(string header, int dataBytes = 0, long? claimedLength = null)
    {
        var json = Encoding.UTF8.GetBytes(header);
        var bytes = new byte[8 + json.Length + dataBytes];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, claimedLength ?? json.Length);
        json.CopyTo(bytes, 8);
        return new MemoryStream(bytes);
    }

    [Fact]
    public void WhatWasWritten_IsReadBack()
    {
        using var scope = NewDisposeScope();
        var samples = Samples();
        using var stream = new MemoryStream();
        Safetensors.Write(stream, samples, new Dictionary<string, string> { ["step"] = "7" });
        stream.Position = 0;
        var read = Safetensors.Read(stream, out var metadata);

        Assert.Equal("7", metadata["step"]);
        Assert.Equal(samples.Keys.Order(), read.Keys.Order());
        Assert.All(samples, pair => Assert.True(pair.Value.Equals(read[pair.Key]) && pair.Value.dtype == read[pair.Key].dtype, pair.Key));
    }

    [Fact]
    public void EqualTensors_MakeEqualFiles_WhateverTheirOrder()
    {
        using var scope = NewDisposeScope();
        using MemoryStream first = new(), second = new();
        Safetensors.Write(first, Samples());
        Safetensors.Write(second, Samples().Reverse().ToDictionary());

        Assert.Equal(first.ToArray(), second.ToArray());
        Assert.Equal(0, BinaryPrimitives.ReadInt64LittleEndian(first.ToArray()) % 8);
    }

    [Fact]
    public void TheBytes_AreTheFormatsOwn()
    {
        using var stream = new MemoryStream();
        Safetensors.Write(stream, new Dictionary<string, Tensor> { ["a"] = tensor([1f]) });
        const string Header = """{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""";

        Assert.Equal([56, 0, 0, 0, 0, 0, 0, 0, .. Encoding.UTF8.GetBytes(Header.PadRight(56)), 0, 0, 0x80, 0x3F], stream.ToArray());
    }

    [Fact]
    public void ReadInto_FillsTheTensorsThatExist()
    {
        using var scope = NewDisposeScope();
        using var stream = new MemoryStream();
        Safetensors.Write(stream, Samples());
        var targets = Samples().ToDictionary(pair => pair.Key, pair => zeros_like(pair.Value));
        targets["weight"].requires_grad_();
        stream.Position = 0;
        Safetensors.ReadInto(stream, targets);

        Assert.All(Samples(), pair => Assert.True(pair.Value.Equals(targets[pair.Key]), pair.Key));
    }

    [Fact]
    public void ReadInto_OtherTensors_ChangesNothing()
    {
        using var scope = NewDisposeScope();
        using var stream = new MemoryStream();
        Safetensors.Write(stream, new Dictionary<string, Tensor> { ["a"] = ones(2), ["b"] = ones(2) });

        Refused(new() { ["a"] = zeros(2) }, "holds a tensor 'b'");
        Refused(new() { ["a"] = zeros(2), ["b"] = zeros(3) }, "holds 'b' as Float32 [2], and Float32 [3] was expected");
        Refused(new() { ["a"] = zeros(2), ["b"] = zeros(2, float64) }, "Float64 [2] was expected");
        Refused(new() { ["a"] = zeros(2), ["b"] = zeros(2), ["c"] = zeros(2) }, "lacks 'c'");

        void Refused(Dictionary<string, Tensor> targets, string because)
        {
            stream.Position = 0;
            Assert.Contains(because, Assert.Throws<InvalidDataException>(() => Safetensors.ReadInto(stream, targets)).Message);
            Assert.Equal(0, targets["a"].sum().item<float>());
        }
    }

    public static TheoryData<string, int, string> Hostile => new()
    {
        { "[]", 0, "not the JSON it should be" },
        { "{", 0, "not the JSON it should be" },
        { """{"a":3}""", 0, "not the JSON it should be" },
        { """{"a":{"dtype":"F32","shape":[1]}}""", 4, "not the JSON it should be" },
        { """{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", 4, "not the JSON it should be" },
        { """{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,4]}}""", 4, "not the JSON it should be" },
        { """{"a":{"dtype":"F128","shape":[1],"data_offsets":[0,16]}}""", 16, "unknown type F128" },
        { """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""", 2, "'a' comes twice" },
        { """{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}""", 3, "without gap or overlap" },
        { """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}}""", 3, "without gap or overlap" },
        { """{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""", 2, "without gap or overlap" },
        { """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 2, "take 1 bytes, and 2 follow" },
        { """{"a":{"dtype":"U8","shape":[9],"data_offsets":[0,9]}}""", 2, "take 9 bytes, and 2 follow" },
        { """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, "has 4 bytes for Float32 [2]" },
        { """{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}""", 4, "has 4 bytes for Float32 [-1]" },
        { """{"a":{"dtype":"F64","shape":[4611686018427387904,4],"data_offsets":[0,0]}}""", 0, "has 0 bytes for Float64" },
        { """{"a":{"dtype":"U8","shape":[1],"data_offsets":[-1,0]}}""", 0, "a begin and an end were wanted" },
        { """{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,0]}}""", 1, "a begin and an end were wanted" },
        { """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0]}}""", 1, "a begin and an end were wanted" },
        { """{"a":[[[[[[1]]]]]]}""", 0, "not the JSON it should be" },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public void AFileThatLies_IsRefusedWithTheReason(string header, int dataBytes, string because)
    {
        var error = Assert.Throws<InvalidDataException>(() => Safetensors.Read(File(header, dataBytes)));

        Assert.Contains(because, error.Message);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    [InlineData(99_999_999)]
    [InlineData(3)]
    public void AHeaderOfAnotherLength_IsRefused(long claimed) =>
        Assert.Throws<InvalidDataException>(() => Safetensors.Read(File("{}", claimedLength: claimed)));

    [Fact]
    public void AnEmptyFile_IsRefused() =>
        Assert.Contains("0 bytes are too few", Assert.Throws<InvalidDataException>(() => Safetensors.Read(new MemoryStream())).Message);

    [Fact]
    public void AFileCutAnywhere_IsRefused()
    {
        using var scope = NewDisposeScope();
        using var stream = new MemoryStream();
        Safetensors.Write(stream, Samples());
        var whole = stream.ToArray();

        for (int length = 0; length < whole.Length; length += 7)
            Assert.Throws<InvalidDataException>(() => Safetensors.Read(new MemoryStream(whole[..length])));
    }
}
