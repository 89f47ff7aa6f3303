#pragma once

#include <ATen/ATen.h>

namespace icon {

// What style-based generators (Karras et al. 2020) are made of beside convolutions. All of it float32 on the CPU, dense 4-d images in any
// memory format, channels_last the fast one and the result's; differentiable any number of times.

// Where an image is filtered: up - 1 zeros after each pixel, pixels added (or, negative, cut off) at the sides, every down-th kept.
struct FirShape {
  int64_t up, down, left, right, top, bottom;
};

// Both axes of x [N,C,H,W] correlated with the taps [k], k <= 64, mirrored unless `flip`; times gain.
// Returns [N, C, (H up + top + bottom - k) / down + 1, (W up + left + right - k) / down + 1].
at::Tensor fir2d(const at::Tensor& x, const at::Tensor& taps, const FirShape& shape, bool flip, double gain);

// x [N,C,H,W] times s [N,C].
at::Tensor modulate(const at::Tensor& x, const at::Tensor& s);

// gain leaky_relu(x scale + noise + bias, slope): scale [N,C], noise [N,1,H,W] or [1,1,H,W], bias [C], each or undefined; slope > 0.
at::Tensor scaled_lrelu(const at::Tensor& x, const at::Tensor& scale, const at::Tensor& noise, const at::Tensor& bias, double slope,
                        double gain);

}  // namespace icon
