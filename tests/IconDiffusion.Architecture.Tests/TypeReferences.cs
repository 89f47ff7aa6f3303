using System.Reflection;
using System.Reflection.Emit;

namespace IconDiffusion.Architecture.Tests;

/// <summary>The types that a type needs: in its signatures, attributes and base types, and in the instructions of its methods.</summary>
internal static class TypeReferences
{
    private const BindingFlags Everything =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> Codes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    /// <summary>Every type that this one or a type within it needs; the outermost type stands for those within it.</summary>
    public static IReadOnlySet<Type> Of(Type type) => WithNested(type).SelectMany(Direct).SelectMany(Parts).ToHashSet();

    private static IEnumerable<Type> WithNested(Type type) => type.GetNestedTypes(Everything).SelectMany(WithNested).Prepend(type);

    private static IEnumerable<Type> Direct(Type type)
    {
        var methods = type.GetMethods(Everything).Concat<MethodBase>(type.GetConstructors(Everything));
        return type.GetInterfaces()
            .Append(type.BaseType)
            .Concat(type.GetFields(Everything).Select(field => field.FieldType))
            .Concat(type.GetProperties(Everything).Select(property => property.PropertyType))
            .Concat(methods.SelectMany(Signature))
            .Concat(methods.SelectMany(Instructions))
            .Concat(type.GetMembers(Everything).Prepend(type).SelectMany(member => member.CustomAttributes).SelectMany(Attribute))
            .OfType<Type>();
    }

    private static IEnumerable<Type?> Signature(MethodBase method) => method.GetParameters().Select(parameter => parameter.ParameterType)
        .Append((method as MethodInfo)?.ReturnType)
        .Concat(method.IsGenericMethodDefinition ? method.GetGenericArguments().SelectMany(each => each.GetGenericParameterConstraints()) : []);

    private static IEnumerable<Type> Attribute(CustomAttributeData attribute) => attribute.ConstructorArguments
        .Concat(attribute.NamedArguments.Select(named => named.TypedValue))
        .SelectMany(argument => new[] { argument.ArgumentType, argument.Value as Type })
        .OfType<Type>().Append(attribute.AttributeType);

    private static IEnumerable<Type?> Instructions(MethodBase method)
    {
        if (method.GetMethodBody() is not { } body || body.GetILAsByteArray() is not { } code) return [];

        var found = body.LocalVariables.Select(local => (Type?)local.LocalType)
            .Concat(body.ExceptionHandlingClauses.Where(each => each.Flags == ExceptionHandlingClauseOptions.Clause).Select(each => each.CatchType))
            .ToList();
        var ofType = method.DeclaringType!.IsGenericType ? method.DeclaringType.GetGenericArguments() : null;
        var ofMethod = method.IsGenericMethod ? method.GetGenericArguments() : null;
        for (var at = 0; at < code.Length;)
        {
            var operation = code[at] == 0xFE ? Codes[unchecked((short)(0xFE00 | code[at + 1]))] : Codes[code[at]];
            at += operation.Size;
            if (operation.OperandType is OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType)
                found.AddRange(Member(method.Module.ResolveMember(BitConverter.ToInt32(code, at), ofType, ofMethod)!));
            at += OperandSize(operation.OperandType, code, at);
        }
        return found;
    }

    private static IEnumerable<Type?> Member(MemberInfo member) => member switch
    {
        Type type => [type],
        FieldInfo field => [field.DeclaringType, field.FieldType],
        MethodBase method => [.. Signature(method), .. method.IsGenericMethod ? method.GetGenericArguments() : [], method.DeclaringType],
        _ => [],
    };

    private static int OperandSize(OperandType operand, byte[] code, int at) => operand switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        OperandType.InlineSwitch => 4 + 4 * BitConverter.ToInt32(code, at),
        _ => 4,
    };

    /// <summary>The outermost types of a type: of an array its element, of a generic type also its arguments.</summary>
    private static IEnumerable<Type> Parts(Type type) => type switch
    {
        { HasElementType: true } => Parts(type.GetElementType()!),
        { IsGenericParameter: true } => [],
        _ => type.GetGenericArguments().SelectMany(Parts).Append(Outermost(type)),
    };

    private static Type Outermost(Type type) => type.DeclaringType is { } outer ? Outermost(outer) : type.IsGenericType ? type.GetGenericTypeDefinition() : type;
}
