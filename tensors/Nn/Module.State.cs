namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        // The weights, as a dictionary and as a file in TorchSharp's format.
        public abstract partial class Module
        {
            /// <summary>All parameters, then all persistent buffers, by dotted name: the module's own tensors, not copies.</summary>
            public virtual Dictionary<string, Tensor> state_dict(Dictionary<string, Tensor>? destination = null, string? prefix = null)
            {
                destination ??= [];
                var start = string.IsNullOrEmpty(prefix) ? "" : prefix + ".";
                foreach (var (name, parameter) in named_parameters())
                    destination.TryAdd(start + name, parameter);
                foreach (var (name, buffer) in named_buffers(include_nonpersistent: false))
                    destination.TryAdd(start + name, buffer);
                return destination;
            }

            /// <summary>Copies the values in. Strict: the names must be the same, or nothing is changed.</summary>
            public virtual (IList<string> missing_keys, IList<string> unexpected_keyes) load_state_dict(
                Dictionary<string, Tensor> source, bool strict = true, IList<string>? skip = null)
            {
                var own = state_dict();
                var missing = own.Keys.Except(source.Keys).Except(skip ?? []).ToList();
                var unexpected = source.Keys.Except(own.Keys).Except(skip ?? []).ToList();
                if (strict && missing.Count + unexpected.Count > 0)
                    throw new InvalidOperationException(
                        $"The state is not {_name}'s: missing [{Shorten(missing)}], unexpected [{Shorten(unexpected)}].");
                var pairs = own.Keys.Intersect(source.Keys).Except(skip ?? []).ToList();
                foreach (var name in pairs)
                    if (!own[name].shape.AsSpan().SequenceEqual(source[name].shape))
                        throw new ArgumentException($"'{name}' of {_name} is {own[name]}, but {source[name]} came.");
                using var guard = no_grad();
                foreach (var name in pairs)
                    using (own[name].copy_(source[name])) { }
                return (missing, unexpected);
            }

            public Module save(string location, IList<string>? skip = null)
            {
                using var writer = new BinaryWriter(File.Create(location));
                return save(writer, skip);
            }

            public Module save(BinaryWriter writer, IList<string>? skip = null)
            {
                var state = state_dict().Where(pair => skip is null || !skip.Contains(pair.Key)).ToList();
                writer.Write7BitEncodedInt64(state.Count);
                foreach (var (name, tensor) in state)
                {
                    writer.Write(name);
                    tensor.Save(writer);
                }
                return this;
            }

            public virtual Module load(string location, bool strict = true, IList<string>? skip = null, Dictionary<string, bool>? loadedParameters = null)
            {
                if (!File.Exists(location))
                    throw new FileNotFoundException($"Found no weights at '{location}' for {_name}.", location);
                using var reader = new BinaryReader(File.OpenRead(location));
                return load(reader, strict, skip, loadedParameters);
            }

            public virtual Module load(BinaryReader reader, bool strict = true, IList<string>? skip = null, Dictionary<string, bool>? loadedParameters = null)
            {
                var own = state_dict();
                long count = reader.Read7BitEncodedInt64();
                if (strict && count != own.Count - (skip?.Count ?? 0))
                    throw new ArgumentException($"The file has {count} tensors, and {_name} has {own.Count}.");
                for (long i = 0; i < count; i++)
                {
                    var name = reader.ReadString();
                    bool skipped = skip?.Contains(name) ?? false;
                    if (own.TryGetValue(name, out var tensor))
                        tensor.Load(reader, skipped);
                    else
                        throw new ArgumentException($"The file has a tensor '{name}', and {_name} has none of that name.");
                    if (loadedParameters is not null)
                        loadedParameters[name] = !skipped;
                }
                return this;
            }

            private static string Shorten(List<string> names) =>
                string.Join(", ", names.Take(5)) + (names.Count > 5 ? $", … {names.Count} in all" : "");
        }
    }
}
