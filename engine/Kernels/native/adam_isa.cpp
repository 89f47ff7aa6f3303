#include "adam_isa.h"

#include "simd.h"

namespace icon::ICON_ISA {
namespace {

typedef double DoubleVec __attribute__((vector_size(kWidth * 4)));
typedef float HalfVec __attribute__((vector_size(kWidth * 2), aligned(4), may_alias));

inline Vec square_root(Vec x) {
  Vec root;
  for (int i = 0; i < kWidth; ++i) root[i] = __builtin_sqrtf(x[i]);
  return root;
}

void step(float* p, const float* g, float* m, float* v, float* ema, int64_t n, const AdamFactors& f) {
  for (int64_t i = 0; i < n; i += kWidth) {
    int64_t left = n - i;
    Vec d = load(g + i, left) * f.grad_scale;
    Vec mean = d * f.one_minus_beta1 + load(m + i, left) * f.beta1;
    Vec square = f.one_minus_beta2 * d * d + load(v + i, left) * f.beta2;
    Vec x = load(p + i, left) - f.step_size * mean / (square_root(square) / f.sqrt_correction2 + f.eps);
    store(m + i, mean, left);
    store(v + i, square, left);
    store(p + i, x, left);
    if (ema == nullptr) continue;
    Vec e = load(ema + i, left);
    store(ema + i, e + f.ema_rate * (x - e), left);
  }
}

double squares(const float* g, int64_t n) {
  DoubleVec total[4] = {};
  int64_t i = 0, half = kWidth / 2;
  for (; i + 4 * half <= n; i += 4 * half)
    for (int k = 0; k < 4; ++k) {
      DoubleVec d = __builtin_convertvector(*reinterpret_cast<const HalfVec*>(g + i + k * half), DoubleVec);
      total[k] += d * d;
    }
  DoubleVec all = (total[0] + total[1]) + (total[2] + total[3]);
  double sum = 0;
  for (int k = 0; k < half; ++k) sum += all[k];
  for (; i < n; ++i) sum += static_cast<double>(g[i]) * g[i];
  return sum;
}

}  // namespace

extern const AdamKernels adam_kernels;
const AdamKernels adam_kernels = {step, squares};

}  // namespace icon::ICON_ISA
