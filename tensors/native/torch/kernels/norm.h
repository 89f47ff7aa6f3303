#pragma once

#include <ATen/ATen.h>

namespace icon {

// silu(group_norm(x) * (scale + 1) + shift): the block of a DDPM U-Net after its convolution (Ho et al. 2020; Wu & He 2018 for the norm).
//   x [N,C,H,W]; weight, bias [C]; scale, shift [N,C], both given or both undefined; C divisible by groups.
// float32 on the CPU takes one fused pass over channels_last memory and returns channels_last; anything else is composed of at:: ops.
// Keeps x alone for the backward pass. Gradients for x, weight, bias, scale and shift; twice differentiable.
at::Tensor group_norm_silu(const at::Tensor& x, int64_t groups, const at::Tensor& weight, const at::Tensor& bias,
                           const at::Tensor& scale, const at::Tensor& shift, double eps);

// (x - mean) / sqrt(var + eps) * g + b over the channels of each pixel, var biased.
//   x [N,C,H,W]; g, b [1,C,1,1].
// Same paths as group_norm_silu; keeps x and two floats per pixel. Twice differentiable.
at::Tensor channel_norm(const at::Tensor& x, const at::Tensor& g, const at::Tensor& b, double eps);

}  // namespace icon
