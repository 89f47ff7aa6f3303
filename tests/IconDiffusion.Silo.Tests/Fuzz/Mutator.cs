using System.Text.Json.Nodes;

namespace IconDiffusion.Silo.Tests.Fuzz;

/// <summary>Changes inputs at random; the same seed makes the same ones.</summary>
internal sealed class Mutator(int seed)
{
    private static readonly byte[] Edges = [0, 1, 0x7F, 0x80, 0xFE, 0xFF, (byte)'\n', (byte)'"', (byte)'%', (byte)'/'];
    private readonly Random _random = new(seed);

    public T Choose<T>(IReadOnlyList<T> from) => from[_random.Next(from.Count)];

    /// <summary>One to eight changes: bytes and whole numbers at the edges of their ranges, pieces left out, doubled or moved from another input, an early end.</summary>
    public byte[] Change(byte[] input, IReadOnlyList<byte[]> others)
    {
        List<byte> bytes = [.. input];
        for (var changes = _random.Next(1, 9); changes > 0 && bytes.Count > 0; changes--)
        {
            var at = _random.Next(bytes.Count);
            var length = Math.Min(bytes.Count - at, 1 << _random.Next(10));
            switch (_random.Next(8))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << _random.Next(8));
                    break;
                case 1:
                    bytes[at] = Choose(Edges);
                    break;
                case 2:
                    bytes[at] = (byte)_random.Next(256);
                    break;
                case 3:   // A length, big or little endian.
                    for (var i = 0; i < Math.Min(4, bytes.Count - at); i++)
                        bytes[at + i] = i == 0 ? Choose(Edges) : (byte)(_random.Next(2) * 0xFF);
                    break;
                case 4:
                    bytes.RemoveRange(at, length);
                    break;
                case 5:
                    bytes.InsertRange(at, bytes.GetRange(at, length));
                    break;
                case 6:
                    var other = Choose(others);
                    var from = _random.Next(other.Length);
                    bytes.InsertRange(at, other.AsSpan(from, Math.Min(other.Length - from, length)));
                    break;
                case 7 when _random.Next(4) == 0:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
            }
        }
        return [.. bytes];
    }

    /// <summary>One to four changes of values in a JSON document, which stays JSON.</summary>
    public string ChangeJson(string json)
    {
        var root = JsonNode.Parse(json, documentOptions: new() { CommentHandling = System.Text.Json.JsonCommentHandling.Skip, AllowTrailingCommas = true })!;
        for (var changes = _random.Next(1, 5); changes > 0; changes--)
        {
            var nodes = Below(root).Where(node => node != root).ToArray();
            if (nodes.Length == 0)
                break;
            var node = Choose(nodes);
            if (_random.Next(6) == 0 && node.Parent is JsonObject parent)
                parent.Remove(node.GetPropertyName());
            else if (_random.Next(6) == 0 && node.Parent is JsonObject beside)
                beside[Choose(["", "x", "kind", "$type", "seed", node.GetPropertyName() + "s"])] = node.DeepClone();
            else
                node.ReplaceWith(Value(nodes));
        }
        return root.ToJsonString();
    }

    private static IEnumerable<JsonNode> Below(JsonNode node) => node switch
    {
        JsonObject members => members.Select(member => member.Value).OfType<JsonNode>().SelectMany(Below).Prepend(node),
        JsonArray items => items.OfType<JsonNode>().SelectMany(Below).Prepend(node),
        _ => [node],
    };

    private JsonNode? Value(JsonNode[] nodes) => _random.Next(16) switch
    {
        0 => null,
        1 => JsonValue.Create(Choose([0, -1, 1, int.MaxValue, int.MinValue, 3])),
        2 => JsonValue.Create(Choose([1e308, -1e308, 5e-324, 0.5, -0.0])),
        3 => JsonValue.Create(Choose([long.MaxValue, long.MinValue, 1L << 32])),
        4 => JsonValue.Create(Choose(["", "x", "NaN", "Infinity", "../..", "/dev/zero", "00:00:00", "-1.00:00:00", "\0", "\ud83d\ude00", "ddpm"])),
        5 => JsonValue.Create(new string('a', 1 << _random.Next(17))),
        6 => new JsonArray(),
        7 => new JsonObject(),
        8 => new JsonArray([.. Enumerable.Range(0, 1 << _random.Next(12)).Select(i => JsonValue.Create(i))]),
        9 => Deep(_random.Next(200)),
        10 => JsonValue.Create(_random.Next(2) == 0),
        _ => Choose(nodes).DeepClone(),
    };

    private static JsonNode Deep(int levels)
    {
        JsonNode node = new JsonObject();
        for (var level = 0; level < levels; level++)
            node = level % 2 == 0 ? new JsonArray(node) : new JsonObject { ["a"] = node };
        return node;
    }
}
