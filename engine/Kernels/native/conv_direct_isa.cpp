#include "conv_direct.h"

#include "conv_gather.h"
#include "conv_transpose.h"

namespace icon::ICON_ISA {
namespace {

constexpr int64_t kRowBlock = 84;      // rows gathered at a time: whole panels for every flavour
constexpr int64_t kFewWeights = 64 << 10;  // of a product whose weights stay cached; its rows then go a panel at a time
constexpr int64_t kDepthBlock = 512;   // of K at a time: 84 x 512 floats and a block of weights fit the second-level cache
constexpr int64_t kReduceBlock = 168;  // rows reduced at a time for the weights' gradient

// OIHW weights seen as a matrix [(tap, in)][out]: element at out * out_stride + in * in_stride + tap. Tap (i, j) of the gather
// is the kernel's (first_y + i * step, first_x + j * step).
struct WeightView {
  const float* data;
  int64_t out_stride, in_stride, kernel_width, first_y, first_x, step;

  int64_t tap(const Gather& g, int64_t t) const {
    return (first_y + t / g.taps_width * step) * kernel_width + first_x + t % g.taps_width * step;
  }
};

// One column block of the packed matrix, [depth][V*W]; lanes past the last channel are zero.
void pack_weight(const Gather& g, const WeightView& w, int64_t columns, int64_t block, float* out) {
  const int64_t taps = g.taps_height * g.taps_width, width = block_vectors(columns, block) * kWidth;
  for (int64_t v = 0; v < width; v += kWidth) {
    const int64_t column = block * kBlockColumns + v, lanes = min(kWidth, columns - column);
    const float* source = w.data + column * w.out_stride;
    if (lanes == kWidth && taps == 1 && w.in_stride == 1) {
      alignas(64) float rows[kWidth * kWidth];
      for (int64_t in = 0; in < g.channels; in += kWidth) {
        const int64_t count = min(kWidth, g.channels - in);
        transpose_rows(source + in + w.tap(g, 0), w.out_stride, count, rows);
        for (int64_t i = 0; i < count; ++i) store(out + (in + i) * width + v, load(rows + i * kWidth));
      }
      continue;
    }
    for (int64_t t = 0; t < taps; ++t) {
      const float* tap = source + w.tap(g, t);
      float* row = out + t * g.channels * width + v;
      for (int64_t in = 0; in < g.channels; ++in, row += width)
        for (int64_t l = 0; l < kWidth; ++l) row[l] = l < lanes ? tap[in * w.in_stride + l * w.out_stride] : 0;
    }
  }
}

// Where results go: output position (y, x) is pixel (y * step + top, x * step + left) of an image with `channels` channels.
struct Destination {
  float* data;
  int64_t height, width, channels, top, left, step;
  const float* bias;
  bool relu;
};

void write_rows(const Gather& g, const Destination& to, const float* c, int64_t first_row, int64_t count) {
  const int64_t whole = to.channels / kBlockColumns * kBlockColumns;
  const auto finish = [&](Vec value, int64_t column, int64_t lanes) {
    if (to.bias != nullptr) value += load(to.bias + column, lanes);
    return to.relu ? max(value, Vec{}) : value;
  };
  Position at(g, first_row);
  for (int64_t r = 0; r < count; ++r, at.advance(g)) {
    float* pixel = to.data + ((at.image * to.height + at.y * to.step + to.top) * to.width + at.x * to.step + to.left) * to.channels;
    for (int64_t column = 0; column < whole; column += kBlockColumns) {
      const float* in = c + column * count + r * kBlockColumns;
      store(pixel + column, finish(load(in), column, kWidth));
      store(pixel + column + kWidth, finish(load(in + kWidth), column + kWidth, kWidth));
    }
    const int64_t width = round_up(to.channels - whole, kWidth);
    for (int64_t column = whole; column < to.channels; column += kWidth) {
      const int64_t lanes = to.channels - column;
      store(pixel + column, finish(load(c + whole * count + r * width + column - whole), column, lanes), lanes);
    }
  }
}

void convolve(const Gather& g, const float* image, const WeightView& w, const Destination& to, const Workers& workers) {
  const int64_t depth = g.depth(), columns = to.channels, blocks = ceil_div(columns, kBlockColumns);
  const Source source = prepare(g, image, workers);
  float* b = conv_scratch(Scratch::shared_weight, depth * round_up(columns, kWidth));
  workers(blocks, [&](int64_t block) { pack_weight(g, w, columns, block, b + block * kBlockColumns * depth); });

  workers(workers.threads, [&](int64_t job) {
    const int64_t end = part_begin(g.rows(), workers.threads, job + 1);
    const int64_t depth_block = min(kDepthBlock, round_up(depth, kWidth));
    const int64_t row_block = columns > 2 * kBlockColumns && depth * columns <= kFewWeights ? kPanelRows : kRowBlock;
    float* a = conv_scratch(Scratch::input, kRowBlock * depth_block + source.scratch_floats(kPanelRows));
    float* c = conv_scratch(Scratch::output, kRowBlock * round_up(columns, kWidth));
    for (int64_t row = part_begin(g.rows(), workers.threads, job); row < end; row += row_block) {
      const int64_t count = min(row_block, end - row), panels = panel_count(count);
      if (depth == 0) std::memset(c, 0, sizeof(float) * kRowBlock * round_up(columns, kWidth));
      for (int64_t k = 0; k < depth; k += kDepthBlock) {
        const int64_t length = min(kDepthBlock, depth - k), vectors = ceil_div(length, kWidth);
        for (int64_t p = 0; p < panels; ++p) {
          const int64_t begin = part_begin(count, panels, p);
          source.panel(row + begin, part_begin(count, panels, p + 1) - begin, k / kWidth, k / kWidth + vectors,
                       a + begin * vectors * kWidth, a + kRowBlock * depth_block);
        }
        multiply(count, length, columns, a, b, depth, k, c, k > 0);
      }
      write_rows(g, to, c, row, count);
    }
  });
}

Gather forward_gather(const ConvShape& s) {
  return {s.batch, s.in_height, s.in_width, s.in_channels, s.kernel_height, s.kernel_width, -s.pad_height, -s.pad_width, s.stride,
          s.out_height, s.out_width};
}

// The taps by which the pixels `phase`, phase + stride, ... of a line of the input reach the output: the kernel's taps
// last, last - stride, ... 0 or more, reading the output from `origin` on.
struct Phase {
  int64_t last, taps, origin, size;
};

Phase phase(int64_t phase, int64_t kernel, int64_t pad, int64_t stride, int64_t size) {
  const int64_t first = (phase + pad) % stride;
  const int64_t taps = first < kernel ? (kernel - 1 - first) / stride + 1 : 0;
  const int64_t last = first + (taps - 1) * stride;
  return {last, taps, (phase + pad - last) / stride, ceil_div(size - phase, stride)};
}

// The rows [first, first + count) of dy as blocks of [count][V*W], lanes past the last channel zero; adds them to `sum`.
void pack_gradient(const float* dy, int64_t channels, int64_t first, int64_t count, int64_t block_begin, int64_t block_end, float* out,
                   float* sum) {
  const int64_t begin = block_begin * kBlockColumns, end = min(block_end * kBlockColumns, channels);
  const int64_t whole = end / kBlockColumns * kBlockColumns, width = round_up(end - whole, kWidth);
  for (int64_t r = 0; r < count; ++r) {
    const float* in = dy + (first + r) * channels;
    for (int64_t column = begin; column < whole; column += kBlockColumns) {
      float* to = out + (column - begin) * count + r * kBlockColumns;
      store(to, load(in + column));
      store(to + kWidth, load(in + column + kWidth));
    }
    for (int64_t column = whole; column < end; column += kWidth)
      store(out + (whole - begin) * count + r * width + column - whole, load(in + column, end - column));
  }
  if (sum == nullptr) return;
  for (int64_t column = begin; column < end; column += kWidth) {
    const int64_t block = column / kBlockColumns, width = block_vectors(channels, block) * kWidth, lanes = channels - column;
    const float* packed = out + (block - block_begin) * count * kBlockColumns + column % kBlockColumns;
    Vec total{};
    for (int64_t r = 0; r < count; ++r) total += load(packed + r * width);
    store(sum + column, load(sum + column, lanes) + total, lanes);
  }
}

// dweight of the column block out of sums [depth][V*W].
void unpack_weight(const Gather& g, const float* sums, int64_t columns, int64_t block, float* dweight) {
  const int64_t taps = g.taps_height * g.taps_width, width = block_vectors(columns, block) * kWidth;
  alignas(64) float rows[kWidth * kWidth];
  for (int64_t v = 0; v < width; v += kWidth) {
    const int64_t column = block * kBlockColumns + v, lanes = min(kWidth, columns - column);
    float* out = dweight + column * taps * g.channels;
    for (int64_t q = 0; q < taps * g.channels; q += kWidth) {  // q = (in, tap), as OIHW has them
      const int64_t count = min(kWidth, taps * g.channels - q);
      for (int64_t i = 0; i < count; ++i) store(rows + i * kWidth, load(sums + ((q + i) % taps * g.channels + (q + i) / taps) * width + v));
      if (lanes == kWidth) {
        transpose_columns(rows, count, out + q, taps * g.channels);
      } else {
        for (int64_t l = 0; l < lanes; ++l)
          for (int64_t i = 0; i < count; ++i) out[l * taps * g.channels + q + i] = rows[i * kWidth + l];
      }
    }
  }
}

}  // namespace

void direct_forward(const ConvShape& s, const float* x, const float* weight, const float* bias, bool relu, float* y,
                    const Workers& workers) {
  const int64_t taps = s.kernel_height * s.kernel_width;
  convolve(forward_gather(s), x, {weight, s.in_channels * taps, taps, s.kernel_width, 0, 0, 1},
           {y, s.out_height, s.out_width, s.out_channels, 0, 0, 1, bias, relu}, workers);
}

// With stride s, the input's pixels fall into s x s phases, each an ordinary convolution of dy with its own part of the kernel.
void direct_backward_input(const ConvShape& s, const float* dy, const float* weight, float* dx, const Workers& workers) {
  const int64_t taps = s.kernel_height * s.kernel_width;
  for (int64_t top = 0; top < min(s.stride, s.in_height); ++top)
    for (int64_t left = 0; left < min(s.stride, s.in_width); ++left) {
      const Phase y = phase(top, s.kernel_height, s.pad_height, s.stride, s.in_height);
      const Phase x = phase(left, s.kernel_width, s.pad_width, s.stride, s.in_width);
      const Gather g{s.batch, s.out_height, s.out_width, s.out_channels, y.taps, x.taps, y.origin, x.origin, 1, y.size, x.size};
      convolve(g, dy, {weight, taps, s.in_channels * taps, s.kernel_width, y.last, x.last, -s.stride},
               {dx, s.in_height, s.in_width, s.in_channels, top, left, s.stride, nullptr, false}, workers);
    }
}

void direct_backward_weight(const ConvShape& s, const float* x, const float* dy, float* dweight, float* dbias, const Workers& workers) {
  const Gather g = forward_gather(s);
  const int64_t columns = s.out_channels, blocks = ceil_div(columns, kBlockColumns);
  const int64_t vectors = g.depth_vectors(), padded = vectors * kWidth;
  const Source source = prepare(g, x, workers);
  float* sums = conv_scratch(Scratch::shared_sum, padded * round_up(columns, kWidth));
  if (dbias != nullptr) std::memset(dbias, 0, sizeof(float) * columns);

  // Each worker owns some rows and columns of the sums, so none has to wait and the order of summation is fixed.
  const bool wide = columns > padded;  // the longer side is split first, for the other is read by every worker
  const int64_t shares = min(workers.threads, wide ? blocks : vectors);
  const int64_t other_shares = min(workers.threads / shares, wide ? vectors : blocks);
  const int64_t row_shares = wide ? other_shares : shares, column_shares = wide ? shares : other_shares;
  workers(row_shares * column_shares, [&](int64_t job) {
    const int64_t row_share = job % row_shares, column_share = job / row_shares;
    const int64_t begin = part_begin(vectors, row_shares, row_share), end = part_begin(vectors, row_shares, row_share + 1);
    const int64_t first = part_begin(blocks, column_shares, column_share), last = part_begin(blocks, column_shares, column_share + 1);
    float* a = conv_scratch(Scratch::input, kReduceBlock * (end - begin) * kWidth + source.scratch_floats(kReduceBlock));
    float* b = conv_scratch(Scratch::output, kReduceBlock * (last - first) * kBlockColumns);
    for (int64_t row = 0; row < g.rows(); row += kReduceBlock) {
      const int64_t count = min(kReduceBlock, g.rows() - row);
      source.panel(row, count, begin, end, a, a + kReduceBlock * (end - begin) * kWidth);
      pack_gradient(dy, columns, row, count, first, last, b, row_share == 0 ? dbias : nullptr);
      for (int64_t block = first; block < last; ++block) {
        const int64_t width = block_vectors(columns, block) * kWidth;
        multiply_transposed(count, end - begin, width, a, b + (block - first) * count * kBlockColumns, padded,
                            sums + block * padded * kBlockColumns + begin * kWidth * width, row > 0);
      }
    }
  });
  workers(blocks, [&](int64_t block) { unpack_weight(g, sums + block * padded * kBlockColumns, columns, block, dweight); });
}

}  // namespace icon::ICON_ISA
