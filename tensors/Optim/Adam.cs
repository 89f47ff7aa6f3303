using IconDiffusion.Torch;
using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    /// <summary>Adam (Kingma and Ba 2015) with PyTorch's arithmetic. Parameters without a gradient are left alone.</summary>
    public class Adam : optim.Optimizer
    {
        private readonly Dictionary<Parameter, State> _states = new(ReferenceEqualityComparer.Instance);
        private readonly double _eps;
        private readonly double _weightDecay;

        internal Adam(IEnumerable<Parameter> parameters, double lr, double beta1, double beta2, double eps, double weightDecay)
            : base(parameters, lr) => (Betas, _eps, _weightDecay) = ((beta1, beta2), eps, weightDecay);

        public (double beta1, double beta2) Betas { get; set; }

        private protected override void Step(Parameter[] parameters)
        {
            var byStep = parameters.Select(parameter => (parameter, parameter.grad)).Where(pair => pair.grad is not null)
                .GroupBy(pair => StateOf(pair.parameter).Step);
            // Parameters that have had gradients equally often, usually all of them, go in one pass.
            foreach (var group in byStep.ToList())
            {
                var own = group.Select(pair => (Tensor)pair.parameter).ToArray();
                var gradients = group.Select(pair => Decayed(pair.parameter, pair.grad!)).ToArray();
                var states = group.Select(pair => StateOf(pair.parameter)).ToArray();
                TorchExtras.adam_step(own, gradients, states.Select(s => s.Mean).ToArray(), states.Select(s => s.Square).ToArray(),
                    group.Key + 1, LearningRate, Betas.beta1, Betas.beta2, _eps);
                foreach (var state in states)
                    state.Step++;
            }
        }

        protected override void Dispose(bool disposing)
        {
            foreach (var state in _states.Values)
            {
                state.Mean.Dispose();
                state.Square.Dispose();
            }
            _states.Clear();
        }

        private Tensor Decayed(Tensor parameter, Tensor gradient) =>
            _weightDecay == 0 ? gradient : gradient.add(parameter, _weightDecay);

        private State StateOf(Parameter parameter)
        {
            if (!_states.TryGetValue(parameter, out var state))
                _states[parameter] = state = new State(
                    parameter.zeros_like().DetachFromDisposeScope(), parameter.zeros_like().DetachFromDisposeScope());
            return state;
        }

        private sealed class State(Tensor mean, Tensor square)
        {
            internal Tensor Mean { get; } = mean;
            internal Tensor Square { get; } = square;
            internal long Step { get; set; }
        }
    }
}

namespace TorchSharp
{
    using Modules;

    public static partial class torch
    {
        public static partial class optim
        {
            public static Adam Adam(IEnumerable<Parameter> parameters, double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999,
                double eps = 1e-8, double weight_decay = 0, bool amsgrad = false, bool maximize = false) =>
                amsgrad || maximize
                    ? throw new ArgumentException("Adam is offered without amsgrad and maximize.")
                    : new(parameters, lr, beta1, beta2, eps, weight_decay);
        }
    }
}
