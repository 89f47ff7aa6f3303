using System.Reflection;
using TorchSharp.Modules;
using TorchSharp.Utils;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>
        /// A part of a network: parameters, buffers and parts of its own, under names. A subclass calls
        /// <see cref="RegisterComponents"/> at the end of its constructor, which registers its fields by their names.
        /// </summary>
        public abstract partial class Module : IDisposable
        {
            private readonly List<(string name, Parameter parameter)> _parameters = [];
            private readonly List<(string name, Tensor buffer, bool persistent)> _buffers = [];
            private readonly List<(string name, Module module)> _children = [];
            private readonly HashSet<string> _names = [];
            private readonly string _name;
            private bool _fieldsRegistered;

            protected Module(string name) => _name = name;

            /// <summary>Whether it behaves as in training (dropout, batch statistics).</summary>
            public virtual bool training { get; private set; } = true;

            public virtual string GetName() => _name;

            public virtual void train(bool train = true)
            {
                training = train;
                foreach (var (_, child) in _children)
                    child.train(train);
            }

            public virtual void eval() => train(false);

            public virtual void zero_grad(bool set_to_none = true)
            {
                foreach (var parameter in parameters())
                    if (set_to_none)
                        parameter.grad = null;
                    else if (parameter.grad is { } gradient)
                        using (gradient)
                        using (gradient.zero_()) { }
            }

            /// <summary>Calls fn on every part, innermost first, then on this module.</summary>
            public virtual Module apply(Action<Module> fn)
            {
                foreach (var (_, child) in _children)
                    child.apply(fn);
                fn(this);
                return this;
            }

            public virtual void register_parameter(string name, Parameter? param)
            {
                if (param is null)
                    return;
                Reserve(name);
                _parameters.Add((name, (Parameter)param.DetachFromDisposeScope()));
            }

            public virtual void register_buffer(string name, Tensor tensor, bool persistent = true)
            {
                Reserve(name);
                _buffers.Add((name, tensor.DetachFromDisposeScope(), persistent));
            }

            public virtual void register_module(string name, Module submodule)
            {
                Reserve(name);
                submodule.RegisterComponents();
                _children.Add((name, submodule));
            }

            public void add_module(string name, Module module) => register_module(name, module);

            public void Dispose()
            {
                Dispose(true);
                GC.SuppressFinalize(this);
            }

            protected virtual void Dispose(bool disposing)
            {
                foreach (var (_, parameter) in _parameters)
                    parameter.Dispose();
                foreach (var (_, buffer, _) in _buffers)
                    buffer.Dispose();
                foreach (var (_, child) in _children)
                    child.Dispose();
            }

            /// <summary>Registers the fields that hold modules, parameters or tensors, the class's own before its base's.</summary>
            protected virtual void RegisterComponents()
            {
                if (_fieldsRegistered)
                    return;
                _fieldsRegistered = true;
                for (var type = GetType(); type != typeof(Module); type = type.BaseType!)
                    foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
                        RegisterField(field);
            }

            private void RegisterField(FieldInfo field)
            {
                var name = field.GetCustomAttribute<ComponentNameAttribute>()?.Name ?? field.Name;
                if (_names.Contains(name))
                    return;
                switch (field.GetValue(this))
                {
                    case Module module:
                        register_module(name, module);
                        break;
                    case Parameter parameter:
                        register_parameter(name, parameter);
                        break;
                    case Tensor tensor:
                        register_buffer(name, tensor);
                        break;
                }
            }

            private void Reserve(string name)
            {
                if (name.Length == 0 || name.Contains('.'))
                    throw new ArgumentException($"'{name}' cannot name a component of {_name}: names are not empty and contain no dot.");
                if (!_names.Add(name))
                    throw new InvalidOperationException($"{_name} already has a component named '{name}'.");
            }
        }
    }
}
