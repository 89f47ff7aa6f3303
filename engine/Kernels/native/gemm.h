#pragma once
#include "simd.h"

// Matrix multiplication on packed panels, the inner loop of every convolution here. W is kWidth.
//   A panel  [K/W][R][W]     R <= kPanelRows rows, K rounded up to whole vectors (the padding is never read as a factor)
//   B block  [K][V*W]        V = 1 or 2 vectors of output columns
//   C block  [rows][V*W]
// The A layout is what a vector loop over the channels of NHWC pixels writes without transposing.
namespace icon::ICON_ISA {

#if defined(__AVX512F__)
inline constexpr int kPanelRows = 14;  // 28 of 32 registers accumulate
#else
inline constexpr int kPanelRows = 6;  // 12 of 16
#endif
inline constexpr int kBlockVectors = 2;
inline constexpr int kBlockColumns = kBlockVectors * kWidth;

static inline int64_t min(int64_t a, int64_t b) { return a < b ? a : b; }
static inline int64_t max(int64_t a, int64_t b) { return a > b ? a : b; }
static inline int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }
static inline int64_t round_up(int64_t a, int64_t b) { return ceil_div(a, b) * b; }

// The j-th of `parts` nearly equal parts of `total` starts here.
static inline int64_t part_begin(int64_t total, int64_t parts, int64_t j) { return total * j / parts; }

// Rows are spread evenly over panels: 16 rows are 8 + 8, not 14 + 2.
static inline int64_t panel_count(int64_t rows) { return ceil_div(rows, kPanelRows); }

// Vectors in column block `block` of `columns`: two, or one in the last.
static inline int block_vectors(int64_t columns, int64_t block) {
  return columns - block * kBlockColumns > kWidth ? 2 : 1;
}

template <int R, int V>
static void multiply_panel(const float* a, const float* b, int64_t k, float* c, bool accumulate) {
  Vec sum[R][V];
#pragma GCC unroll 16
  for (int r = 0; r < R; ++r)
#pragma GCC unroll 2
    for (int v = 0; v < V; ++v) sum[r][v] = accumulate ? load(c + (r * V + v) * kWidth) : Vec{};
  for (; k > 0; k -= kWidth, a += R * kWidth) {
    const int64_t lanes = k < kWidth ? k : kWidth;
    for (int64_t l = 0; l < lanes; ++l, b += V * kWidth) {
      Vec column[V];
#pragma GCC unroll 2
      for (int v = 0; v < V; ++v) column[v] = load(b + v * kWidth);
#pragma GCC unroll 16
      for (int r = 0; r < R; ++r) {
        const Vec factor = splat(a[r * kWidth + l]);
#pragma GCC unroll 2
        for (int v = 0; v < V; ++v) sum[r][v] += factor * column[v];
      }
    }
  }
#pragma GCC unroll 16
  for (int r = 0; r < R; ++r)
#pragma GCC unroll 2
    for (int v = 0; v < V; ++v) store(c + (r * V + v) * kWidth, sum[r][v]);
}

template <int V>
static void multiply_panel(int64_t rows, const float* a, const float* b, int64_t k, float* c, bool accumulate) {
  switch (rows) {
    case 1: return multiply_panel<1, V>(a, b, k, c, accumulate);
    case 2: return multiply_panel<2, V>(a, b, k, c, accumulate);
    case 3: return multiply_panel<3, V>(a, b, k, c, accumulate);
    case 4: return multiply_panel<4, V>(a, b, k, c, accumulate);
    case 5: return multiply_panel<5, V>(a, b, k, c, accumulate);
    case 6: return multiply_panel<6, V>(a, b, k, c, accumulate);
#if defined(__AVX512F__)
    case 7: return multiply_panel<7, V>(a, b, k, c, accumulate);
    case 8: return multiply_panel<8, V>(a, b, k, c, accumulate);
    case 9: return multiply_panel<9, V>(a, b, k, c, accumulate);
    case 10: return multiply_panel<10, V>(a, b, k, c, accumulate);
    case 11: return multiply_panel<11, V>(a, b, k, c, accumulate);
    case 12: return multiply_panel<12, V>(a, b, k, c, accumulate);
    case 13: return multiply_panel<13, V>(a, b, k, c, accumulate);
    case 14: return multiply_panel<14, V>(a, b, k, c, accumulate);
#endif
  }
}

