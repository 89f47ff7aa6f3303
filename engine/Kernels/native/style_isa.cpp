#include "style_isa.h"

#include "simd.h"

namespace icon::ICON_ISA {
namespace {

constexpr int64_t kFlushRows = 64;    // rows summed in float before the sums move to double
constexpr int64_t kMaxChannels = 512; // whose float sums are kept on the stack at a time

// Runs body(row, channel, n) over all rows, whole vectors first.
template <class Body>
inline void for_each(int64_t rows, int64_t channels, Body body) {
  const int64_t whole = channels - channels % kWidth;
  for (int64_t r = 0; r < rows; ++r) {
    for (int64_t c = 0; c < whole; c += kWidth) body(r, c, kWidth);
    if (whole < channels) body(r, whole, channels - whole);
  }
}

// line[i] = sum over j of taps[j stride] · rows[j][i] for whole vectors up to `count`; reads up to a vector beyond it.
template <int kTaps>
inline void combine(const float* const* rows, const float* taps, int64_t stride, int64_t count, float* line) {
  Vec weights[kTaps];
  for (int j = 0; j < kTaps; ++j) weights[j] = splat(taps[j * stride]);
  int64_t i = 0;
  for (; i + kWidth <= count; i += kWidth) {
    Vec sum = weights[0] * load(rows[0] + i);
#pragma GCC unroll 4
    for (int j = 1; j < kTaps; ++j) sum += weights[j] * load(rows[j] + i);
    store(line + i, sum);
  }
  for (; i < count; ++i) {
    float sum = 0;
    for (int j = 0; j < kTaps; ++j) sum += taps[j * stride] * rows[j][i];
    line[i] = sum;
  }
}

inline void combine(const float* const* rows, const float* taps, int64_t stride, int64_t number, int64_t count, float* line) {
  if (number == 4) return combine<4>(rows, taps, stride, count, line);
  if (number == 2) return combine<2>(rows, taps, stride, count, line);
  for (int64_t i = 0; i < count; ++i) line[i] = 0;
  for (int64_t j = 0; j < number; ++j) {
    const Vec weight = splat(taps[j * stride]);
    int64_t i = 0;
    for (; i + kWidth <= count; i += kWidth) store(line + i, load(line + i) + weight * load(rows[j] + i));
    for (; i < count; ++i) line[i] += taps[j * stride] * rows[j][i];
  }
}

// One pixel's channels, as vectors that may reach beyond them: the next pixel's come later and the line has slack.
template <int kTaps>
inline void filter_pixel(const float* in, const float* taps, int64_t stride, int64_t channels, float* out) {
  for (int64_t c = 0; c < channels; c += kWidth) {
    Vec sum = splat(taps[0]) * load(in + c);
#pragma GCC unroll 4
    for (int j = 1; j < kTaps; ++j) sum += splat(taps[j * stride]) * load(in + j * channels + c);
    store(out + c, sum);
  }
}

inline void filter_pixel(const float* in, const float* taps, int64_t stride, int64_t number, int64_t channels, float* out) {
  if (number == 4) return filter_pixel<4>(in, taps, stride, channels, out);
  if (number == 2) return filter_pixel<2>(in, taps, stride, channels, out);
  for (int64_t c = 0; c < channels; c += kWidth) {
    Vec sum{};
    for (int64_t j = 0; j < number; ++j) sum += splat(taps[j * stride]) * load(in + j * channels + c);
    store(out + c, sum);
  }
}

void fir(const FirAxis& y, const FirAxis& x, int64_t channels, const float* image, int64_t first, int64_t lines, float* result,
         float* scratch) {
  // Pixels that the taps reach to the left and right of a line are zero.
  const int64_t left = x.reach_before(), right = x.reach_after();
  float* padded = scratch;
  float* inner = padded + left * channels;
  float* out = padded + (left + x.in + right) * channels + kWidth;
  for (int64_t i = 0; i < left * channels; ++i) padded[i] = 0;
  for (int64_t i = 0; i < right * channels + kWidth; ++i) inner[x.in * channels + i] = 0;
  const bool direct = channels % kWidth == 0;
  const int64_t width = x.in * channels;

  for (int64_t line = first; line < first + lines; ++line, result += x.out * channels) {
    // Along y, into the padded line.
    const float* rows[64];
    const FirAxis::Place at = y.place(line);
    int64_t skip = at.source < 0 ? -at.source : 0, number = 0;
    for (int64_t j = skip; j < at.length && at.source + j < y.in; ++j) rows[number++] = image + (at.source + j) * width;
    combine(rows, y.taps + at.tap + skip * y.up, y.up, number, width, inner);

    // Along x.
    float* to = direct ? result : out;
    for (int64_t o = 0; o < x.out; ++o) {
      const FirAxis::Place place = x.place(o);
      filter_pixel(inner + place.source * channels, x.taps + place.tap, x.up, place.length, channels, to + o * channels);
    }
    if (!direct) std::memcpy(result, out, sizeof(float) * x.out * channels);
  }
}

void scale(const float* x, int64_t rows, int64_t channels, const float* a, float* y) {
  for_each(rows, channels, [=](int64_t r, int64_t c, int64_t n) {
    store(y + r * channels + c, load(x + r * channels + c, n) * load(a + c, n), n);
  });
}

void dot(const float* a, const float* b, int64_t rows, int64_t channels, double* sums) {
  float part[kMaxChannels + kWidth];
  for (int64_t c0 = 0; c0 < channels; c0 += kMaxChannels) {
    const int64_t c1 = c0 + kMaxChannels < channels ? c0 + kMaxChannels : channels;
    for (int64_t r0 = 0; r0 < rows; r0 += kFlushRows) {
      const int64_t r1 = r0 + kFlushRows < rows ? r0 + kFlushRows : rows;
      for (int64_t c = c0; c < c1; c += kWidth) {
        Vec sum{};
        for (int64_t r = r0; r < r1; ++r) sum += load(a + r * channels + c, c1 - c) * load(b + r * channels + c, c1 - c);
        store(part + c - c0, sum);
      }
      for (int64_t c = c0; c < c1; ++c) sums[c] += part[c - c0];
    }
  }
}

void activate(const float* x, int64_t rows, int64_t channels, const float* a, const float* noise, const float* b, float high, float low,
              float* y) {
  const auto run = [=](auto scaled) {
    for_each(rows, channels, [=](int64_t r, int64_t c, int64_t n) {
      Vec z = load(x + r * channels + c, n);
      if (scaled) z *= load(a + c, n);
      if (b != nullptr) z += load(b + c, n);
      if (noise != nullptr) z += splat(noise[r]);
      store(y + r * channels + c, z > 0.0f ? z * high : z * low, n);
    });
  };
  struct Yes { constexpr operator bool() const { return true; } };
  struct No { constexpr operator bool() const { return false; } };
  if (a != nullptr) run(Yes{});
  else run(No{});
}

void slope(const float* y, const float* dy, int64_t count, float high, float low, float* h) {
  for (int64_t i = 0; i < count; i += kWidth) {
    const int64_t n = count - i;
    const Vec gradient = load(dy + i, n);
    store(h + i, load(y + i, n) > 0.0f ? gradient * high : gradient * low, n);
  }
}

void activate_backward(const float* x, const float* y, const float* dy, int64_t rows, int64_t channels, const float* a, float high,
                       float low, float* dx, double* sums, float* noise) {
  float part[2][kMaxChannels + kWidth];
  if (noise != nullptr) std::memset(noise, 0, sizeof(float) * rows);
  for (int64_t c0 = 0; c0 < channels; c0 += kMaxChannels) {
    const int64_t c1 = c0 + kMaxChannels < channels ? c0 + kMaxChannels : channels;
    for (int64_t r0 = 0; r0 < rows; r0 += kFlushRows) {
      const int64_t r1 = r0 + kFlushRows < rows ? r0 + kFlushRows : rows;
      Vec pixels[kFlushRows] = {};
      for (int64_t c = c0; c < c1; c += kWidth) {
        const int64_t n = c1 - c;
        const Vec factor = a != nullptr ? load(a + c, n) : splat(1.0f);
        Vec total{}, product{};
        for (int64_t r = r0; r < r1; ++r) {
          const int64_t i = r * channels + c;
          const Vec gradient = load(dy + i, n);
          const Vec h = load(y + i, n) > 0.0f ? gradient * high : gradient * low;
          store(dx + i, h * factor, n);
          total += h;
          if (x != nullptr) product += h * load(x + i, n);
          if (noise != nullptr) pixels[r - r0] += h;
        }
        store(part[0] + c - c0, total);
        store(part[1] + c - c0, product);
      }
      for (int64_t c = c0; c < c1; ++c) {
        sums[c] += part[0][c - c0];
        sums[channels + c] += part[1][c - c0];
      }
      if (noise != nullptr)
        for (int64_t r = r0; r < r1; ++r) noise[r] += fold(pixels[r - r0], [](float p, float q) { return p + q; });
    }
  }
}

}  // namespace

extern const StyleKernels style_kernels;
const StyleKernels style_kernels{fir, scale, dot, activate, slope, activate_backward};

}  // namespace icon::ICON_ISA
