#include "conv_winograd.h"

#include "conv_winograd_transforms.h"
#include "gemm.h"

namespace icon::ICON_ISA {
namespace {

constexpr int64_t kPoints = 36, kTile = 4, kTaps = 9;

// Sizes measured best on a core with 1 MiB of second-level cache.
constexpr int64_t kCacheFloats = 160 << 10;  // V and M of one block of tiles
constexpr int64_t kFewestTiles = 28, kMostTiles = 112;
constexpr int64_t kFewWeights = 256 * 256;   // in * out channels up to which U is kept whole, if it has tiles enough to serve
constexpr int64_t kMostSums = 8 * kFewWeights;  // of it, summed over the workers that have one each
constexpr int64_t kWeightFloats = 4 << 20;   // of U at a time beyond that

// One convolution in the Winograd domain: V[point] = input tiles x in_channels, U[point] = in_channels x out_channels,
// M[point] = V[point] * U[point].
struct Plan {
  int64_t batch, in_channels, in_height, in_width, out_channels, out_height, out_width, pad_height, pad_width;
  int64_t tiles_y, tiles_x, tiles;
};

Plan plan(int64_t batch, int64_t in_channels, int64_t in_height, int64_t in_width, int64_t out_channels, int64_t out_height,
          int64_t out_width, int64_t pad_height, int64_t pad_width) {
  const int64_t y = ceil_div(out_height, kTile), x = ceil_div(out_width, kTile);
  return {batch, in_channels, in_height, in_width, out_channels, out_height, out_width, pad_height, pad_width, y, x, batch * y * x};
}

Plan forward_plan(const ConvShape& s) {
  return plan(s.batch, s.in_channels, s.in_height, s.in_width, s.out_channels, s.out_height, s.out_width, s.pad_height, s.pad_width);
}

// Distance between two points' matrices: one cache line off a multiple of 4 KiB, or the 36 streams share a few cache sets.
int64_t point_stride(int64_t floats) { return round_up(floats, 1024) + 16; }

// A tile's first output pixel.
struct Tile {
  int64_t image, y, x;

  Tile(const Plan& p, int64_t index)
      : image(index / p.tiles_x / p.tiles_y), y(index / p.tiles_x % p.tiles_y * kTile), x(index % p.tiles_x * kTile) {}

