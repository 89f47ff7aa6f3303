#include <cmath>
#include <vector>

#include "icon_kernels.h"
#include "norm_isa.h"
#include "simd_dispatch.h"
#include "threads.h"

ICON_DISPATCH(NormKernels, norm_kernels)

using namespace icon;

namespace {

// Where things lie in a group norm of [samples, rows, channels].
struct Groups {
  int64_t samples, channels, rows, groups, blocks;
  Groups(const IconImages& s, int64_t g) : samples(s.samples), channels(s.channels), rows(s.rows), groups(g), blocks(blocks_of(s.rows)) {}
  int64_t width() const { return channels / groups; }
  int64_t group_of(int64_t c) const { return c / width(); }
  int64_t at(int64_t n, int64_t row) const { return (n * rows + row) * channels; }
  int64_t cells() const { return samples * channels; }
};

// What the normalisation of one group norm is made with; scale and shift may be null.
struct Affine {
  const float *weight, *bias, *scale, *shift;

  // silu(a x + b): a = rstd weight (scale + 1), b = (bias - mean rstd weight) (scale + 1) + shift
  void fold(const Groups& s, int64_t n, const float* mean, const float* rstd, float* a, float* b) const {
    for (int64_t c = 0; c < s.channels; ++c) {
      const int64_t g = n * s.groups + s.group_of(c), i = n * s.channels + c;
      const double gain = scale ? scale[i] + 1.0 : 1.0, slope = static_cast<double>(rstd[g]) * weight[c];
      a[c] = static_cast<float>(slope * gain);
      b[c] = static_cast<float>((bias[c] - mean[g] * slope) * gain + (shift ? shift[i] : 0.0));
    }
  }
};

// Mean and 1/deviation of each group of a sample, from sums about the pivot, its first pixel.
void finish_moments(const Groups& s, const float* pivot, const double* total, double eps, float* mean, float* rstd) {
  const int64_t width = s.width();
  const double count = static_cast<double>(s.rows);
  for (int64_t g = 0; g < s.groups; ++g) {
    double average = 0, squares = 0;
    for (int64_t c = g * width; c < (g + 1) * width; ++c) average += (pivot[c] + total[c] / count) / width;
    for (int64_t c = g * width; c < (g + 1) * width; ++c) {
      const double apart = pivot[c] + total[c] / count - average;
      squares += total[s.channels + c] - total[c] * total[c] / count + apart * apart * count;
    }
    mean[g] = static_cast<float>(average);
    rstd[g] = static_cast<float>(1.0 / std::sqrt(std::max(squares, 0.0) / (count * width) + eps));
  }
}

void group_norm_silu(const Groups& s, const float* x, const Affine& affine, double eps, float* y, float* mean, int threads) {
  float* rstd = mean + s.samples * s.groups;
  const int64_t width = 2 * s.channels;
  std::vector<double> sums(s.samples * s.blocks * width);
  std::vector<float> a(s.cells()), b(s.cells());
  const NormKernels& kernels = norm_kernels();
  two_passes(
      threads, s.samples, s.rows,
      [&](int64_t n, int64_t block, int64_t row, int64_t rows) {
        // Sums of squares about the first pixel lose no digits to a large mean.
        kernels.moments(x + s.at(n, row), rows, s.channels, x + s.at(n, 0), &sums[(n * s.blocks + block) * width]);
      },
      [&](int64_t n, int64_t blocks) {
        const double* total = add_blocks(&sums[n * blocks * width], blocks, width);
        finish_moments(s, x + s.at(n, 0), total, eps, mean + n * s.groups, rstd + n * s.groups);
        affine.fold(s, n, mean, rstd, &a[n * s.channels], &b[n * s.channels]);
      },
      [&](int64_t n, int64_t row, int64_t rows) {
        kernels.affine_silu(x + s.at(n, row), rows, s.channels, &a[n * s.channels], &b[n * s.channels], y + s.at(n, row));
      });
}

struct GroupNormGradients {
  float *x, *weight, *bias, *scale, *shift;
};

// The small gradients, from sum(dz) and sum(dz (x - mean)) of every sample and channel.
void finish_parameters(const Groups& s, const Affine& affine, const double* sums, const float* rstd, const GroupNormGradients& to) {
  std::vector<double> weight(s.channels), bias(s.channels);
  for (int64_t n = 0; n < s.samples; ++n) {
    const double* total = &sums[n * s.blocks * 2 * s.channels];
    for (int64_t c = 0; c < s.channels; ++c) {
      const int64_t i = n * s.channels + c;
      const double gain = affine.scale ? affine.scale[i] + 1.0 : 1.0, along = total[s.channels + c] * rstd[n * s.groups + s.group_of(c)];
      weight[c] += gain * along;
      bias[c] += gain * total[c];
      if (!affine.scale) continue;
      to.scale[i] = static_cast<float>(along * affine.weight[c] + total[c] * affine.bias[c]);
      to.shift[i] = static_cast<float>(total[c]);
    }
  }
  std::copy(weight.begin(), weight.end(), to.weight);
  std::copy(bias.begin(), bias.end(), to.bias);
}

void group_norm_silu_gradient(const Groups& s, const float* x, const float* dy, const Affine& affine, const float* mean,
                              const GroupNormGradients& to, int threads) {
  const float* rstd = mean + s.samples * s.groups;
  const int64_t width = 2 * s.channels;
  std::vector<double> sums(s.samples * s.blocks * width);
  std::vector<float> a(s.cells()), b(s.cells()), p(s.cells()), q(s.cells()), r(s.cells()), centre(s.cells());
  const NormKernels& kernels = norm_kernels();
  for (int64_t n = 0; n < s.samples; ++n) {
    affine.fold(s, n, mean, rstd, &a[n * s.channels], &b[n * s.channels]);
    for (int64_t c = 0; c < s.channels; ++c) centre[n * s.channels + c] = mean[n * s.groups + s.group_of(c)];
  }
  two_passes(
      threads, s.samples, s.rows,
      [&](int64_t n, int64_t block, int64_t row, int64_t rows) {
        const int64_t i = n * s.channels;
        kernels.affine_silu_sums(x + s.at(n, row), dy + s.at(n, row), rows, s.channels, &a[i], &b[i], &centre[i],
                                 &sums[(n * s.blocks + block) * width]);
      },
      [&](int64_t n, int64_t blocks) {
        const double* total = add_blocks(&sums[n * blocks * width], blocks, width);
        for (int64_t g = 0; g < s.groups; ++g) {
          // With h = (x - mean) rstd and a/rstd the slope of z in h: dx = a dz - rstd (mean(a/rstd dz) + h mean(a/rstd dz h)).
          double first = 0, second = 0;
          for (int64_t c = g * s.width(); c < (g + 1) * s.width(); ++c) {
            first += a[n * s.channels + c] * total[c];
            second += a[n * s.channels + c] * total[s.channels + c];
          }
          const double count = static_cast<double>(s.width() * s.rows), inverse = rstd[n * s.groups + g];
          const double slope = -inverse * inverse * second / count, constant = -first / count - slope * mean[n * s.groups + g];
          for (int64_t c = g * s.width(); c < (g + 1) * s.width(); ++c) {
            const int64_t i = n * s.channels + c;
            p[i] = a[i];
            q[i] = static_cast<float>(slope);
            r[i] = static_cast<float>(constant);
          }
        }
      },
      [&](int64_t n, int64_t row, int64_t rows) {
        const int64_t i = n * s.channels;
        kernels.affine_silu_backward(x + s.at(n, row), dy + s.at(n, row), rows, s.channels, &a[i], &b[i], &p[i], &q[i], &r[i],
                                     to.x + s.at(n, row));
      });
  finish_parameters(s, affine, sums.data(), rstd, to);
}

}  // namespace

