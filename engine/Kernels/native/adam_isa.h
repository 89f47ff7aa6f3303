#pragma once

#include <cstdint>

namespace icon {

struct AdamFactors {
  float beta1, one_minus_beta1, beta2, one_minus_beta2, step_size, sqrt_correction2, eps, grad_scale, ema_rate;
};

struct AdamKernels {
  // One step over n floats; ema may be null.
  void (*step)(float* p, const float* g, float* m, float* v, float* ema, int64_t n, const AdamFactors& f);
  // Sum of squares in float64.
  double (*squares)(const float* g, int64_t n);
};

}  // namespace icon
