#pragma once

#include <cstdint>

namespace icon {

// Loops over rows of `channels` contiguous floats, one row per pixel. z = a x + b is what the activation gets, with a and b [channels];
// g = dy where z > 0 and else 0.
struct LayerNormKernels {
  // y = max(0, z)
  void (*affine_relu)(const float* x, int64_t rows, int64_t channels, const float* a, const float* b, float* y);

  // Adds sum(g) to sums[0..channels) and sum(g (x - mean)) to sums[channels..).
  void (*sums)(const float* x, const float* dy, int64_t rows, int64_t channels, const float* a, const float* b, float mean, double* sums);

  // dx = p g + q x + r, with p [channels].
  void (*gradient)(const float* x, const float* dy, int64_t rows, int64_t channels, const float* a, const float* b, const float* p,
                   float q, float r, float* dx);

  // Adds sum(g v) to sums[0..channels), sum(v) and sum(v (x - mean)) to the next two parts.
  void (*second_sums)(const float* x, const float* dy, const float* v, int64_t rows, int64_t channels, const float* a, const float* b,
                      float mean, double* sums);

  // ddy = p v + q x + r where z > 0 and else 0, and dx = s g + t v + u x + w; p, q, r, s [channels].
  void (*second_gradient)(const float* x, const float* dy, const float* v, int64_t rows, int64_t channels, const float* a, const float* b,
                          const float* p, const float* q, const float* r, const float* s, float t, float u, float w, float* ddy, float* dx);
};

}  // namespace icon
