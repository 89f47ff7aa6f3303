using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        // What a module consists of, each tensor once, in order of registration, own before children's.
        public abstract partial class Module
        {
            public virtual IEnumerable<Parameter> parameters(bool recurse = true) =>
                named_parameters(recurse).Select(pair => pair.parameter);

            public virtual IEnumerable<(string name, Parameter parameter)> named_parameters(bool recurse = true) =>
                Parameters("", recurse).DistinctBy(pair => pair.parameter, ReferenceEqualityComparer.Instance);

            public virtual IEnumerable<Tensor> buffers(bool recurse = true, bool include_nonpersistent = true) =>
                named_buffers(recurse, include_nonpersistent).Select(pair => pair.buffer);

            public virtual IEnumerable<(string name, Tensor buffer)> named_buffers(bool recurse = true, bool include_nonpersistent = true) =>
                Buffers("", recurse, include_nonpersistent).DistinctBy(pair => pair.buffer, ReferenceEqualityComparer.Instance);

            public virtual IEnumerable<Module> children() => _children.Select(child => child.module);

            public virtual IEnumerable<(string name, Module module)> named_children() => _children;

            /// <summary>Every module below this one, under its dotted name.</summary>
            public virtual IEnumerable<(string name, Module module)> named_modules()
            {
                foreach (var (name, child) in _children)
                {
                    yield return (name, child);
                    foreach (var (below, module) in child.named_modules())
                        yield return ($"{name}.{below}", module);
                }
            }

            public virtual IEnumerable<Module> modules() => named_modules().Select(pair => pair.module);

            public virtual Parameter? get_parameter(string target) =>
                named_parameters().FirstOrDefault(pair => pair.name == target).parameter;

            public virtual Tensor? get_buffer(string target) =>
                named_buffers().FirstOrDefault(pair => pair.name == target).buffer;

            private IEnumerable<(string name, Parameter parameter)> Parameters(string prefix, bool recurse)
            {
                foreach (var (name, parameter) in _parameters)
                    yield return (prefix + name, parameter);
                if (!recurse)
                    yield break;
                foreach (var (name, child) in _children)
                    foreach (var pair in child.Parameters($"{prefix}{name}.", recurse))
                        yield return pair;
            }

            private IEnumerable<(string name, Tensor buffer)> Buffers(string prefix, bool recurse, bool includeNonpersistent)
            {
                foreach (var (name, buffer, persistent) in _buffers)
                    if (persistent || includeNonpersistent)
                        yield return (prefix + name, buffer);
                if (!recurse)
                    yield break;
                foreach (var (name, child) in _children)
                    foreach (var pair in child.Buffers($"{prefix}{name}.", recurse, includeNonpersistent))
                        yield return pair;
            }
        }
    }
}
