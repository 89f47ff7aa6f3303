using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    /// <summary>Stochastic gradient descent with momentum, as PyTorch computes it.</summary>
    public class SGD : optim.Optimizer
    {
        private readonly Dictionary<Parameter, Tensor> _velocities = new(ReferenceEqualityComparer.Instance);
        private readonly double _weightDecay;

        internal SGD(IEnumerable<Parameter> parameters, double lr, double momentum, double weightDecay)
            : base(parameters, lr) => (Momentum, _weightDecay) = (momentum, weightDecay);

        public double Momentum { get; set; }

        private protected override void Step(Parameter[] parameters)
        {
            foreach (var parameter in parameters)
            {
                if (parameter.grad is not { } gradient)
                    continue;
                if (_weightDecay != 0)
                    gradient = gradient.add(parameter, _weightDecay);
                parameter.add_(Momentum == 0 ? gradient : Velocity(parameter, gradient), -LearningRate);
            }
        }

        protected override void Dispose(bool disposing)
        {
            foreach (var velocity in _velocities.Values)
                velocity.Dispose();
            _velocities.Clear();
        }

        private Tensor Velocity(Parameter parameter, Tensor gradient)
        {
            if (_velocities.TryGetValue(parameter, out var velocity))
                velocity.mul_(Momentum).add_(gradient);
            else
                _velocities[parameter] = velocity = gradient.clone().DetachFromDisposeScope();
            return velocity;
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
            public static SGD SGD(IEnumerable<Parameter> parameters, double learningRate, double momentum = 0, double dampening = 0,
                double weight_decay = 0, bool nesterov = false, bool maximize = false) =>
                dampening != 0 || nesterov || maximize
                    ? throw new ArgumentException("SGD is offered without dampening, nesterov and maximize.")
                    : new(parameters, learningRate, momentum, weight_decay);
        }
    }
}
