#pragma once
#include "gemm.h"

// Convolution as a matrix product whose rows are gathered from the image a panel at a time ("im2col" that never leaves
// the cache). Row r is an output position, column k = (tap, channel), tap-major.
namespace icon::ICON_ISA {

// Output position (y, x) of the grid `height` x `width` reads the taps (y * step + top + i, x * step + left + j),
// i < taps_height, j < taps_width; pixels outside the source image are zero.
struct Gather {
  int64_t batch, source_height, source_width, channels;
  int64_t taps_height, taps_width, top, left, step;
  int64_t height, width;

  int64_t rows() const { return batch * height * width; }
  int64_t depth() const { return taps_height * taps_width * channels; }
  int64_t depth_vectors() const { return ceil_div(depth(), kWidth); }
};

struct Position {
  int64_t image, y, x;
};

static inline Position position(const Gather& g, int64_t row) {
  const int64_t line = row / g.width;
  return {line / g.height, line % g.height, row % g.width};
}

// One row of depth() floats for channel counts that do not fill vectors. Taps of one line are neighbours in NHWC memory.
static inline void gather_row(const Gather& g, const float* source, const Position& at, float* row) {
  const int64_t x = at.x * g.step + g.left;
  const int64_t first = max(0, -x), last = max(first, min(g.taps_width, g.source_width - x));
  for (int64_t i = 0; i < g.taps_height; ++i) {
    const int64_t y = at.y * g.step + g.top + i;
    if (y < 0 || y >= g.source_height || first == last) {
      for (int64_t k = 0; k < g.taps_width * g.channels; ++k) *row++ = 0;
      continue;
    }
    const float* line = source + ((at.image * g.source_height + y) * g.source_width + x + first) * g.channels;
    for (int64_t k = first * g.channels; k > 0; --k) *row++ = 0;
    for (int64_t k = (last - first) * g.channels; k > 0; --k) *row++ = *line++;
    for (int64_t k = (g.taps_width - last) * g.channels; k > 0; --k) *row++ = 0;
  }
}

// The vectors [begin, end) of `count` rows, as one panel [end - begin][count][W]. `scratch` holds a row, rounded up.
static inline void gather_panel(const Gather& g, const float* source, int64_t first_row, int64_t count, int64_t begin, int64_t end,
                                float* panel, float* scratch) {
  const int64_t vectors = g.channels / kWidth;
  for (int64_t r = 0; r < count; ++r) {
    const Position at = position(g, first_row + r);
    float* out = panel + r * kWidth;
    if (g.channels % kWidth != 0) {
      gather_row(g, source, at, scratch);
      for (int64_t k = g.depth(); k % kWidth != 0; ++k) scratch[k] = 0;
      for (int64_t v = begin; v < end; ++v, out += count * kWidth) store(out, load(scratch + v * kWidth));
      continue;
    }
    for (int64_t v = begin; v < end;) {
      const int64_t tap = v / vectors, stop = min(end, (tap + 1) * vectors);
      const int64_t y = at.y * g.step + g.top + tap / g.taps_width, x = at.x * g.step + g.left + tap % g.taps_width;
      if (y >= 0 && y < g.source_height && x >= 0 && x < g.source_width) {
        const float* in = source + ((at.image * g.source_height + y) * g.source_width + x) * g.channels + v % vectors * kWidth;
        for (; v < stop; ++v, in += kWidth, out += count * kWidth) store(out, load(in));
      } else {
        for (; v < stop; ++v, out += count * kWidth) store(out, Vec{});
      }
    }
  }
}

}  // namespace icon::ICON_ISA
