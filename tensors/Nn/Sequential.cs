using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    /// <summary>Modules called one after another, under names or as "0", "1" …</summary>
    public class Sequential : nn.Module<Tensor, Tensor>
    {
        private readonly List<nn.IModule<Tensor, Tensor>> _modules = [];

        internal Sequential() : base(nameof(Sequential)) { }

        public int Count => _modules.Count;

        public nn.IModule<Tensor, Tensor> this[int index] => _modules[index];

        public Sequential append(string name, nn.IModule<Tensor, Tensor> module)
        {
            register_module(name, (nn.Module)module);
            _modules.Add(module);
            return this;
        }

        public Sequential append(nn.IModule<Tensor, Tensor> module) => append($"{_modules.Count}", module);

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            var output = input.alias();
            foreach (var module in _modules)
                output = module.call(output);
            return output.MoveToOuterDisposeScope();
        }

        protected override void RegisterComponents() { }
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static Modules.Sequential Sequential(params Module<Tensor, Tensor>[] modules) =>
                modules.Aggregate(new Modules.Sequential(), (sequence, module) => sequence.append(module));

            public static Modules.Sequential Sequential(IEnumerable<Module<Tensor, Tensor>> modules) => Sequential(modules.ToArray());

            public static Modules.Sequential Sequential(params (string name, Module<Tensor, Tensor> submodule)[] modules) =>
                modules.Aggregate(new Modules.Sequential(), (sequence, pair) => sequence.append(pair.name, pair.submodule));
        }
    }
}