// C[block] (+)= A * B[block] over all column blocks. A holds panel_count(rows) panels back to back; of B's blocks,
// which have `b_depth` rows, k are used from `b_row` on; C holds blocks of [rows][V*W].
static inline void multiply(int64_t rows, int64_t k, int64_t columns, const float* a, const float* b, int64_t b_depth,
                            int64_t b_row, float* c, bool accumulate) {
  const int64_t panels = panel_count(rows), padded = round_up(k, kWidth);
  for (int64_t block = 0; block * kBlockColumns < columns; ++block) {
    const int vectors = block_vectors(columns, block);
    const float* b_block = b + block * b_depth * kBlockColumns + b_row * vectors * kWidth;
    float* c_block = c + block * rows * kBlockColumns;
    for (int64_t p = 0; p < panels; ++p) {
      const int64_t row = part_begin(rows, panels, p), count = part_begin(rows, panels, p + 1) - row;
      const float* panel = a + row * padded;
      float* out = c_block + row * vectors * kWidth;
      if (vectors == 2) multiply_panel<2>(count, panel, b_block, k, out, accumulate);
      else multiply_panel<1>(count, panel, b_block, k, out, accumulate);
    }
  }
}

// The transposed product, reducing over `depth` pixels: C[k][columns] (+)= A[depth][k]^T * B[depth][columns].
//   A  [K/W][depth][W]   B  blocks of [depth][V*W]   C  blocks of [K][V*W], blocks `c_rows` rows apart
// Each call sums from zero before it adds to C: sums of sums round less than one long sum.
inline constexpr int kReduceRows = kWidth < 8 ? kWidth : kWidth / 2;

template <int R, int V>
static void reduce_tile(const float* a, const float* b, int64_t depth, float* c, bool accumulate) {
  Vec sum[R][V];
#pragma GCC unroll 16
  for (int r = 0; r < R; ++r)
#pragma GCC unroll 2
    for (int v = 0; v < V; ++v) sum[r][v] = Vec{};
  for (int64_t p = 0; p < depth; ++p, a += kWidth, b += V * kWidth) {
    Vec column[V];
#pragma GCC unroll 2
    for (int v = 0; v < V; ++v) column[v] = load(b + v * kWidth);
#pragma GCC unroll 16
    for (int r = 0; r < R; ++r) {
      const Vec factor = splat(a[r]);
#pragma GCC unroll 2
      for (int v = 0; v < V; ++v) sum[r][v] += factor * column[v];
    }
  }
#pragma GCC unroll 16
  for (int r = 0; r < R; ++r)
#pragma GCC unroll 2
    for (int v = 0; v < V; ++v) {
      float* to = c + (r * V + v) * kWidth;
      store(to, accumulate ? load(to) + sum[r][v] : sum[r][v]);
    }
}

static inline void multiply_transposed(int64_t depth, int64_t k_vectors, int64_t columns, const float* a, const float* b,
                                       int64_t c_rows, float* c, bool accumulate) {
  for (int64_t block = 0; block * kBlockColumns < columns; ++block) {
    const int vectors = block_vectors(columns, block);
    const float* b_block = b + block * depth * kBlockColumns;
    float* c_block = c + block * c_rows * kBlockColumns;
    for (int64_t r = 0; r < k_vectors * kWidth; r += kReduceRows) {
      const float* a_rows = a + r / kWidth * depth * kWidth + r % kWidth;
      float* out = c_block + r * vectors * kWidth;
      if (vectors == 2) reduce_tile<kReduceRows, 2>(a_rows, b_block, depth, out, accumulate);
      else reduce_tile<kReduceRows, 1>(a_rows, b_block, depth, out, accumulate);
    }
  }
}

}  // namespace icon::ICON_ISA
