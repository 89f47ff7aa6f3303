#pragma once
#include <ATen/ATen.h>

namespace icon {

// Two-dimensional convolution (cross-correlation, as in torch) with a gradient for every input.
//   x       [N, Cin, H, W], any memory format; channels_last is the fast one
//   weight  [Cout, Cin, kh, kw]
//   bias    [Cout], or an undefined tensor
// Returns [N, Cout, (H + 2 pad_h - kh) / stride + 1, (W + 2 pad_w - kw) / stride + 1].
// On the CPU in float32 the result is channels_last and comes from the kernels of this folder. Everything else (CUDA,
// other dtypes, grouped weights) is at::conv2d, which also raises the error for shapes that do not fit.
// Differentiating the gradient again (create_graph) goes through at::conv2d's own backward, slower but complete.
at::Tensor conv2d(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, int64_t stride, int64_t pad_h,
                  int64_t pad_w);

// max(0, conv2d(...)) in one pass. For inference only: raises an error where a gradient would be needed.
at::Tensor conv2d_relu(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, int64_t stride,
                       int64_t pad_h, int64_t pad_w);

}  // namespace icon