  void advance(const Plan& p) {  // to the next tile, without a division
    if ((x += kTile) < p.out_width) return;
    x = 0;
    if ((y += kTile) < p.out_height) return;
    y = 0;
    ++image;
  }
};

// V for the channels [first_channel, first_channel + channels) of `count` tiles, as `panels` panels of [channels/W][rows][W].
void input_to_points(const Plan& p, const float* x, int64_t first_tile, int64_t count, int64_t panels, int64_t first_channel,
                     int64_t channels, float* v, int64_t stride) {
  float* zeros = conv_scratch(Scratch::zeros, channels);  // read in place of pixels outside the image
  std::memset(zeros, 0, sizeof(float) * channels);
  Tile origin(p, first_tile);
  for (int64_t panel = 0; panel < panels; ++panel) {
    const int64_t begin = part_begin(count, panels, panel), rows = part_begin(count, panels, panel + 1) - begin;
    for (int64_t row = 0; row < rows; ++row, origin.advance(p)) {
      const int64_t top = origin.y - p.pad_height, left = origin.x - p.pad_width;
      const float* corner = x + ((origin.image * p.in_height + top) * p.in_width + left) * p.in_channels + first_channel;
      float* out = v + begin * channels + row * kWidth;
      const auto put = [&](int i, int j, Vec value) { store(out + (i * 6 + j) * stride, value); };
      if (top >= 0 && left >= 0 && top + 6 <= p.in_height && left + 6 <= p.in_width) {
        for (int64_t c = 0; c < channels; c += kWidth, out += rows * kWidth)
          transform_square<6, 6, transform_input>([&](int i, int j) { return load(corner + (i * p.in_width + j) * p.in_channels + c); }, put);
      } else {
        const float* pixel[6][6];
        for (int i = 0; i < 6; ++i)
          for (int j = 0; j < 6; ++j) {
            const bool inside = top + i >= 0 && top + i < p.in_height && left + j >= 0 && left + j < p.in_width;
            pixel[i][j] = inside ? corner + (i * p.in_width + j) * p.in_channels : zeros;
          }
        for (int64_t c = 0; c < channels; c += kWidth, out += rows * kWidth)
          transform_square<6, 6, transform_input>([&](int i, int j) { return load(pixel[i][j] + c); }, put);
      }
    }
  }
}

// U for the output channels [first, first + columns): per point, column blocks of [in_channels][V*W]. OIHW weights are read
// at out * out_stride + in * in_stride + tap; taps are reversed for the gradient by the input.
struct WeightView {
  const float* data;
  int64_t out_stride, in_stride;
  bool reversed;
};

void weight_to_points(const WeightView& w, int64_t in_channels, int64_t first, int64_t columns, float* u, int64_t stride) {
  alignas(64) float taps[kWidth * kTaps * kWidth];
  for (int64_t column = 0; column < columns; column += kWidth) {
    const int64_t block = column / kBlockColumns, width = block_vectors(columns, block) * kWidth;
    float* out = u + block * kBlockColumns * in_channels + column % kBlockColumns;
    for (int64_t in = 0; in < in_channels; in += kWidth) {
      const float* source = w.data + (first + column) * w.out_stride + in * w.in_stride;
      if (w.in_stride == kTaps) {
        transpose_rows(source, w.out_stride, kWidth * kTaps, taps);
      } else {
        for (int i = 0; i < kWidth; ++i) transpose_rows(source + i * w.in_stride, w.out_stride, kTaps, taps + i * kTaps * kWidth);
      }
      for (int i = 0; i < kWidth; ++i) {
        const float* g = taps + i * kTaps * kWidth;
        float* point = out + (in + i) * width;
        transform_square<3, 6, transform_weight>([&](int r, int c) { return load(g + (w.reversed ? 8 - r * 3 - c : r * 3 + c) * kWidth); },
                               [&](int r, int c, Vec value) { store(point + (r * 6 + c) * stride, value); });
      }
    }
  }
}

void points_to_output(const Plan& p, const float* m, int64_t stride, int64_t first_tile, int64_t count, int64_t first, int64_t columns,
                      const float* bias, bool relu, float* y) {
  Tile origin(p, first_tile);
  for (int64_t tile = 0; tile < count; ++tile, origin.advance(p)) {
    float* corner = y + ((origin.image * p.out_height + origin.y) * p.out_width + origin.x) * p.out_channels + first;
    const int64_t rows = min(kTile, p.out_height - origin.y), cols = min(kTile, p.out_width - origin.x);
    for (int64_t column = 0; column < columns; column += kWidth) {
      const int64_t block = column / kBlockColumns, width = block_vectors(columns, block) * kWidth;
      const float* in = m + block * kBlockColumns * count + tile * width + column % kBlockColumns;
      const Vec shift = bias == nullptr ? Vec{} : load(bias + first + column);
      const auto at = [&](int i, int j) { return load(in + (i * 6 + j) * stride); };
      const auto put = [&](int i, int j, Vec value) {
        value += shift;
        store(corner + (i * p.out_width + j) * p.out_channels + column, relu ? max(value, Vec{}) : value);
      };
      if (rows == kTile && cols == kTile) transform_square<6, 4, transform_output>(at, put);
      else transform_square<6, 4, transform_output>(at, [&](int i, int j, Vec value) { if (i < rows && j < cols) put(i, j, value); });
    }
  }
}

// The gradient of M for all output channels of `count` tiles, per point blocks of [count][V*W]; adds dy to `sum` if given.
void output_to_points(const Plan& p, const float* dy, int64_t first_tile, int64_t count, float* m, int64_t stride, float* sum) {
  Tile origin(p, first_tile);
  for (int64_t tile = 0; tile < count; ++tile, origin.advance(p)) {
    const float* corner = dy + ((origin.image * p.out_height + origin.y) * p.out_width + origin.x) * p.out_channels;
    const int64_t rows = min(kTile, p.out_height - origin.y), cols = min(kTile, p.out_width - origin.x);
    for (int64_t column = 0; column < p.out_channels; column += kWidth) {
      const int64_t block = column / kBlockColumns, width = block_vectors(p.out_channels, block) * kWidth;
      float* out = m + block * kBlockColumns * count + tile * width + column % kBlockColumns;
      Vec total{};
      const auto at = [&](int i, int j) { return load(corner + (i * p.out_width + j) * p.out_channels + column); };
      const auto add = [&](Vec value) {
        total += value;
        return value;
      };
      const auto put = [&](int i, int j, Vec value) { store(out + (i * 6 + j) * stride, value); };
      if (rows == kTile && cols == kTile) transform_square<4, 6, adjoint_output>([&](int i, int j) { return add(at(i, j)); }, put);
      else transform_square<4, 6, adjoint_output>([&](int i, int j) { return i < rows && j < cols ? add(at(i, j)) : Vec{}; }, put);
      if (sum != nullptr) store(sum + column, load(sum + column) + total);
    }
  }
}

// dweight of the input channels [first, first + channels) out of the gradient of U, which has per point blocks of
// [rows][V*W] and holds these channels from `row` on.
void points_to_weight(const Plan& p, const float* u, int64_t stride, int64_t rows, int64_t row, int64_t first, int64_t channels,
                      float* dweight) {
  alignas(64) float taps[kWidth * kTaps * kWidth];
  for (int64_t column = 0; column < p.out_channels; column += kWidth) {
    const int64_t block = column / kBlockColumns, width = block_vectors(p.out_channels, block) * kWidth;
    const float* in = u + block * kBlockColumns * rows + column % kBlockColumns;
    for (int64_t channel = 0; channel < channels; channel += kWidth) {
      for (int i = 0; i < kWidth; ++i) {
        const float* point = in + (row + channel + i) * width;
        float* g = taps + i * kTaps * kWidth;
        transform_square<6, 3, adjoint_weight>([&](int r, int c) { return load(point + (r * 6 + c) * stride); },
                               [&](int r, int c, Vec value) { store(g + (r * 3 + c) * kWidth, value); });
      }
      transpose_columns(taps, kWidth * kTaps, dweight + (column * p.in_channels + first + channel) * kTaps, p.in_channels * kTaps);
    }
  }
}

// Adds the sums of workers 1, 2 ... to those of worker 0, for the channels [first, first + W).
void add_up(const Plan& p, float* u, int64_t stride, int64_t parts, int64_t first) {
  if (parts == 1) return;
  for (int64_t point = 0; point < kPoints; ++point)
    for (int64_t column = 0; column < p.out_channels; column += kBlockColumns) {
      const int64_t width = block_vectors(p.out_channels, column / kBlockColumns) * kWidth;
      float* total = u + point * stride + column * p.in_channels + first * width;
      for (int64_t i = 0; i < kWidth * width; i += kWidth) {
        Vec sum = load(total + i);
        for (int64_t part = 1; part < parts; ++part) sum += load(total + part * kPoints * stride + i);
        store(total + i, sum);
      }
    }
}

// Tiles per block so that V and M stay in a core's cache, yet enough of them to reuse what is read of U.
int64_t tile_block(int64_t tiles, int64_t channels) {
  const int64_t fitting = kCacheFloats / (kPoints * channels) / kPanelRows * kPanelRows;
  return min(tiles, max(kFewestTiles, min(fitting, kMostTiles)));
}

// Whether workers share the tiles, each needing the whole of U, rather than the channels, each needing all tiles.
bool shares_tiles(const Plan& p) { return p.in_channels * p.out_channels <= kFewWeights && p.tiles > p.in_channels; }

struct Output {
  const float* bias;
  bool relu;
  float* data;
};

// One thread's V and M for blocks of `tiles` tiles.
struct Blocks {
  int64_t tiles, v_stride, m_stride;
  float *v, *m;

