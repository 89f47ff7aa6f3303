// The fused operations and the allocator of kernels/, over the C ABI.
#include "bridge.h"
#include "kernels/adam.h"
#include "kernels/allocator.h"
#include "kernels/attention.h"
#include "kernels/conv.h"
#include "kernels/layer_norm.h"
#include "kernels/norm.h"
#include "kernels/style.h"

using icon::Lent;

ICON_API void icon_initialize() { icon::install_allocator(); }

ICON_API void icon_release_cached_memory() { icon::release_cached_memory(); }

ICON_API IconTensor icon_conv2d(IconTensor x, IconTensor weight, IconTensor bias, int64_t stride, int64_t pad_h, int64_t pad_w) {
  return icon::guarded(IconTensor(nullptr), "conv2d", {x, weight, bias}, [&] {
    return icon::give(icon::conv2d(*Lent(x), *Lent(weight), *Lent(bias), stride, pad_h, pad_w));
  });
}

ICON_API IconTensor icon_conv_transpose2d(IconTensor x, IconTensor weight, int64_t stride, int64_t padding) {
  return icon::guarded(IconTensor(nullptr), "conv_transpose2d", {x, weight},
                       [&] { return icon::give(icon::conv_transpose2d(*Lent(x), *Lent(weight), stride, padding)); });
}

ICON_API IconTensor icon_conv2d_relu(IconTensor x, IconTensor weight, IconTensor bias, int64_t stride, int64_t pad_h,
                                     int64_t pad_w) {
  return icon::guarded(IconTensor(nullptr), "conv2d_relu", {x, weight, bias}, [&] {
    return icon::give(icon::conv2d_relu(*Lent(x), *Lent(weight), *Lent(bias), stride, pad_h, pad_w));
  });
}

ICON_API IconTensor icon_group_norm_silu(IconTensor x, int64_t groups, IconTensor weight, IconTensor bias, IconTensor scale,
                                         IconTensor shift, double eps) {
  return icon::guarded(IconTensor(nullptr), "group_norm_silu", {x, weight, bias, scale, shift}, [&] {
    return icon::give(icon::group_norm_silu(*Lent(x), groups, *Lent(weight), *Lent(bias), *Lent(scale), *Lent(shift), eps));
  });
}

ICON_API IconTensor icon_channel_norm(IconTensor x, IconTensor gain, IconTensor bias, double eps) {
  return icon::guarded(IconTensor(nullptr), "channel_norm", {x, gain, bias}, [&] {
    return icon::give(icon::channel_norm(*Lent(x), *Lent(gain), *Lent(bias), eps));
  });
}

ICON_API IconTensor icon_layer_norm_relu(IconTensor x, IconTensor weight, IconTensor bias, double eps) {
  return icon::guarded(IconTensor(nullptr), "layer_norm_relu", {x, weight, bias},
                       [&] { return icon::give(icon::layer_norm_relu(*Lent(x), *Lent(weight), *Lent(bias), eps)); });
}

ICON_API IconTensor icon_linear_attention(IconTensor qkv, int64_t heads, double scale) {
  return icon::guarded(IconTensor(nullptr), "linear_attention", {qkv},
                       [&] { return icon::give(icon::linear_attention(*Lent(qkv), heads, scale)); });
}

ICON_API IconTensor icon_attention(IconTensor qkv, int64_t heads, double scale) {
  return icon::guarded(IconTensor(nullptr), "attention", {qkv},
                       [&] { return icon::give(icon::attention(*Lent(qkv), heads, scale)); });
}

ICON_API IconTensor icon_fir2d(IconTensor x, IconTensor taps, int64_t up, int64_t down, int64_t left, int64_t right, int64_t top,
                               int64_t bottom, int32_t flip, double gain) {
  return icon::guarded(IconTensor(nullptr), "fir2d", {x, taps}, [&] {
    return icon::give(icon::fir2d(*Lent(x), *Lent(taps), {up, down, left, right, top, bottom}, flip != 0, gain));
  });
}

ICON_API IconTensor icon_modulate(IconTensor x, IconTensor styles) {
  return icon::guarded(IconTensor(nullptr), "modulate", {x, styles}, [&] { return icon::give(icon::modulate(*Lent(x), *Lent(styles))); });
}

ICON_API IconTensor icon_scaled_lrelu(IconTensor x, IconTensor scale, IconTensor noise, IconTensor bias, double slope, double gain) {
  return icon::guarded(IconTensor(nullptr), "scaled_lrelu", {x, scale, noise, bias}, [&] {
    return icon::give(icon::scaled_lrelu(*Lent(x), *Lent(scale), *Lent(noise), *Lent(bias), slope, gain));
  });
}

ICON_API int32_t icon_adam_step(const IconTensor* parameters, const IconTensor* gradients, const IconTensor* exp_avg,
                                const IconTensor* exp_avg_sq, const IconTensor* ema, int32_t count, double lr,
                                double beta1, double beta2, double eps, int64_t step, double grad_scale,
                                double ema_decay) {
  return icon::guarded(
      -1, [&] { return icon::describe("adam_step", parameters, count); },
      [&] {
        icon::AdamOptions options{lr, beta1, beta2, eps, step, grad_scale, ema_decay};
        icon::adam_step(icon::copy(parameters, count), icon::copy(gradients, count), icon::copy(exp_avg, count),
                        icon::copy(exp_avg_sq, count), icon::copy(ema, ema == nullptr ? 0 : count), options);
        return 0;
      });
}

ICON_API int32_t icon_grad_norm(const IconTensor* gradients, int32_t count, double* norm) {
  return icon::guarded(
      -1, [&] { return icon::describe("grad_norm", gradients, count); },
      [&] {
        *norm = icon::grad_norm(icon::copy(gradients, count));
        return 0;
      });
}
