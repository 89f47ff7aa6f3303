#pragma once
#include <cstdint>

#include "conv_kernels.h"

// The kernels' C interface. Images are dense NHWC float32: [N,C,H,W] tensors whose channels are adjacent in memory; `rows` counts their
// pixels. Everything else is dense and in the shape that is named. Pointers that may be null say so. `threads` is the most OpenMP
// threads to use; results depend on it only where a function says so. Nothing is kept after a call but scratch memory.
//
// Functions return 0, or 1 for an error, which icon_error() then describes for the calling thread.

#define ICON_API extern "C" __attribute__((visibility("default")))

// Counts up when anything here changes; engine/Kernels/NativeKernels.cs holds the other copy.
ICON_API int32_t icon_abi_version();
ICON_API const char* icon_error();
// Threads that a parallel region of this library's OpenMP gets by default.
ICON_API int32_t icon_pool_threads();

// y = conv(x, weight) + bias, then max(0, y) if relu; weight OIHW, bias may be null.
ICON_API int32_t icon_conv(const icon::ConvShape* shape, const float* x, const float* weight, const float* bias, int32_t relu, float* y,
                           int32_t threads);
// The gradient by x of sum(dy conv(x, weight)).
ICON_API int32_t icon_conv_by_input(const icon::ConvShape* shape, const float* dy, const float* weight, float* dx, int32_t threads);
// That by weight, and by bias, which may be null. Its sums' order follows from the shape and the number of threads.
ICON_API int32_t icon_conv_by_weight(const icon::ConvShape* shape, const float* x, const float* dy, float* dweight, float* dbias,
                                     int32_t threads);

struct IconImages {
  int64_t samples, channels, rows;
};

// y = silu(group_norm(x) (scale + 1) + shift): weight, bias [C]; scale, shift [N,C] or null; stats [2,N,groups] for the gradient.
ICON_API int32_t icon_group_norm_silu(const IconImages* shape, int64_t groups, const float* x, const float* weight, const float* bias,
                                      const float* scale, const float* shift, double eps, float* y, float* stats, int32_t threads);
ICON_API int32_t icon_group_norm_silu_gradient(const IconImages* shape, int64_t groups, const float* x, const float* dy, const float* weight,
                                               const float* bias, const float* scale, const float* shift, const float* stats, float* dx,
                                               float* dweight, float* dbias, float* dscale, float* dshift, int32_t threads);

// y = (x - mean) / sqrt(variance + eps) g + b over the channels of each pixel: g, b [C]; stats [N rows,2] for the gradient.
ICON_API int32_t icon_channel_norm(const IconImages* shape, const float* x, const float* g, const float* b, double eps, float* y, float* stats,
                                   int32_t threads);
// dx may be null.
ICON_API int32_t icon_channel_norm_gradient(const IconImages* shape, const float* x, const float* dy, const float* g, const float* stats,
                                            float* dx, float* dg, float* db, int32_t threads);

// y = max(0, layer_norm(x) weight + bias), normalised over each sample: weight, bias [C]; stats [2,N] in double for the gradients.
ICON_API int32_t icon_layer_norm_relu(const IconImages* shape, const float* x, const float* weight, const float* bias, double eps, float* y,
                                      double* stats, int32_t threads);
// dx, and [N,C] each for the gradients by weight and bias, to be added up over the samples: sums [N,2,C], first bias, then weight.
ICON_API int32_t icon_layer_norm_relu_gradient(const IconImages* shape, const float* x, const float* dy, const float* weight,
                                               const float* bias, const double* stats, float* dx, double* sums, int32_t threads);
// The gradients of sum(v dx) by dy, by x, and by weight [N,C], to be added up over the samples.
ICON_API int32_t icon_layer_norm_relu_second(const IconImages* shape, const float* x, const float* dy, const float* v, const float* weight,
                                             const float* bias, const double* stats, const double* sums, float* ddy, float* dx,
                                             double* dweight, int32_t threads);

// Attention over qkv: rows of 3 heads 32 floats, all queries, then all keys, then all values; y has rows of heads 32 floats.
ICON_API int64_t icon_linear_attention_state();  // floats for each sample and head
ICON_API int32_t icon_linear_attention(const IconImages* qkv_shape, int64_t heads, double scale, const float* qkv, float* y, float* states,
                                       int32_t threads);
ICON_API int32_t icon_linear_attention_gradient(const IconImages* qkv_shape, int64_t heads, double scale, const float* qkv, const float* dy,
                                                const float* states, float* dqkv, int32_t threads);
ICON_API int32_t icon_attention(const IconImages* qkv_shape, int64_t heads, double scale, const float* qkv, float* y, int32_t threads);
ICON_API int32_t icon_attention_gradient(const IconImages* qkv_shape, int64_t heads, double scale, const float* qkv, const float* dy,
                                         float* dqkv, int32_t threads);

// Both axes of [N,H,W,C] filtered by the taps: up - 1 zeros after each pixel, `left` and `top` pixels added (or cut off) before, correlation
// (flip) or convolution, times gain, every down-th pixel kept.
struct IconFir {
  int64_t samples, channels, in_height, in_width, out_height, out_width;
  int64_t taps, up, down, left, top;
};
ICON_API int32_t icon_fir(const IconFir* shape, const float* taps, int32_t flip, double gain, const float* x, float* y, int32_t threads);

// y = x styles, styles [N,C].
ICON_API int32_t icon_modulate(const IconImages* shape, const float* x, const float* styles, float* y, int32_t threads);
// sums [N,C] over the pixels of a b.
ICON_API int32_t icon_channel_dot(const IconImages* shape, const float* a, const float* b, float* sums, int32_t threads);
// y = z > 0 ? high z : low z, z = x scale + noise + bias: scale [N,C], noise [noise_samples,rows], bias [C], each may be null.
ICON_API int32_t icon_scaled_lrelu(const IconImages* shape, const float* x, const float* scale, const float* noise, int64_t noise_samples,
                                   const float* bias, double high, double low, float* y, int32_t threads);
// h = y > 0 ? high dy : low dy
ICON_API int32_t icon_slope(int64_t count, const float* y, const float* dy, double high, double low, float* h, int32_t threads);
// With that h: dx = h scale, dscale [N,C] = sum of h x, dbias [N,C] = sum of h, dnoise [N,rows] = sum over the channels of h. x (wanted for
// dscale), scale, dscale, dbias and dnoise may be null.
ICON_API int32_t icon_scaled_lrelu_gradient(const IconImages* shape, const float* x, const float* y, const float* dy, const float* scale,
                                            double high, double low, float* dx, float* dscale, float* dbias, float* dnoise, int32_t threads);

// One tensor of an optimiser step; ema may be null.
struct IconAdamTensor {
  float* p;
  const float* g;
  float *m, *v, *ema;
  int64_t count;
};
struct IconAdamFactors {
  float beta1, one_minus_beta1, beta2, one_minus_beta2, step_size, sqrt_correction2, eps, grad_scale, ema_rate;
};
ICON_API int32_t icon_adam_step(const IconAdamTensor* tensors, int64_t count, const IconAdamFactors* factors, int32_t threads);
// Square root of the sum of all squares, added up in double in an order of its own.
ICON_API int32_t icon_norm(const float* const* tensors, const int64_t* sizes, int64_t count, double* norm, int32_t threads);
