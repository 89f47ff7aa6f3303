using System.Reflection;
using System.Reflection.Emit;
using Orleans;
using Orleans.Runtime;

namespace IconDiffusion.EmbeddedActors.Tests;

/// <summary>Assemblies with faults that must not be in this one, because every host here scans it.</summary>
internal sealed class EmittedAssembly
{
    private readonly ModuleBuilder _module;
    private readonly AssemblyBuilder _assembly;

    public EmittedAssembly()
    {
        _assembly = AssemblyBuilder.DefineDynamicAssembly(new("Emitted"), AssemblyBuilderAccess.Run);
        _module = _assembly.DefineDynamicModule("Emitted");
    }

    public Assembly Assembly => _assembly;

    /// <summary>A grain class whose constructor takes persistent states of these names.</summary>
    public EmittedAssembly WithGrain(string name, params string[] states)
    {
        var type = _module.DefineType(name, TypeAttributes.Public, typeof(Grain));
        var constructor = type.DefineConstructor(MethodAttributes.Public, CallingConventions.Standard,
            [.. states.Select(_ => typeof(IPersistentState<Ledger>))]);
        for (var i = 0; i < states.Length; i++)
        {
            constructor.DefineParameter(i + 1, ParameterAttributes.None, states[i]).SetCustomAttribute(new(
                typeof(PersistentStateAttribute).GetConstructors().Single(), [states[i], null]));
        }
        constructor.GetILGenerator().Emit(OpCodes.Ret);
        type.CreateType();
        return this;
    }

    /// <summary>A [GenerateSerializer] class with these fields: null for one without [Id].</summary>
    public EmittedAssembly WithMessage(string name, Type parent, params uint?[] ids)
    {
        var type = _module.DefineType(name, TypeAttributes.Public, parent);
        type.SetCustomAttribute(new(typeof(GenerateSerializerAttribute).GetConstructor([])!, []));
        for (var i = 0; i < ids.Length; i++)
        {
            var field = type.DefineField($"_field{i}", typeof(int), FieldAttributes.Public);
            if (ids[i] is { } id)
                field.SetCustomAttribute(new(typeof(IdAttribute).GetConstructors().Single(), [id]));
        }
        type.CreateType();
        return this;
    }

    /// <summary>A grain interface with one method.</summary>
    public EmittedAssembly WithInterface(string name, string method, Type returns, params Type[] parameters)
    {
        var type = _module.DefineType(name, TypeAttributes.Public | TypeAttributes.Interface | TypeAttributes.Abstract);
        type.AddInterfaceImplementation(typeof(IGrainWithStringKey));
        type.DefineMethod(method, MethodAttributes.Public | MethodAttributes.Abstract | MethodAttributes.Virtual, returns, parameters);
        type.CreateType();
        return this;
    }
}
