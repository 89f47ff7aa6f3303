#include "norm_isa.h"

#include "simd.h"

namespace icon::ICON_ISA {
namespace {

constexpr int64_t kMaxChannels = 512;  // channels whose float partial sums are kept on the stack at a time
constexpr int64_t kFlushRows = 64;     // rows summed in float before the sums move to double

// Sums two quantities per channel over rows: Terms(row, channel, n) yields them for the kWidth (or n) channels from `channel` on.
template <class Terms>
inline void column_sums(int64_t rows, int64_t channels, double* sums, Terms terms) {
  float first[kMaxChannels], second[kMaxChannels];
  for (int64_t c0 = 0; c0 < channels; c0 += kMaxChannels) {
    int64_t c1 = c0 + kMaxChannels < channels ? c0 + kMaxChannels : channels;
    for (int64_t r0 = 0; r0 < rows; r0 += kFlushRows) {
      int64_t r1 = r0 + kFlushRows < rows ? r0 + kFlushRows : rows;
      for (int64_t c = c0; c < c1; c += kWidth) {
        int64_t n = c1 - c;
        store(first + (c - c0), Vec{}, n);
        store(second + (c - c0), Vec{}, n);
      }
      // Eight rows at a time go through registers, so that the sums are read and written once per eight.
      for (int64_t r = r0; r < r1; r += 8) {
        int64_t end = r + 8 < r1 ? r + 8 : r1;
        for (int64_t c = c0; c < c1; c += kWidth) {
          int64_t n = c1 - c;
          Vec s = load(first + (c - c0), n), t = load(second + (c - c0), n);
          if (n >= kWidth && end - r == 8) {
#pragma GCC unroll 8
            for (int i = 0; i < 8; ++i) terms(r + i, c, kWidth, s, t);
          } else {
            for (int64_t i = r; i < end; ++i) terms(i, c, n, s, t);
          }
          store(first + (c - c0), s, n);
          store(second + (c - c0), t, n);
        }
      }
      for (int64_t c = c0; c < c1; ++c) {
        sums[c] += first[c - c0];
        sums[channels + c] += second[c - c0];
      }
    }
  }
}

// Runs body(row, channel, n) over all rows, whole vectors first.
template <class Body>
inline void for_each(int64_t rows, int64_t channels, Body body) {
  int64_t whole = channels - channels % kWidth;
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t c = 0; c < whole; c += kWidth) body(r, c, kWidth);
    if (whole < channels) body(r, whole, channels - whole);
  }
}

// d silu(z) / dz = s + z s (1 - s)
inline Vec silu_gradient(Vec z) {
  Vec s = sigmoid(z);
  return s + z * s * (1.0f - s);
}

void moments(const float* x, int64_t rows, int64_t channels, const float* pivot, double* sums) {
  column_sums(rows, channels, sums, [=](int64_t r, int64_t c, int64_t n, Vec& s, Vec& t) {
    Vec d = load(x + r * channels + c, n) - load(pivot + c, n);
    s += d;
    t += d * d;
  });
}

void affine_silu(const float* x, int64_t rows, int64_t channels, const float* a, const float* b, float* y) {
  for_each(rows, channels, [=](int64_t r, int64_t c, int64_t n) {
    Vec z = load(x + r * channels + c, n) * load(a + c, n) + load(b + c, n);
    store(y + r * channels + c, z / (1.0f + exp(-z)), n);
  });
}

void affine_silu_sums(const float* x, const float* dy, int64_t rows, int64_t channels, const float* a, const float* b,
                      const float* mean, double* sums) {
  column_sums(rows, channels, sums, [=](int64_t r, int64_t c, int64_t n, Vec& s, Vec& t) {
    Vec v = load(x + r * channels + c, n);
    Vec dz = load(dy + r * channels + c, n) * silu_gradient(v * load(a + c, n) + load(b + c, n));
    s += dz;
    t += dz * (v - load(mean + c, n));
  });
}

void affine_silu_backward(const float* x, const float* dy, int64_t rows, int64_t channels, const float* a, const float* b,
                          const float* p, const float* q, const float* r, float* dx) {
  for_each(rows, channels, [=](int64_t row, int64_t c, int64_t n) {
    Vec v = load(x + row * channels + c, n);
    Vec dz = load(dy + row * channels + c, n) * silu_gradient(v * load(a + c, n) + load(b + c, n));
    store(dx + row * channels + c, dz * load(p + c, n) + v * load(q + c, n) + load(r + c, n), n);
  });
}

void channel_norm(const float* x, int64_t rows, int64_t channels, const float* g, const float* b, float eps, float* y, float* stats) {
  int64_t whole = channels - channels % kWidth;
  for (int64_t r = 0; r < rows; ++r, x += channels, y += channels) {
    Vec s{};
    for (int64_t c = 0; c < whole; c += kWidth) s += load(x + c);
    float total = sum(s);
    for (int64_t c = whole; c < channels; ++c) total += x[c];
    float mean = total / channels;

    Vec t{};
    for (int64_t c = 0; c < whole; c += kWidth) {
      Vec d = load(x + c) - mean;
      t += d * d;
    }
    float squares = sum(t);
    for (int64_t c = whole; c < channels; ++c) squares += (x[c] - mean) * (x[c] - mean);
    float rstd = 1.0f / __builtin_sqrtf(squares / channels + eps);

    for (int64_t c = 0; c < whole; c += kWidth) store(y + c, (load(x + c) - mean) * rstd * load(g + c) + load(b + c));
    for (int64_t c = whole; c < channels; ++c) y[c] = (x[c] - mean) * rstd * g[c] + b[c];
    stats[2 * r] = mean;
    stats[2 * r + 1] = rstd;
  }
}

void channel_norm_backward(const float* x, const float* dy, int64_t rows, int64_t channels, const float* g, const float* stats,
                           float* dx, float* sums) {
  int64_t whole = channels - channels % kWidth;
  for (int64_t r = 0; r < rows; ++r, x += channels, dy += channels) {
    float mean = stats[2 * r], rstd = stats[2 * r + 1];
    Vec s{}, t{};
    for (int64_t c = 0; c < whole; c += kWidth) {
      Vec d = load(dy + c), h = (load(x + c) - mean) * rstd;
      store(sums + c, load(sums + c) + d * h);
      store(sums + channels + c, load(sums + channels + c) + d);
      Vec w = d * load(g + c);
      s += w;
      t += w * h;
    }
    float total = sum(s), projected = sum(t);
    for (int64_t c = whole; c < channels; ++c) {
      float h = (x[c] - mean) * rstd;
      sums[c] += dy[c] * h;
      sums[channels + c] += dy[c];
      total += dy[c] * g[c];
      projected += dy[c] * g[c] * h;
    }
    if (dx == nullptr) continue;

    // dx = rstd (g dy - mean(g dy) - h mean(g dy h)), h = (x - mean) rstd
    float q = -rstd * rstd * projected / channels, p = -rstd * total / channels - q * mean;
    for (int64_t c = 0; c < whole; c += kWidth) store(dx + c, load(dy + c) * load(g + c) * rstd + load(x + c) * q + p);
    for (int64_t c = whole; c < channels; ++c) dx[c] = dy[c] * g[c] * rstd + x[c] * q + p;
    dx += channels;
  }
}

}  // namespace

extern const NormKernels norm_kernels;
const NormKernels norm_kernels = {moments, affine_silu, affine_silu_sums, affine_silu_backward, channel_norm, channel_norm_backward};

}  // namespace icon::ICON_ISA
