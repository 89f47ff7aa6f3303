using IconDiffusion.Torch;
using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public static class utils
        {
            /// <summary>Scales the gradients so that their joint norm is at most max_norm; returns the norm they had.</summary>
            public static double clip_grad_norm_(IEnumerable<Parameter> tensors, double max_norm, double norm_type = 2)
            {
                if (norm_type != 2)
                    throw new ArgumentException($"Gradients are clipped by their 2-norm here, not by their {norm_type}-norm.", nameof(norm_type));
                using var scope = NewDisposeScope();
                using var guard = no_grad();
                var gradients = tensors.Select(tensor => tensor.grad).OfType<Tensor>().ToArray();
                if (gradients.Length == 0)
                    return 0;
                double norm = TorchExtras.grad_norm(gradients);
                double scale = max_norm / (norm + 1e-6);  // as in PyTorch
                if (scale < 1)
                    foreach (var gradient in gradients)
                        gradient.mul_(scale);
                return norm;
            }
        }
    }
}
