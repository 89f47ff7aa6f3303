using IconDiffusion.Specs;
using static TorchSharp.torch;
using static IconDiffusion.Kernels.Memory;

namespace IconDiffusion.Kernels;

/// <summary>The kernels behind <see cref="FastOps.adam_step"/> and <see cref="FastOps.grad_norm"/>: one pass over the memory.</summary>
internal static unsafe class Optimiser
{
    public static void Adam(
        IList<Tensor> parameters, IList<Tensor> gradients, IList<Tensor> expAvg, IList<Tensor> expAvgSq,
        AdamSpec adam, long step, double gradScale, IList<Tensor>? ema, double emaDecay)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var tensors = new NativeKernels.AdamTensor[parameters.Count];
        for (var i = 0; i < tensors.Length; i++)
            tensors[i] = new()
            {
                P = Floats(parameters[i]), G = Floats(gradients[i].contiguous()), M = Floats(expAvg[i]), V = Floats(expAvgSq[i]),
                Ema = Floats(ema?[i]), Count = parameters[i].numel(),
            };
        // As torch.optim.Adam computes them, in double.
        var factors = new NativeKernels.AdamFactors
        {
            Beta1 = (float)adam.Beta1, OneMinusBeta1 = (float)(1 - adam.Beta1), Beta2 = (float)adam.Beta2,
            OneMinusBeta2 = (float)(1 - adam.Beta2), StepSize = (float)(adam.LearningRate / (1 - Math.Pow(adam.Beta1, step))),
            SqrtCorrection2 = (float)Math.Sqrt(1 - Math.Pow(adam.Beta2, step)), Eps = (float)adam.Epsilon, GradScale = (float)gradScale,
            EmaRate = (float)(1 - emaDecay),
        };
        fixed (NativeKernels.AdamTensor* pointer = tensors)
            NativeKernels.Check(NativeKernels.icon_adam_step(pointer, tensors.Length, &factors, Threads));
    }

    public static double Norm(IList<Tensor> gradients)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var pointers = new IntPtr[gradients.Count];
        for (var i = 0; i < pointers.Length; i++)
            pointers[i] = (IntPtr)Floats(gradients[i].contiguous());
        var sizes = gradients.Select(gradient => gradient.numel()).ToArray();
        double norm;
        fixed (IntPtr* tensors = pointers)
        fixed (long* counts = sizes)
            NativeKernels.Check(NativeKernels.icon_norm((float**)tensors, counts, sizes.Length, &norm, Threads));
        return norm;
    }
}
