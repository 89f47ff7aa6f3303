#pragma once

#include <ATen/ATen.h>

namespace icon {

// max(0, (x - mean) / sqrt(var + eps) * weight + bias), mean and biased var over all of a sample's C, H and W: the critic's layer norm of
// WGAN-GP with the activation after it.
//   x [N,C,H,W]; weight, bias [C].
// float32 on the CPU takes two passes over channels_last memory and returns channels_last, and so do its gradient and the gradient
// of that, which a gradient penalty needs; there is no third. Anything else is composed of at:: ops. Keeps x alone.
at::Tensor layer_norm_relu(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, double eps);

}  // namespace icon