  Blocks(int64_t tiles, int64_t v_channels, int64_t m_channels)
      : tiles(tiles),
        v_stride(point_stride(tiles * v_channels)),
        m_stride(point_stride(tiles * m_channels)),
        v(conv_scratch(Scratch::input, kPoints * v_stride)),
        m(conv_scratch(Scratch::output, kPoints * m_stride)) {}
};

// `count` output tiles of the output channels [first, first + columns), out of V for all input channels and U for these.
void convolve_block(const Plan& p, const Blocks& blocks, const float* u, int64_t tile, int64_t count, int64_t first, int64_t columns,
                    const Output& y) {
  const int64_t u_stride = point_stride(p.in_channels * columns);
  for (int64_t point = 0; point < kPoints; ++point)
    multiply(count, p.in_channels, columns, blocks.v + point * blocks.v_stride, u + point * u_stride, p.in_channels, 0,
             blocks.m + point * blocks.m_stride, false);
  points_to_output(p, blocks.m, blocks.m_stride, tile, count, first, columns, y.bias, y.relu, y.data);
}

void convolve(const Plan& p, const float* x, const WeightView& w, const Output& y, const Workers& workers) {
  const int64_t column_blocks = ceil_div(p.out_channels, kBlockColumns);
  const auto columns_of = [&](int64_t begin, int64_t end) { return min(end * kBlockColumns, p.out_channels) - begin * kBlockColumns; };
  const auto transform_tiles = [&](const Blocks& blocks, int64_t tile, int64_t count) {
    input_to_points(p, x, tile, count, panel_count(count), 0, p.in_channels, blocks.v, blocks.v_stride);
  };
  if (shares_tiles(p)) {
    const int64_t stride = point_stride(p.in_channels * p.out_channels);
    float* u = conv_scratch(Scratch::shared_weight, kPoints * stride);
    workers(column_blocks, [&](int64_t block) {
      const int64_t first = block * kBlockColumns;
      weight_to_points(w, p.in_channels, first, columns_of(block, block + 1), u + first * p.in_channels, stride);
    });
    workers(workers.threads, [&](int64_t job) {
      const int64_t begin = part_begin(p.tiles, workers.threads, job), end = part_begin(p.tiles, workers.threads, job + 1);
      const Blocks blocks(tile_block(end - begin, p.in_channels + p.out_channels), p.in_channels, p.out_channels);
      for (int64_t tile = begin; tile < end; tile += blocks.tiles) {
        const int64_t count = min(blocks.tiles, end - tile);
        transform_tiles(blocks, tile, count);
        convolve_block(p, blocks, u, tile, count, 0, p.out_channels, y);
      }
    });
    return;
  }
  const bool once = p.tiles <= kMostTiles;
  const int64_t step = once ? 1 : max(1, kWeightFloats / (kPoints * p.in_channels * kBlockColumns));
  const int64_t shares = min(workers.threads, column_blocks);
  workers(shares, [&](int64_t job) {
    const int64_t begin = part_begin(column_blocks, shares, job), end = part_begin(column_blocks, shares, job + 1);
    const int64_t most = min(step, end - begin) * kBlockColumns;
    const Blocks blocks(once ? p.tiles : tile_block(p.tiles, p.in_channels + most), p.in_channels, most);
    float* u = conv_scratch(Scratch::weight, kPoints * point_stride(p.in_channels * most));
    for (int64_t block = begin; block < end; block += step) {
      const int64_t first = block * kBlockColumns, columns = columns_of(block, min(block + step, end));
      weight_to_points(w, p.in_channels, first, columns, u, point_stride(p.in_channels * columns));
      for (int64_t tile = 0; tile < p.tiles; tile += blocks.tiles) {
        const int64_t count = min(blocks.tiles, p.tiles - tile);
        if (!once || block == begin) transform_tiles(blocks, tile, count);
        convolve_block(p, blocks, u, tile, count, first, columns, y);
      }
    }
  });
}

// The gradient of U for the channels that V holds, from `count` tiles.
void correlate_block(const Plan& p, const Blocks& blocks, int64_t count, int64_t channels, float* u, int64_t u_stride, bool accumulate) {
  for (int64_t point = 0; point < kPoints; ++point)
    multiply_transposed(count, channels / kWidth, p.out_channels, blocks.v + point * blocks.v_stride, blocks.m + point * blocks.m_stride,
                        channels, u + point * u_stride, accumulate);
}

}  // namespace

void winograd_forward(const ConvShape& s, const float* x, const float* weight, const float* bias, bool relu, float* y,
                      const Workers& workers) {
  convolve(forward_plan(s), x, {weight, s.in_channels * kTaps, kTaps, false}, {bias, relu, y}, workers);
}

// The gradient by the input is the convolution of dy, padded by 2 - pad, with the weights turned by 180 degrees.
void winograd_backward_input(const ConvShape& s, const float* dy, const float* weight, float* dx, const Workers& workers) {
  const Plan p = plan(s.batch, s.out_channels, s.out_height, s.out_width, s.in_channels, s.in_height, s.in_width, 2 - s.pad_height,
                      2 - s.pad_width);
  convolve(p, dy, {weight, kTaps, s.in_channels * kTaps, true}, {nullptr, false, dx}, workers);
}

void winograd_backward_weight(const ConvShape& s, const float* x, const float* dy, float* dweight, float* dbias, const Workers& workers) {
  const Plan p = forward_plan(s);
  const int64_t vectors = p.in_channels / kWidth;
  const bool by_tiles = shares_tiles(p) && workers.threads * p.in_channels * p.out_channels <= kMostSums;
  const int64_t parts = by_tiles ? min(workers.threads, p.tiles) : 1;
  float* bias_sums = conv_scratch(Scratch::shared_weight, parts * p.out_channels);
  std::memset(bias_sums, 0, sizeof(float) * parts * p.out_channels);
  if (by_tiles) {
    const int64_t stride = point_stride(p.in_channels * p.out_channels);
    float* u = conv_scratch(Scratch::shared_sum, parts * kPoints * stride);
    workers(parts, [&](int64_t part) {
      const int64_t begin = part_begin(p.tiles, parts, part), end = part_begin(p.tiles, parts, part + 1);
      const Blocks blocks(tile_block(end - begin, p.in_channels + p.out_channels), p.in_channels, p.out_channels);
      for (int64_t tile = begin; tile < end; tile += blocks.tiles) {
        const int64_t count = min(blocks.tiles, end - tile);
        input_to_points(p, x, tile, count, 1, 0, p.in_channels, blocks.v, blocks.v_stride);
        output_to_points(p, dy, tile, count, blocks.m, blocks.m_stride, bias_sums + part * p.out_channels);
        correlate_block(p, blocks, count, p.in_channels, u + part * kPoints * stride, stride, tile > begin);
      }
    });
    workers(vectors, [&](int64_t vector) {
      add_up(p, u, stride, parts, vector * kWidth);
      points_to_weight(p, u, stride, p.in_channels, vector * kWidth, vector * kWidth, kWidth, dweight);
    });
  } else {
    const bool once = p.tiles <= kMostTiles;
    const int64_t step = once ? 1 : max(1, kWeightFloats / (kPoints * p.out_channels * kWidth));
    const int64_t shares = min(workers.threads, vectors);
    workers(shares, [&](int64_t job) {
      const int64_t begin = part_begin(vectors, shares, job), end = part_begin(vectors, shares, job + 1);
      const int64_t most = min(step, end - begin) * kWidth;
      const Blocks blocks(once ? p.tiles : tile_block(p.tiles, most + p.out_channels), most, p.out_channels);
      float* u = conv_scratch(Scratch::weight, kPoints * point_stride(most * p.out_channels));
      for (int64_t vector = begin; vector < end; vector += step) {
        const int64_t first = vector * kWidth, channels = (min(vector + step, end) - vector) * kWidth;
        const int64_t stride = point_stride(channels * p.out_channels);
        for (int64_t tile = 0; tile < p.tiles; tile += blocks.tiles) {
          const int64_t count = min(blocks.tiles, p.tiles - tile);
          input_to_points(p, x, tile, count, 1, first, channels, blocks.v, blocks.v_stride);
          if (!once || vector == begin) output_to_points(p, dy, tile, count, blocks.m, blocks.m_stride, vector == 0 ? bias_sums : nullptr);
          correlate_block(p, blocks, count, channels, u, stride, tile > 0);
        }
        points_to_weight(p, u, stride, channels, 0, first, channels, dweight);
      }
    });
  }
  if (dbias == nullptr) return;
  for (int64_t c = 0; c < p.out_channels; ++c) {
    float sum = 0;
    for (int64_t part = 0; part < parts; ++part) sum += bias_sums[part * p.out_channels + c];
    dbias[c] = sum;
  }
}

}  // namespace icon::ICON_ISA
