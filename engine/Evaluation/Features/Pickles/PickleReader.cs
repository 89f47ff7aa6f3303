using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace IconDiffusion.Evaluation.Features.Pickles;

/// <summary>
/// The part of Python's pickle, protocol 2, that state dicts need, and no more. A pickle is a program that may name any
/// Python function; this reader calls nothing it was not given: the owner resolves each global and each persistent
/// object by name, and an unknown one ends the reading with its name in the error.
/// </summary>
/// <remarks>
/// Objects become: dict → <see cref="Dictionary{TKey,TValue}"/> of <see cref="object"/>, list → <see cref="List{T}"/>,
/// tuple → array, int → <see cref="long"/> or <see cref="BigInteger"/>, float → <see cref="double"/>, None → null.
/// Every operation consumes input and allocates in proportion to it, so the input's length bounds the memory.
/// Opcodes: CPython's Lib/pickletools.py.
/// </remarks>
/// <param name="data">Bytes that start with a pickle; more may follow.</param>
/// <param name="resolve">Maps <c>module.name</c> to a <see cref="Function"/> or any other object; throws for what is not allowed.</param>
/// <param name="load">Maps a persistent id to the object it stands for.</param>
internal sealed class PickleReader(ReadOnlyMemory<byte> data, Func<string, object> resolve, Func<object?, object> load)
{
    /// <summary>A callable that the owner allows.</summary>
    public delegate object? Function(object?[] arguments);

    private static readonly object Mark = new();
    private readonly Stack<object?> _stack = new();
    private readonly Dictionary<uint, object?> _memo = [];
    private int _position;

    /// <summary>Bytes read so far.</summary>
    public int Position => _position;

    /// <summary>Reads one pickle, from PROTO to STOP.</summary>
    /// <exception cref="InvalidDataException">Truncated, malformed, or asks for something that is not allowed.</exception>
    public object? Read()
    {
        while (true)
        {
            var at = _position;
            var opcode = Take(1)[0];
            switch (opcode)
            {
                case 0x80: Protocol(Take(1)[0]); break;
                case (byte)'.': return Pop();
                case (byte)'(': _stack.Push(Mark); break;
                case (byte)'N': _stack.Push(null); break;
                case 0x88: _stack.Push(true); break;
                case 0x89: _stack.Push(false); break;
                case (byte)'K': _stack.Push((long)Take(1)[0]); break;
                case (byte)'M': _stack.Push((long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2))); break;
                case (byte)'J': _stack.Push((long)BinaryPrimitives.ReadInt32LittleEndian(Take(4))); break;
                case 0x8A: PushLongInteger(Take(Take(1)[0])); break;
                case (byte)'G': _stack.Push(BinaryPrimitives.ReadDoubleBigEndian(Take(8))); break;
                case (byte)'X': _stack.Push(Text(Take(Length()))); break;
                case (byte)'}': _stack.Push(new Dictionary<object, object?>()); break;
                case (byte)']': _stack.Push(new List<object?>()); break;
                case (byte)')': _stack.Push(Array.Empty<object?>()); break;
                case 0x85: _stack.Push(PopMany(1)); break;
                case 0x86: _stack.Push(PopMany(2)); break;
                case 0x87: _stack.Push(PopMany(3)); break;
                case (byte)'t': _stack.Push(PopToMark()); break;
                case (byte)'a': Append([Pop()]); break;
                case (byte)'e': Append(PopToMark()); break;
                case (byte)'s': SetItems(PopMany(2)); break;
                case (byte)'u': SetItems(PopToMark()); break;
                case (byte)'q': _memo[Take(1)[0]] = Peek(); break;
                case (byte)'r': _memo[BinaryPrimitives.ReadUInt32LittleEndian(Take(4))] = Peek(); break;
                case (byte)'h': _stack.Push(Remembered(Take(1)[0])); break;
                case (byte)'j': _stack.Push(Remembered(BinaryPrimitives.ReadUInt32LittleEndian(Take(4)))); break;
                case (byte)'c': _stack.Push(resolve($"{Line()}.{Line()}")); break;
                case (byte)'Q': _stack.Push(load(Pop())); break;
                case (byte)'R': Call(); break;
                case (byte)'b': Pop(); break;  // BUILD sets attributes, such as a state dict's _metadata; nothing here has any
                default: throw new InvalidDataException($"The pickle has opcode 0x{opcode:X2} at byte {at}, which no state dict needs.");
            }
        }
    }

    private static void Protocol(byte version)
    {
        if (version != 2) throw new InvalidDataException($"The pickle has protocol {version}; torch.save writes protocol 2.");
    }

    private void PushLongInteger(ReadOnlySpan<byte> bytes)
    {
        var value = new BigInteger(bytes);
        if (bytes.Length <= sizeof(long)) _stack.Push((long)value);
        else _stack.Push(value);
    }

    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);

    private void Call()
    {
        var arguments = Pop();
        var function = Pop();
        if (function is not Function call || arguments is not object?[] list)
            throw new InvalidDataException("The pickle calls something that is not a function.");
        _stack.Push(call(list));
    }

    private void Append(object?[] items)
    {
        if (Peek() is not List<object?> list) throw new InvalidDataException("The pickle appends to something that is not a list.");
        list.AddRange(items);
    }

    private void SetItems(object?[] pairs)
    {
        if (Peek() is not Dictionary<object, object?> dictionary || pairs.Length % 2 != 0)
            throw new InvalidDataException("The pickle sets items of something that is not a dict.");
        for (var i = 0; i < pairs.Length; i += 2)
        {
            if (pairs[i] is not (string or long))
                throw new InvalidDataException("The pickle has a dict key that is neither text nor an integer.");
            dictionary[pairs[i]!] = pairs[i + 1];
        }
    }

    private object? Pop() => _stack.TryPop(out var top) ? top : throw StackEmpty();

    private object? Peek() => _stack.TryPeek(out var top) ? top : throw StackEmpty();

    private object?[] PopMany(int count)
    {
        if (_stack.Count < count) throw StackEmpty();
        var items = new object?[count];
        while (count > 0) items[--count] = _stack.Pop();
        return items;
    }

    private object?[] PopToMark()
    {
        var items = new List<object?>();
        object? item;
        while (!ReferenceEquals(item = Pop(), Mark)) items.Add(item);
        items.Reverse();
        return [.. items];
    }

    private object? Remembered(uint key) =>
        _memo.TryGetValue(key, out var value) ? value : throw new InvalidDataException($"The pickle refers to memo {key}, which it never stored.");

    private int Length()
    {
        var length = BinaryPrimitives.ReadUInt32LittleEndian(Take(4));
        return length <= int.MaxValue ? (int)length : throw Truncated();
    }

    private string Line()
    {
        var end = data.Span[_position..].IndexOf((byte)'\n');
        if (end < 0) throw Truncated();
        var line = Text(Take(end));
        Take(1);
        return line;
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > data.Length - _position) throw Truncated();
        var taken = data.Span.Slice(_position, count);
        _position += count;
        return taken;
    }

    private InvalidDataException Truncated() => new($"The pickle ends at byte {data.Length}, in the middle.");

    private static InvalidDataException StackEmpty() => new("The pickle takes more from its stack than it put there.");
}
