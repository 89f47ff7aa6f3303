#pragma once

#include <ATen/ATen.h>

namespace icon {

// What one Adam step needs besides its tensors (Kingma & Ba 2015). `step` counts from 1 and corrects the bias of the averages.
// Gradients are multiplied by `grad_scale` first (clipping); the caller's gradients stay as they are.
struct AdamOptions {
  double lr;
  double beta1;
  double beta2;
  double eps;
  int64_t step;
  double grad_scale = 1.0;
  double ema_decay = 0.0;
};

// One step of torch.optim.Adam without weight decay over every parameter, in one pass over memory for float32 on the CPU:
//   m = beta1 m + (1-beta1) g;  v = beta2 v + (1-beta2) g²;  p -= lr/(1-beta1^t) * m / (sqrt(v)/sqrt(1-beta2^t) + eps)
// `ema` is empty, or follows the new parameters: ema += (1 - ema_decay) (p - ema).
// Lists go in step; parameters, averages and ema share each parameter's layout, gradients are brought to it.
void adam_step(at::TensorList params, at::TensorList grads, at::TensorList exp_avg, at::TensorList exp_avg_sq,
               at::TensorList ema, const AdamOptions& options);

// L2 norm of all gradients together, accumulated in float64 in a fixed order. Waits for the device.
double grad_norm(at::TensorList grads);

}  // namespace icon
