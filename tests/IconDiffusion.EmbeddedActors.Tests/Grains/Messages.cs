using Orleans;

namespace IconDiffusion.EmbeddedActors.Tests;

[GenerateSerializer]
public sealed record Note(string Text, List<int> Numbers);

[GenerateSerializer]
public abstract record Shape([property: Id(7)] string Name)
{
    [GenerateSerializer]
    public sealed record Circle(string Name, double Radius) : Shape(Name);

    [GenerateSerializer]
    public sealed record Group(string Name, Shape[] Parts) : Shape(Name);
}

[GenerateSerializer]
public sealed class Parcel
{
    [Id(0)]
    public string Kept { get; set; } = "";

    [Id(1)]
    private int _secret;

    [field: NonSerialized]
    public string? Left { get; set; }

    [Id(2)]
    public Parcel? Next { get; set; }

    [Id(3)]
    public Dictionary<string, Note>? Notes { get; init; }

    [Id(4)]
    public IEchoGrain? Sender { get; set; }

    public int Secret() => _secret;

    public Parcel WithSecret(int secret)
    {
        _secret = secret;
        return this;
    }
}

[GenerateSerializer]
public readonly record struct Point(int X, int Y);

[GenerateSerializer]
public sealed record Page<T>(IReadOnlyList<T> Items);

public sealed record Unmarked(string Text);

[GenerateSerializer]
public enum Colour { Red, Green }

[GenerateSerializer]
public sealed class MarkedException(string message, int code) : Exception(message)
{
    [Id(0)]
    public int Code { get; } = code;
}

[GenerateSerializer]
public sealed class HostileException : Exception
{
    public override string Message => throw new InvalidOperationException("no message");
}

public sealed class UnmarkedException(string message) : Exception(message);
