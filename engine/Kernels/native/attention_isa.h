#pragma once

#include <cstdint>

namespace icon {

inline constexpr int64_t kHeadDim = 32;  // the only head size with kernels

// One head of one sample. A row per pixel: q, k, v point at its kHeadDim floats, the next pixel's lie `ld` floats on; the result's and
// its gradient's rows are `ldo` apart, the gradients of q, k, v have the layout of q, k, v.
struct Head {
  const float *q, *k, *v;
  int64_t ld, pixels;
  float scale;
};

// What the backward pass of linear attention needs again: the maximum of each key channel over the pixels, one over the sum of
// e^(k - maximum), and k vᵀ of the softmaxed keys.
struct LinearAttentionState {
  float key_max[kHeadDim], key_norm[kHeadDim], context[kHeadDim * kHeadDim];
};

struct AttentionKernels {
  void (*linear)(const Head& head, float* out, int64_t ldo, LinearAttentionState* state);
  void (*linear_backward)(const Head& head, const float* dout, int64_t ldo, const LinearAttentionState* state, float* dq, float* dk,
                          float* dv);

  // `scratch` holds softmax_scratch(pixels) floats.
  void (*softmax)(const Head& head, float* out, int64_t ldo, float* scratch);
  void (*softmax_backward)(const Head& head, const float* dout, int64_t ldo, float* dq, float* dk, float* dv, float* scratch);
};

inline constexpr int64_t kQueryRows = 16;  // queries whose scores against all keys exist at a time

// Pixels rounded up to whole panels of kHeadDim.
inline int64_t padded_pixels(int64_t pixels) { return (pixels + kHeadDim - 1) / kHeadDim * kHeadDim; }

// Floats from one row of scores to the next: off the powers of two, whose rows would fall on the same cache sets.
inline int64_t score_stride(int64_t pixels) { return padded_pixels(pixels) + 16; }

// Panels of transposed keys and of values, and two blocks of scores.
inline int64_t softmax_scratch(int64_t pixels) { return 2 * kHeadDim * padded_pixels(pixels) + 2 * kQueryRows * score_stride(pixels); }

}  // namespace icon
