#include "layer_norm_isa.h"

#include "simd.h"

namespace icon::ICON_ISA {
namespace {

constexpr int64_t kFlushRows = 64;  // rows summed in float before the sums move to double

// Sums K quantities per channel over rows: terms(row, channel, lanes, sums) adds those of the channels from `channel` on.
template <int K, class Terms>
inline void column_sums(int64_t rows, int64_t channels, double* sums, Terms terms) {
  for (int64_t begin = 0; begin < rows; begin += kFlushRows) {
    int64_t end = begin + kFlushRows < rows ? begin + kFlushRows : rows;
    for (int64_t c = 0; c < channels; c += kWidth) {
      int64_t lanes = channels - c < kWidth ? channels - c : kWidth;
      Vec partial[K] = {};
      if (lanes == kWidth) {
        for (int64_t r = begin; r < end; ++r) terms(r, c, kWidth, partial);
      } else {
        for (int64_t r = begin; r < end; ++r) terms(r, c, lanes, partial);
      }
      for (int k = 0; k < K; ++k) {
        float values[kWidth];
        store(values, partial[k]);
        for (int64_t l = 0; l < lanes; ++l) sums[k * channels + c + l] += values[l];
      }
    }
  }
}

// Runs body(row, channel, lanes) over all rows, whole vectors first.
template <class Body>
inline void for_each(int64_t rows, int64_t channels, Body body) {
  int64_t whole = channels - channels % kWidth;
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t c = 0; c < whole; c += kWidth) body(r, c, kWidth);
    if (whole < channels) body(r, whole, channels - whole);
  }
}

inline Vec where_positive(Vec z, Vec value) { return z > 0.0f ? value : Vec{}; }

void affine_relu(const float* x, int64_t rows, int64_t channels, const float* a, const float* b, float* y) {
  for_each(rows, channels, [=](int64_t r, int64_t c, int64_t n) {
    store(y + r * channels + c, max(load(x + r * channels + c, n) * load(a + c, n) + load(b + c, n), Vec{}), n);
  });
}

void gradient_sums(const float* x, const float* dy, int64_t rows, int64_t channels, const float* a, const float* b, float mean, double* sums) {
  column_sums<2>(rows, channels, sums, [=](int64_t r, int64_t c, int64_t n, Vec (&s)[2]) {
    Vec value = load(x + r * channels + c, n);
    Vec g = where_positive(value * load(a + c, n) + load(b + c, n), load(dy + r * channels + c, n));
    s[0] += g;
    s[1] += g * (value - mean);
  });
}

void gradient(const float* x, const float* dy, int64_t rows, int64_t channels, const float* a, const float* b, const float* p, float q,
              float r, float* dx) {
  for_each(rows, channels, [=](int64_t row, int64_t c, int64_t n) {
    Vec value = load(x + row * channels + c, n);
    Vec g = where_positive(value * load(a + c, n) + load(b + c, n), load(dy + row * channels + c, n));
    store(dx + row * channels + c, g * load(p + c, n) + value * q + r, n);
  });
}

void second_sums(const float* x, const float* dy, const float* v, int64_t rows, int64_t channels, const float* a, const float* b,
                 float mean, double* sums) {
  column_sums<3>(rows, channels, sums, [=](int64_t r, int64_t c, int64_t n, Vec (&s)[3]) {
    Vec value = load(x + r * channels + c, n), w = load(v + r * channels + c, n);
    s[0] += where_positive(value * load(a + c, n) + load(b + c, n), load(dy + r * channels + c, n)) * w;
    s[1] += w;
    // Lanes past the last channel hold v = 0.
    s[2] += w * (value - mean);
  });
}

void second_gradient(const float* x, const float* dy, const float* v, int64_t rows, int64_t channels, const float* a, const float* b,
                     const float* p, const float* q, const float* r, const float* s, float t, float u, float w, float* ddy, float* dx) {
  for_each(rows, channels, [=](int64_t row, int64_t c, int64_t n) {
    Vec value = load(x + row * channels + c, n), direction = load(v + row * channels + c, n);
    Vec z = value * load(a + c, n) + load(b + c, n);
    Vec g = where_positive(z, load(dy + row * channels + c, n));
    store(ddy + row * channels + c, where_positive(z, direction * load(p + c, n) + value * load(q + c, n) + load(r + c, n)), n);
    store(dx + row * channels + c, g * load(s + c, n) + direction * t + value * u + w, n);
  });
}

}  // namespace

extern const LayerNormKernels layer_norm_kernels;
const LayerNormKernels layer_norm_kernels = {affine_relu, gradient_sums, gradient, second_sums, second_gradient};

}  // namespace icon::ICON_ISA
