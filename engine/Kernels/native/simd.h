#pragma once

// Vectors of float for the *_isa.cpp files, which are compiled once per instruction set into namespace icon::ICON_ISA.
// Those files instantiate no template of the standard library: an inline function compiled with AVX-512 there could be the
// copy the linker keeps for everyone.

#include <cstdint>
#include <cstring>

namespace icon::ICON_ISA {

#if defined(__AVX512F__)
inline constexpr int kWidth = 16;
#elif defined(__AVX2__)
inline constexpr int kWidth = 8;
#else
inline constexpr int kWidth = 4;
#endif

typedef float Vec __attribute__((vector_size(kWidth * 4)));
typedef int32_t IntVec __attribute__((vector_size(kWidth * 4)));
typedef float UnalignedVec __attribute__((vector_size(kWidth * 4), aligned(4), may_alias));

static inline Vec load(const float* p) { return *reinterpret_cast<const UnalignedVec*>(p); }
static inline void store(float* p, Vec v) { *reinterpret_cast<UnalignedVec*>(p) = v; }
static inline Vec splat(float v) { return v - Vec{}; }

// The first n lanes, n <= kWidth; the others read as zero.
static inline Vec load(const float* p, int64_t n) {
  if (n >= kWidth) return load(p);
  float lanes[kWidth] = {};
  for (int64_t i = 0; i < n; ++i) lanes[i] = p[i];
  return load(lanes);
}

static inline void store(float* p, Vec v, int64_t n) {
  if (n >= kWidth) return store(p, v);
  float lanes[kWidth];
  store(lanes, v);
  for (int64_t i = 0; i < n; ++i) p[i] = lanes[i];
}

static inline Vec max(Vec a, Vec b) { return a > b ? a : b; }

// Halves onto each other down to one lane, a fixed order for each width.
template <class Combine>
static inline float fold(Vec v, Combine combine) {
  float lanes[kWidth];
  store(lanes, v);
  for (int half = kWidth / 2; half > 0; half /= 2)
    for (int i = 0; i < half; ++i) lanes[i] = combine(lanes[i], lanes[i + half]);
  return lanes[0];
}
static inline float sum(Vec v) { return fold(v, [](float a, float b) { return a + b; }); }
static inline float maximum(Vec v) { return fold(v, [](float a, float b) { return a > b ? a : b; }); }

// e^x within 2 ulp where the result is a normal number; smaller results come out as 2^-126, larger ones as infinity, NaN stays NaN.
// Range reduction and polynomial of Cephes' expf (S. L. Moshier, Cephes Math Library 2.2, 1992).
static inline Vec exp(Vec x) {
  x = x > 89.0f ? splat(89.0f) : x;
  x = x < -87.33654f ? splat(-87.33654f) : x;
  const float round = 12582912.0f;  // 1.5 * 2^23: adding it leaves the nearest integer in the low bits
  Vec shifted = x * 1.44269504088896341f + round;
  Vec n = shifted - round;
  Vec r = x - n * 0.693359375f;
  r = r - n * -2.12194440e-4f;
  Vec p = r * 1.9875691500e-4f + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1.0f;
  IntVec power = ((IntVec)shifted - (IntVec)splat(round) + 127) << 23;
  return p * (Vec)power;
}

static inline Vec sigmoid(Vec x) { return 1.0f / (1.0f + exp(-x)); }

}  // namespace icon::ICON_ISA
