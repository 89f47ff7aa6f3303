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
// Differentiable any number of times (create_graph), all by the same kernels.
at::Tensor conv2d(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, int64_t stride, int64_t pad_h,
                  int64_t pad_w);

// Transposed convolution: what conv2d's gradient by its input is to gradients of its output. weight [Cin, Cout, kh, kw];
// returns [N, Cout, (H - 1) stride - 2 padding + kh, (W - 1) stride - 2 padding + kw]. The rest as for conv2d.
at::Tensor conv_transpose2d(const at::Tensor& x, const at::Tensor& weight, int64_t stride, int64_t padding);

// max(0, conv2d(...)) in one pass. For inference only: raises an error where a gradient would be needed.
at::Tensor conv2d_relu(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, int64_t stride,
                       int64_t pad_h, int64_t pad_w);

}  // namespace icon
