#pragma once
#include "conv_kernels.h"
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

  Position(const Gather& g, int64_t row) : image(row / g.width / g.height), y(row / g.width % g.height), x(row % g.width) {}

  void advance(const Gather& g) {  // to the next row, without a division
    if (++x < g.width) return;
    x = 0;
    if (++y < g.height) return;
    y = 0;
    ++image;
  }
};

// `count` pixels `pitch` floats apart become `vectors` vectors each, of rows of a panel with `rows` rows. The longer loop is
// the inner one: many channels are read as the memory has them, few would be all loop overhead.
static inline void gather_pixels(const float* in, int64_t pitch, int64_t count, int64_t vectors, int64_t rows, float* out) {
  if (vectors >= 4) {
    for (int64_t r = 0; r < count; ++r)
      for (int64_t v = 0; v < vectors; ++v) store(out + (v * rows + r) * kWidth, load(in + r * pitch + v * kWidth));
  } else {
    for (int64_t v = 0; v < vectors; ++v)
      for (int64_t r = 0; r < count; ++r) store(out + (v * rows + r) * kWidth, load(in + r * pitch + v * kWidth));
  }
}

static inline void clear_pixels(int64_t count, int64_t vectors, int64_t rows, float* out) {
  for (int64_t v = 0; v < vectors; ++v)
    for (int64_t r = 0; r < count; ++r) store(out + (v * rows + r) * kWidth, Vec{});
}

// Channels that fill vectors: one tap of the rows on one line of the output is a run of pixels, cut off at the image's border.
static inline void gather_vectors(const Gather& g, const float* source, int64_t first_row, int64_t count, int64_t begin, int64_t end,
                                  float* panel) {
  const int64_t vectors = g.channels / kWidth, pitch = g.step * g.channels;
  Position at(g, first_row);
  for (int64_t r = 0; r < count;) {
    const int64_t run = min(count - r, g.width - at.x);
    int64_t i = begin / vectors / g.taps_width, j = begin / vectors % g.taps_width, skip = begin % vectors;
    for (int64_t v = begin; v < end; skip = 0) {
      const int64_t length = min(end - v, vectors - skip);
      const int64_t y = at.y * g.step + g.top + i, x = at.x * g.step + g.left + j;
      // Of this run the pixels [first, last) lie inside the image.
      int64_t first = x >= 0 ? 0 : min(run, g.step == 1 ? -x : ceil_div(-x, g.step));
      int64_t last = x + (run - 1) * g.step < g.source_width ? run : max(first, ceil_div(g.source_width - x, g.step));
      if (y < 0 || y >= g.source_height) first = last = 0;
      float* out = panel + ((v - begin) * count + r) * kWidth;
      const float* in = source + ((at.image * g.source_height + y) * g.source_width + x) * g.channels + skip * kWidth;
      clear_pixels(first, length, count, out);
      gather_pixels(in + first * pitch, pitch, last - first, length, count, out + first * kWidth);
      clear_pixels(run - last, length, count, out + last * kWidth);
      v += length;
      if (++j == g.taps_width) {
        j = 0;
        ++i;
      }
    }
    r += run;
    at.x += run - 1;
    at.advance(g);
  }
}

// Channels that do not fill vectors: a row's taps on one line of a padded image are one run of floats. Copies whole
// vectors, so `rows`, which holds `count` rows of `pitch` floats, and the image need a vector of slack at the end.
static inline void gather_lines(const Gather& g, const float* source, int64_t first_row, int64_t count, int64_t begin, int64_t end,
                                float* panel, float* rows, int64_t pitch) {
  const int64_t line = g.taps_width * g.channels;
  const int64_t first = begin * kWidth / line, last = min(g.taps_height, ceil_div(end * kWidth, line));
  Position at(g, first_row);
  for (int64_t r = 0; r < count; ++r, at.advance(g)) {
    const float* in = source + ((at.image * g.source_height + at.y * g.step) * g.source_width + at.x * g.step) * g.channels;
    for (int64_t i = first; i < last; ++i)
      for (int64_t k = 0; k < line; k += kWidth) store(rows + r * pitch + i * line + k, load(in + i * g.source_width * g.channels + k));
    if (last == g.taps_height) store(rows + r * pitch + g.depth(), Vec{});
  }
  for (int64_t r = 0; r < count; ++r)
    for (int64_t v = begin; v < end; ++v) store(panel + ((v - begin) * count + r) * kWidth, load(rows + r * pitch + v * kWidth));
}

// A source the gather can read: the image itself, or a padded copy where channels do not fill vectors.
struct Source {
  Gather gather;
  const float* data;

  // Floats of scratch that `panel` needs for `rows` rows at a time.
  int64_t scratch_floats(int64_t rows) const { return gather.channels % kWidth == 0 ? 0 : rows * pitch(); }
  int64_t pitch() const { return round_up(gather.depth(), kWidth) + kWidth; }

  // The vectors [begin, end) of the rows [first_row, first_row + count), as one panel [end - begin][count][W].
  void panel(int64_t first_row, int64_t count, int64_t begin, int64_t end, float* out, float* scratch) const {
    if (gather.channels % kWidth == 0) gather_vectors(gather, data, first_row, count, begin, end, out);
    else gather_lines(gather, data, first_row, count, begin, end, out, scratch, pitch());
  }
};

static inline Source prepare(const Gather& g, const float* image, const Workers& workers) {
  if (g.channels % kWidth == 0 || g.depth() == 0) return {g, image};
  Gather padded = g;
  padded.source_height = (g.height - 1) * g.step + g.taps_height;
  padded.source_width = (g.width - 1) * g.step + g.taps_width;
  padded.top = padded.left = 0;
  const int64_t line = padded.source_width * g.channels;
  float* copy = conv_scratch(Scratch::padded, g.batch * padded.source_height * line + kWidth);
  const int64_t first = min(max(0, -g.left), padded.source_width);
  const int64_t last = max(first, min(padded.source_width, g.source_width - g.left));
  workers(g.batch, [&](int64_t n) {
    for (int64_t y = 0; y < padded.source_height; ++y) {
      float* out = copy + (n * padded.source_height + y) * line;
      const bool inside = y + g.top >= 0 && y + g.top < g.source_height;
      const float* in = image + ((n * g.source_height + y + g.top) * g.source_width + g.left) * g.channels;
      for (int64_t k = 0; k < line; ++k) out[k] = inside && k >= first * g.channels && k < last * g.channels ? in[k] : 0;
    }
  });
  return {padded, copy};
}

}  // namespace icon::ICON_ISA
