#pragma once
#include "simd.h"

// Transposes W x W blocks of float in registers, W = kWidth: how OIHW weights become vectors over output channels.
namespace icon::ICON_ISA {

// Exchanges, between rows i and i + H, the lanes whose index differs in bit H.
template <int H>
static inline void exchange(Vec& a, Vec& b) {
  IntVec low, high;
#pragma GCC unroll 16
  for (int l = 0; l < kWidth; ++l) {
    low[l] = l & H ? kWidth + l - H : l;
    high[l] = l & H ? kWidth + l : l + H;
  }
  const Vec first = __builtin_shuffle(a, b, low);
  b = __builtin_shuffle(a, b, high);
  a = first;
}

template <int H>
static inline void exchange_rows(Vec (&rows)[kWidth]) {
#pragma GCC unroll 16
  for (int i = 0; i < kWidth; ++i)
    if (!(i & H)) exchange<H>(rows[i], rows[i + H]);
}

static inline void transpose(Vec (&rows)[kWidth]) {
#if defined(__AVX512F__)
  exchange_rows<8>(rows);
#endif
#if defined(__AVX2__)
  exchange_rows<4>(rows);
#endif
  exchange_rows<2>(rows);
  exchange_rows<1>(rows);
}

// out[c][r] = in[r][c] for W rows of `columns` floats, `stride` apart; reads nothing beyond them.
static inline void transpose_rows(const float* in, int64_t stride, int64_t columns, float* out) {
  for (; columns > 0; columns -= kWidth, in += kWidth, out += kWidth * kWidth) {
    if (columns >= kWidth) {
      Vec rows[kWidth];
#pragma GCC unroll 16
      for (int r = 0; r < kWidth; ++r) rows[r] = load(in + r * stride);
      transpose(rows);
#pragma GCC unroll 16
      for (int r = 0; r < kWidth; ++r) store(out + r * kWidth, rows[r]);
    } else {
      for (int64_t c = 0; c < columns; ++c)
        for (int r = 0; r < kWidth; ++r) out[c * kWidth + r] = in[r * stride + c];
    }
  }
}

// The inverse: out[r][c] = in[c][r].
static inline void transpose_columns(const float* in, int64_t columns, float* out, int64_t stride) {
  for (; columns > 0; columns -= kWidth, in += kWidth * kWidth, out += kWidth) {
    if (columns >= kWidth) {
      Vec rows[kWidth];
#pragma GCC unroll 16
      for (int r = 0; r < kWidth; ++r) rows[r] = load(in + r * kWidth);
      transpose(rows);
#pragma GCC unroll 16
      for (int r = 0; r < kWidth; ++r) store(out + r * stride, rows[r]);
    } else {
      for (int64_t c = 0; c < columns; ++c)
        for (int r = 0; r < kWidth; ++r) out[r * stride + c] = in[c * kWidth + r];
    }
  }
}

}  // namespace icon::ICON_ISA