int32_t icon_group_norm_silu(const IconImages* shape, int64_t groups, const float* x, const float* weight, const float* bias,
                             const float* scale, const float* shift, double eps, float* y, float* stats, int32_t threads) {
  return guarded([&] { group_norm_silu({*shape, groups}, x, {weight, bias, scale, shift}, eps, y, stats, threads); });
}

int32_t icon_group_norm_silu_gradient(const IconImages* shape, int64_t groups, const float* x, const float* dy, const float* weight,
                                      const float* bias, const float* scale, const float* shift, const float* stats, float* dx,
                                      float* dweight, float* dbias, float* dscale, float* dshift, int32_t threads) {
  return guarded([&] {
    group_norm_silu_gradient({*shape, groups}, x, dy, {weight, bias, scale, shift}, stats, {dx, dweight, dbias, dscale, dshift}, threads);
  });
}

int32_t icon_channel_norm(const IconImages* shape, const float* x, const float* g, const float* b, double eps, float* y, float* stats,
                          int32_t threads) {
  return guarded([&] {
    const int64_t channels = shape->channels;
    parallel_for(threads, 0, shape->samples * shape->rows, kBlockRows, [&](int64_t begin, int64_t end) {
      norm_kernels().channel_norm(x + begin * channels, end - begin, channels, g, b, static_cast<float>(eps), y + begin * channels,
                                  stats + 2 * begin);
    });
  });
}

int32_t icon_channel_norm_gradient(const IconImages* shape, const float* x, const float* dy, const float* g, const float* stats, float* dx,
                                   float* dg, float* db, int32_t threads) {
  return guarded([&] {
    const int64_t channels = shape->channels, rows = shape->samples * shape->rows, blocks = blocks_of(rows);
    std::vector<float> sums(blocks * 2 * channels);
    for_blocks(threads, 1, rows, [&](int64_t, int64_t row, int64_t count, int64_t block) {
      const int64_t at = row * channels;
      norm_kernels().channel_norm_backward(x + at, dy + at, count, channels, g, stats + 2 * row, dx ? dx + at : nullptr,
                                           &sums[block * 2 * channels]);
    });
    std::vector<double> total(2 * channels);
    for (int64_t i = 0; i < blocks; ++i)
      for (int64_t c = 0; c < 2 * channels; ++c) total[c] += sums[i * 2 * channels + c];
    std::copy(total.begin(), total.begin() + channels, dg);
    std::copy(total.begin() + channels, total.end(), db);
  });
}
