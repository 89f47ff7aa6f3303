using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        /// <summary>What a learning-rate schedule may change.</summary>
        public interface ILearningRateController
        {
            double LearningRate { get; set; }
            double InitialLearningRate { get; set; }
        }

        /// <summary>Changes parameters by their gradients. One group: every parameter has the same settings.</summary>
        public abstract class Optimizer : ILearningRateController, IDisposable
        {
            private readonly Parameter[] _parameters;

            private protected Optimizer(IEnumerable<Parameter> parameters, double learningRate)
            {
                _parameters = parameters.ToArray();
                if (_parameters.Length == 0)
                    throw new ArgumentException("An optimiser needs at least one parameter.", nameof(parameters));
                LearningRate = InitialLearningRate = learningRate;
            }

            public double LearningRate { get; set; }

            public double InitialLearningRate { get; set; }

            public IEnumerable<ILearningRateController> ParamGroups => [this];

            public IEnumerable<Parameter> parameters() => _parameters;

            public void zero_grad()
            {
                foreach (var parameter in _parameters)
                    parameter.grad = null;
            }

            /// <summary>One step; a closure, if given, computes the loss and its gradients first and is returned.</summary>
            public Tensor step(Func<Tensor>? closure = null)
            {
                var loss = closure?.Invoke();
                using var scope = NewDisposeScope();
                using var guard = no_grad();
                Step(_parameters);
                return loss!;
            }

            public void Dispose()
            {
                Dispose(true);
                GC.SuppressFinalize(this);
            }

            protected abstract void Dispose(bool disposing);

            private protected abstract void Step(Parameter[] parameters);
        }
    }
}
