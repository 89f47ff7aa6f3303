using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Orleans;
using Orleans.Serialization;

namespace IconDiffusion.EmbeddedActors;

/// <summary>
/// Copies exceptions as a remote caller gets them: those of .NET with their message, trace, cause and data only; those with
/// [GenerateSerializer] with their [Id] members too; others not at all.
/// </summary>
internal static class ExceptionCopier
{
    private static readonly string[] Namespaces = ["System", "Microsoft", "Azure"];

    /// <summary>The copy; a <see cref="CodecNotFoundException"/> for what cannot travel.</summary>
    public static Exception Copy(Exception original, JsonTypes json)
    {
        try
        {
            return CopyOrThrow(original, json);
        }
        catch (CodecNotFoundException failure)
        {
            return failure;
        }
        catch (Exception failure)   // An exception whose own members throw must not keep its caller waiting.
        {
            return new CodecNotFoundException($"Could not copy an exception of type {original.GetType()}: {failure.GetType().Name}.");
        }
    }

    private static Exception CopyOrThrow(Exception original, JsonTypes json)
    {
        if (original is AggregateException aggregate && original.GetType() == typeof(AggregateException))
            return new AggregateException(aggregate.InnerExceptions.Select(inner => Copy(inner, json)));
        var type = original.GetType();
        var isMarked = type.IsDefined(typeof(GenerateSerializerAttribute), inherit: false);
        if (!isMarked && !Namespaces.Any(start => type.Namespace?.StartsWith(start, StringComparison.Ordinal) == true))
            throw new CodecNotFoundException($"Could not find a codec for type {type}; wanted [GenerateSerializer] on the exception.");
        var copy = (Exception)(isMarked ? SerializableMembers.Creator(type)() : RuntimeHelpers.GetUninitializedObject(type));
        Message(copy) = original.Message;
        InnerException(copy) = original.InnerException is { } inner ? Copy(inner, json) : null;
        copy.HResult = original.HResult;
        var session = new CopySession(json);
        foreach (DictionaryEntry entry in original.Data)
            copy.Data[session.Copy(entry.Key, typeof(object))!] = session.Copy(entry.Value, typeof(object));
        if (isMarked)
            SerializableMembers.For(type).CopyFields(original, copy, session);
        if (original.StackTrace is { } trace)
            ExceptionDispatchInfo.SetRemoteStackTrace(copy, trace);
        return copy;
    }

    // .NET's own deserialisation sets these fields too, by a constructor that is obsolete.
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_message")]
    private static extern ref string? Message(Exception exception);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_innerException")]
    private static extern ref Exception? InnerException(Exception exception);
}
