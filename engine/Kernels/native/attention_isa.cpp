#include "attention_isa.h"

#include "simd.h"

namespace icon::ICON_ISA {
namespace {

constexpr int kD = kHeadDim;
constexpr int kVecs = kD / kWidth;   // vectors in a row of kD floats
constexpr int kTile = kWidth == 16 ? 8 : kWidth == 8 ? 3 : 1;  // rows of accumulators that fit the registers
constexpr int64_t kBlock = 64;       // pixels whose softmaxes lie in cache at a time

// The loops over accumulators are unrolled by hand, here and below: GCC keeps the array in memory otherwise.

// out[r][0..kD) = sum over i of a[r][i] b[i][0..kD), for R rows
template <int R>
inline void multiply_rows(const float* a, int64_t lda, const float* b, int64_t ldb, int64_t inner, float* out, int64_t ldo) {
  Vec acc[R][kVecs];
#pragma GCC unroll 8
  for (int r = 0; r < R; ++r)
#pragma GCC unroll 8
    for (int v = 0; v < kVecs; ++v) acc[r][v] = Vec{};
  for (int64_t i = 0; i < inner; ++i) {
#pragma GCC unroll 8
    for (int v = 0; v < kVecs; ++v) {
      Vec row = load(b + i * ldb + v * kWidth);
#pragma GCC unroll 8
      for (int r = 0; r < R; ++r) acc[r][v] += row * a[r * lda + i];
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < R; ++r)
#pragma GCC unroll 8
    for (int v = 0; v < kVecs; ++v) store(out + r * ldo + v * kWidth, acc[r][v]);
}

void multiply(const float* a, int64_t lda, int64_t rows, const float* b, int64_t ldb, int64_t inner, float* out, int64_t ldo) {
  for (int64_t r = 0, step; r < rows; r += step) {
    step = rows - r >= kTile ? kTile : 1;
    auto tile = step == kTile ? multiply_rows<kTile> : multiply_rows<1>;
    tile(a + r * lda, lda, b, ldb, inner, out + r * ldo, ldo);
  }
}

// out[c][0..kD) += sum over rows r of a[r][c] b[r][0..kD), for C columns of a
template <int C>
inline void accumulate_columns(const float* a, int64_t lda, const float* b, int64_t ldb, int64_t rows, float* out, int64_t ldo) {
  Vec acc[C][kVecs];  // summed apart, so that long sums are sums of short ones
#pragma GCC unroll 8
  for (int c = 0; c < C; ++c)
#pragma GCC unroll 8
    for (int v = 0; v < kVecs; ++v) acc[c][v] = Vec{};
  for (int64_t r = 0; r < rows; ++r) {
#pragma GCC unroll 8
    for (int v = 0; v < kVecs; ++v) {
      Vec row = load(b + r * ldb + v * kWidth);
#pragma GCC unroll 8
      for (int c = 0; c < C; ++c) acc[c][v] += row * a[r * lda + c];
    }
  }
#pragma GCC unroll 8
  for (int c = 0; c < C; ++c)
#pragma GCC unroll 8
    for (int v = 0; v < kVecs; ++v) store(out + c * ldo + v * kWidth, load(out + c * ldo + v * kWidth) + acc[c][v]);
}

void accumulate(const float* a, int64_t lda, int64_t columns, const float* b, int64_t ldb, int64_t rows, float* out, int64_t ldo) {
  for (int64_t c = 0, step; c < columns; c += step) {
    step = columns - c >= kTile ? kTile : 1;
    auto tile = step == kTile ? accumulate_columns<kTile> : accumulate_columns<1>;
    tile(a + c, lda, b, ldb, rows, out + c * ldo, ldo);
  }
}

// Rows of kD floats as panels of kD rows, each transposed; the last one ends in zeros.
void transpose(const float* from, int64_t ld, int64_t rows, float* to) {
  for (int64_t r0 = 0; r0 < rows; r0 += kD, to += kD * kD)
    for (int64_t r = 0; r < kD; ++r)
      for (int d = 0; d < kD; ++d) to[d * kD + r] = r0 + r < rows ? from[(r0 + r) * ld + d] : 0;
}

// Softmax of a row of kD floats times `factor`.
inline void softmax_row(const float* from, float factor, float* to) {
  Vec x[kVecs], top = x[0] = load(from), total{};
  for (int v = 1; v < kVecs; ++v) top = max(top, x[v] = load(from + v * kWidth));
  float high = maximum(top);
  for (int v = 0; v < kVecs; ++v) total += x[v] = exp(x[v] - high);
  float norm = factor / sum(total);
  for (int v = 0; v < kVecs; ++v) store(to + v * kWidth, x[v] * norm);
}

inline float dot_row(const float* a, const float* b) {
  Vec total{};
  for (int v = 0; v < kVecs; ++v) total += load(a + v * kWidth) * load(b + v * kWidth);
  return sum(total);
}

inline int64_t rows_left(int64_t row, int64_t rows, int64_t block) { return rows - row < block ? rows - row : block; }

void linear(const Head& head, float* out, int64_t ldo, LinearAttentionState* state) {
  Vec top[kVecs], total[kVecs] = {};
  for (int v = 0; v < kVecs; ++v) top[v] = load(head.k + v * kWidth);
  for (int64_t r = 1; r < head.pixels; ++r)
    for (int v = 0; v < kVecs; ++v) top[v] = max(top[v], load(head.k + r * head.ld + v * kWidth));
  for (int v = 0; v < kVecs; ++v) store(state->key_max + v * kWidth, top[v]);

  float block[kBlock * kD];
  float* context = state->context;
  for (int i = 0; i < kD * kD; ++i) context[i] = 0;
  for (int64_t r0 = 0; r0 < head.pixels; r0 += kBlock) {
    int64_t rows = rows_left(r0, head.pixels, kBlock);
    Vec part[kVecs] = {};
    for (int64_t r = 0; r < rows; ++r)
      for (int v = 0; v < kVecs; ++v) {
        Vec e = exp(load(head.k + (r0 + r) * head.ld + v * kWidth) - top[v]);
        part[v] += e;
        store(block + r * kD + v * kWidth, e);
      }
    for (int v = 0; v < kVecs; ++v) total[v] += part[v];
    accumulate(block, kD, kD, head.v + r0 * head.ld, head.ld, rows, context, kD);
  }

  float scaled[kD * kD];
  for (int v = 0; v < kVecs; ++v) store(state->key_norm + v * kWidth, 1.0f / total[v]);
  for (int d = 0; d < kD; ++d)
    for (int e = 0; e < kD; ++e) {
      context[d * kD + e] *= state->key_norm[d];
      scaled[d * kD + e] = context[d * kD + e] * head.scale;
    }
  for (int64_t r0 = 0; r0 < head.pixels; r0 += kBlock) {
    int64_t rows = rows_left(r0, head.pixels, kBlock);
    for (int64_t r = 0; r < rows; ++r) softmax_row(head.q + (r0 + r) * head.ld, 1.0f, block + r * kD);
    multiply(block, kD, rows, scaled, kD, kD, out + r0 * ldo, ldo);
  }
}

void linear_backward(const Head& head, const float* dout, int64_t ldo, const LinearAttentionState* state, float* dq, float* dk, float* dv) {
  float block[kBlock * kD], gradient[kBlock * kD], turned[kD * kD], dcontext[kD * kD] = {};

  // Through out = scale contextᵀ q: d context, and d q through its softmax.
  for (int d = 0; d < kD; ++d)
    for (int e = 0; e < kD; ++e) turned[e * kD + d] = state->context[d * kD + e] * head.scale;
  for (int64_t r0 = 0; r0 < head.pixels; r0 += kBlock) {
    int64_t rows = rows_left(r0, head.pixels, kBlock);
    for (int64_t r = 0; r < rows; ++r) softmax_row(head.q + (r0 + r) * head.ld, 1.0f, block + r * kD);
    accumulate(block, kD, kD, dout + r0 * ldo, ldo, rows, dcontext, kD);
    multiply(dout + r0 * ldo, ldo, rows, turned, kD, kD, gradient, kD);
    for (int64_t r = 0; r < rows; ++r) {
      float* g = gradient + r * kD;
      const float* q = block + r * kD;
      float inner = dot_row(g, q);
      for (int v = 0; v < kVecs; ++v)
        store(dq + (r0 + r) * head.ld + v * kWidth, load(q + v * kWidth) * (load(g + v * kWidth) - inner));
    }
  }

  // Through context = k vᵀ: d v, and d k through its softmax over the pixels, whose inner product is that of d context with context.
  float inner[kD];
  for (int d = 0; d < kD; ++d) {
    for (int e = 0; e < kD; ++e) dcontext[d * kD + e] *= head.scale;
    inner[d] = dot_row(dcontext + d * kD, state->context + d * kD);
    for (int e = 0; e < kD; ++e) turned[e * kD + d] = dcontext[d * kD + e];
  }
  for (int64_t r0 = 0; r0 < head.pixels; r0 += kBlock) {
    int64_t rows = rows_left(r0, head.pixels, kBlock);
    for (int64_t r = 0; r < rows; ++r)
      for (int v = 0; v < kVecs; ++v) {
        Vec k = load(head.k + (r0 + r) * head.ld + v * kWidth);
        store(block + r * kD + v * kWidth, exp(k - load(state->key_max + v * kWidth)) * load(state->key_norm + v * kWidth));
      }
    multiply(block, kD, rows, dcontext, kD, kD, dv + r0 * head.ld, head.ld);
    multiply(head.v + r0 * head.ld, head.ld, rows, turned, kD, kD, gradient, kD);
    for (int64_t r = 0; r < rows; ++r)
      for (int v = 0; v < kVecs; ++v) {
        int64_t i = r * kD + v * kWidth;
        store(dk + (r0 + r) * head.ld + v * kWidth, load(block + i) * (load(gradient + i) - load(inner + v * kWidth)));
      }
  }
}

// scores[r][i] = the dot product of row r with row i of what `panels` transposes, for all pixels i
void score(const float* from, int64_t ld, int64_t rows, const float* panels, int64_t pixels, float* scores) {
  for (int64_t c = 0; c < pixels; c += kD) multiply(from, ld, rows, panels + c * kD, kD, kD, scores + c, score_stride(pixels));
}

// Softmax of scale * scores over the first `pixels` columns; the padding becomes zero.
void softmax_rows(float* scores, int64_t rows, int64_t pixels, float scale) {
  int64_t padded = padded_pixels(pixels);
  for (int64_t r = 0; r < rows; ++r, scores += score_stride(pixels)) {
    for (int64_t c = pixels; c < padded; ++c) scores[c] = scores[0];
    Vec top = load(scores), total{};
    for (int64_t c = kWidth; c < padded; c += kWidth) top = max(top, load(scores + c));
    float high = maximum(top);
    for (int64_t c = 0; c < padded; c += kWidth) store(scores + c, exp((load(scores + c) - high) * scale));
    for (int64_t c = pixels; c < padded; ++c) scores[c] = 0;
    for (int64_t c = 0; c < padded; c += kWidth) total += load(scores + c);
    float norm = 1.0f / sum(total);
    for (int64_t c = 0; c < padded; c += kWidth) store(scores + c, load(scores + c) * norm);
  }
}

void softmax(const Head& head, float* out, int64_t ldo, float* scratch) {
  int64_t padded = padded_pixels(head.pixels), stride = score_stride(head.pixels);
  float *keys = scratch, *scores = scratch + 2 * kD * padded;
  transpose(head.k, head.ld, head.pixels, keys);
  for (int64_t r0 = 0; r0 < head.pixels; r0 += kQueryRows) {
    int64_t rows = rows_left(r0, head.pixels, kQueryRows);
    score(head.q + r0 * head.ld, head.ld, rows, keys, head.pixels, scores);
    softmax_rows(scores, rows, head.pixels, head.scale);
    multiply(scores, stride, rows, head.v, head.ld, head.pixels, out + r0 * ldo, ldo);
  }
}

void softmax_backward(const Head& head, const float* dout, int64_t ldo, float* dq, float* dk, float* dv, float* scratch) {
  int64_t padded = padded_pixels(head.pixels), stride = score_stride(head.pixels);
  float *keys = scratch, *values = keys + kD * padded, *scores = values + kD * padded, *gradient = scores + kQueryRows * stride;
  transpose(head.k, head.ld, head.pixels, keys);
  transpose(head.v, head.ld, head.pixels, values);
  for (int64_t r = 0; r < head.pixels; ++r)
    for (int v = 0; v < kVecs; ++v) {
      store(dk + r * head.ld + v * kWidth, Vec{});
      store(dv + r * head.ld + v * kWidth, Vec{});
    }
  for (int64_t r0 = 0; r0 < head.pixels; r0 += kQueryRows) {
    int64_t rows = rows_left(r0, head.pixels, kQueryRows);
    score(head.q + r0 * head.ld, head.ld, rows, keys, head.pixels, scores);
    softmax_rows(scores, rows, head.pixels, head.scale);
    accumulate(scores, stride, head.pixels, dout + r0 * ldo, ldo, rows, dv, head.ld);
    score(dout + r0 * ldo, ldo, rows, values, head.pixels, gradient);
    for (int64_t r = 0; r < rows; ++r) {
      float *p = scores + r * stride, *g = gradient + r * stride;
      Vec total{};
      for (int64_t c = 0; c < padded; c += kWidth) total += load(p + c) * load(g + c);
      float inner = sum(total);
      for (int64_t c = 0; c < padded; c += kWidth) store(g + c, load(p + c) * (load(g + c) - inner) * head.scale);
    }
    multiply(gradient, stride, rows, head.k, head.ld, head.pixels, dq + r0 * head.ld, head.ld);
    accumulate(gradient, stride, head.pixels, head.q + r0 * head.ld, head.ld, rows, dk, head.ld);
  }
}

}  // namespace

extern const AttentionKernels attention_kernels;
const AttentionKernels attention_kernels = {linear, linear_backward, softmax, softmax_backward};

}  // namespace icon::ICON_ISA
