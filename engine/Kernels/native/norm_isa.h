#pragma once

#include <cstdint>

namespace icon {

// Loops over rows of `channels` contiguous floats, one row per pixel. A vector of length [channels] holds one number per channel.
struct NormKernels {
  // Adds sum(x - pivot) to sums[0..channels) and sum((x - pivot)²) to sums[channels..).
  void (*moments)(const float* x, int64_t rows, int64_t channels, const float* pivot, double* sums);

  // y = silu(a x + b)
  void (*affine_silu)(const float* x, int64_t rows, int64_t channels, const float* a, const float* b, float* y);

  // With dz the gradient of a x + b: adds sum(dz) to sums[0..channels) and sum(dz (x - mean)) to sums[channels..).
  void (*affine_silu_sums)(const float* x, const float* dy, int64_t rows, int64_t channels, const float* a, const float* b,
                           const float* mean, double* sums);

  // dx = p dz + q x + r
  void (*affine_silu_backward)(const float* x, const float* dy, int64_t rows, int64_t channels, const float* a, const float* b,
                               const float* p, const float* q, const float* r, float* dx);

  // y = (x - mean) rstd g + b for each row, whose mean and rstd go to stats [rows,2].
  void (*channel_norm)(const float* x, int64_t rows, int64_t channels, const float* g, const float* b, float eps, float* y, float* stats);

  // dx, unless null; adds sum(dy (x - mean) rstd) to sums[0..channels) and sum(dy) to sums[channels..).
  void (*channel_norm_backward)(const float* x, const float* dy, int64_t rows, int64_t channels, const float* g, const float* stats,
                                float* dx, float* sums);
};

}  // namespace icon
