using TorchSharp.Native;
using static TorchSharp.torch;

namespace IconDiffusion.Torch;

public static partial class TorchExtras
{
    /// <summary>
    /// One step of Adam over all parameters in one pass over memory, with an optional exponential moving average:
    /// ema += (1 − emaDecay) · (parameter − ema). Lists go in step; averages share their parameter's shape. Steps count
    /// from 1. gradientScale multiplies the gradients first, which themselves stay as they are.
    /// </summary>
    public static unsafe void adam_step(IList<Tensor> parameters, IList<Tensor> gradients, IList<Tensor> expAvg,
        IList<Tensor> expAvgSq, long step, double lr, double beta1, double beta2, double eps, double gradientScale = 1,
        IList<Tensor>? ema = null, double emaDecay = 0)
    {
        int count = parameters.Count;
        if (gradients.Count != count || expAvg.Count != count || expAvgSq.Count != count || (ema is not null && ema.Count != count))
            throw new ArgumentException(
                $"{count} parameters came with {gradients.Count} gradients, {expAvg.Count} and {expAvgSq.Count} averages and {ema?.Count ?? count} in the EMA.");
        fixed (IntPtr* p = autograd.Handles(parameters), g = autograd.Handles(gradients), m = autograd.Handles(expAvg),
               v = autograd.Handles(expAvgSq), e = autograd.Handles(ema))
        {
            int status = NativeMethods.icon_adam_step(p, g, m, v, ema is null ? null : e, count, lr, beta1, beta2, eps, step,
                gradientScale, emaDecay);
            autograd.KeepAlive(parameters, gradients, expAvg, expAvgSq, ema);
            if (status < 0)
                throw TorchException.Last();
        }
    }

    /// <summary>The 2-norm of all gradients together, accumulated in float64 in a fixed order. Waits for the device.</summary>
    public static unsafe double grad_norm(IList<Tensor> gradients)
    {
        double norm;
        fixed (IntPtr* handles = autograd.Handles(gradients))
        {
            int status = NativeMethods.icon_grad_norm(handles, gradients.Count, &norm);
            autograd.KeepAlive(gradients);
            return status >= 0 ? norm : throw TorchException.Last();
        }
    }
}
