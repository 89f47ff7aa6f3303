#include <cmath>
#include <vector>

#include "icon_kernels.h"
#include "layer_norm_isa.h"
#include "norm_isa.h"
#include "simd_dispatch.h"
#include "threads.h"

ICON_DISPATCH(NormKernels, norm_kernels)
ICON_DISPATCH(LayerNormKernels, layer_norm_kernels)

using namespace icon;

namespace {

// Notation of this file, per sample, with m(·) the mean over its values:
//   h = (x - mean) rstd, z = weight h + bias, y = max(0, z), g = dy where z > 0, k = weight g
//   first gradient:   dx = rstd (k - m(k) - h m(k h)), dweight = sum(g h), dbias = sum(g)
//   and for v, the gradient by dx:
//   by dy:     weight rstd (v - m(v) - h m(v h)) where z > 0
//   by weight: sum(g rstd (v - m(v) - h m(v h)))
//   by x:     -rstd^2 (h (m(v k) - m(v) m(k) - 3 m(v h) m(k h)) + m(v h) (k - m(k)) + m(k h) (v - m(v)))
struct Shape {
  int64_t samples, channels, rows, blocks;
  explicit Shape(const IconImages& s) : samples(s.samples), channels(s.channels), rows(s.rows), blocks(blocks_of(s.rows)) {}
  int64_t at(int64_t n, int64_t row = 0) const { return (n * rows + row) * channels; }
  double count() const { return static_cast<double>(rows) * channels; }
};

float f(double value) { return static_cast<float>(value); }

// What every pass over a sample needs: z = a x + b.
struct Affine {
  std::vector<float> a, b;

  explicit Affine(const Shape& s) : a(s.samples * s.channels), b(s.samples * s.channels) {}

  void set(const Shape& s, int64_t n, double mean, double rstd, const float* weight, const float* bias) {
    for (int64_t c = 0; c < s.channels; ++c) {
      a[n * s.channels + c] = f(rstd * weight[c]);
      b[n * s.channels + c] = f(bias[c] - mean * rstd * weight[c]);
    }
  }
};

// The inputs of the gradients, with the statistics of the forward pass.
struct Inputs {
  Shape shape;
  const float *x, *weight;
  const double *mean, *rstd;
  Affine affine;

  Inputs(const IconImages& s, const float* x_, const float* weight_, const float* bias, const double* stats)
      : shape(s), x(x_), weight(weight_), mean(stats), rstd(stats + s.samples), affine(shape) {
    for (int64_t n = 0; n < shape.samples; ++n) affine.set(shape, n, mean[n], rstd[n], weight, bias);
  }

  const float* a(int64_t n) const { return &affine.a[n * shape.channels]; }
  const float* b(int64_t n) const { return &affine.b[n * shape.channels]; }
};

void layer_norm_relu(const Shape& s, const float* x, const float* weight, const float* bias, double eps, float* y, double* stats, int threads) {
  double *mean = stats, *rstd = stats + s.samples;
  Affine affine(s);
  const int64_t width = 2 * s.channels;
  std::vector<double> sums(s.samples * s.blocks * width);
  two_passes(
      threads, s.samples, s.rows,
      [&](int64_t n, int64_t block, int64_t row, int64_t rows) {
        // The first pixel is the pivot: sums of squares about it lose no digits to a large mean.
        norm_kernels().moments(x + s.at(n, row), rows, s.channels, x + s.at(n), &sums[(n * s.blocks + block) * width]);
      },
      [&](int64_t n, int64_t blocks) {
        const double* sum = add_blocks(&sums[n * s.blocks * width], blocks, width);
        double average = 0, squares = 0;
        const float* pivot = x + s.at(n);
        for (int64_t c = 0; c < s.channels; ++c) average += (pivot[c] + sum[c] / s.rows) / s.channels;
        for (int64_t c = 0; c < s.channels; ++c) {
          const double apart = pivot[c] + sum[c] / s.rows - average;
          squares += sum[s.channels + c] - sum[c] * sum[c] / s.rows + apart * apart * s.rows;
        }
        mean[n] = average;
        rstd[n] = 1 / std::sqrt(std::max(squares, 0.0) / s.count() + eps);
        affine.set(s, n, mean[n], rstd[n], weight, bias);
      },
      [&](int64_t n, int64_t row, int64_t rows) {
        layer_norm_kernels().affine_relu(x + s.at(n, row), rows, s.channels, &affine.a[n * s.channels], &affine.b[n * s.channels],
                                         y + s.at(n, row));
      });
}

// dx; sample_sums [N,2,C] become sum(g) and sum(g h) of each sample and channel.
void gradient(const Inputs& in, const float* dy, float* dx, double* sample_sums, int threads) {
  const Shape& s = in.shape;
  const int64_t width = 2 * s.channels;
  std::vector<double> sums(s.samples * s.blocks * width);
  std::vector<float> p(s.samples * s.channels), q(s.samples), r(s.samples);
  const LayerNormKernels& kernels = layer_norm_kernels();
  two_passes(
      threads, s.samples, s.rows,
      [&](int64_t n, int64_t block, int64_t row, int64_t rows) {
        kernels.sums(in.x + s.at(n, row), dy + s.at(n, row), rows, s.channels, in.a(n), in.b(n), f(in.mean[n]),
                     &sums[(n * s.blocks + block) * width]);
      },
      [&](int64_t n, int64_t blocks) {
        const double* sum = add_blocks(&sums[n * s.blocks * width], blocks, width);
        double* kept = sample_sums + n * width;
        const double mean = in.mean[n], rstd = in.rstd[n];
        double k = 0, kh = 0;  // m(k), m(k h)
        for (int64_t c = 0; c < s.channels; ++c) {
          kept[c] = sum[c];
          kept[s.channels + c] = sum[s.channels + c] * rstd;
          k += in.weight[c] * kept[c] / s.count();
          kh += in.weight[c] * kept[s.channels + c] / s.count();
          p[n * s.channels + c] = f(rstd * in.weight[c]);
        }
        q[n] = f(-rstd * rstd * kh);
        r[n] = f(-rstd * k + rstd * rstd * kh * mean);
      },
      [&](int64_t n, int64_t row, int64_t rows) {
        kernels.gradient(in.x + s.at(n, row), dy + s.at(n, row), rows, s.channels, in.a(n), in.b(n), &p[n * s.channels], q[n], r[n],
                         dx + s.at(n, row));
      });
}

// The gradients by dy, x and weight (of each sample) of sum(v dx).
void second_gradient(const Inputs& in, const float* dy, const float* v, const double* sample_sums, float* ddy, float* dx, double* dweight,
                     int threads) {
  const Shape& s = in.shape;
  const int64_t width = 3 * s.channels;
  std::vector<double> sums(s.samples * s.blocks * width);
  std::vector<float> p(s.samples * s.channels), q(p.size()), r(p.size()), by_g(p.size()), t(s.samples), u(s.samples), w(s.samples);
  const LayerNormKernels& kernels = layer_norm_kernels();
  two_passes(
      threads, s.samples, s.rows,
      [&](int64_t n, int64_t block, int64_t row, int64_t rows) {
        const int64_t at = s.at(n, row);
        kernels.second_sums(in.x + at, dy + at, v + at, rows, s.channels, in.a(n), in.b(n), f(in.mean[n]),
                            &sums[(n * s.blocks + block) * width]);
      },
      [&](int64_t n, int64_t blocks) {
        const double* gv = add_blocks(&sums[n * s.blocks * width], blocks, width);
        const double *g = sample_sums + n * 2 * s.channels, *gh = g + s.channels;
        const double mean = in.mean[n], rstd = in.rstd[n];
        double m_v = 0, m_vh = 0, m_k = 0, m_kh = 0, m_vk = 0;
        for (int64_t c = 0; c < s.channels; ++c) {
          m_v += gv[s.channels + c] / s.count();
          m_vh += gv[2 * s.channels + c] * rstd / s.count();
          m_k += in.weight[c] * g[c] / s.count();
          m_kh += in.weight[c] * gh[c] / s.count();
          m_vk += in.weight[c] * gv[c] / s.count();
        }
        const double along_h = m_vk - m_v * m_k - 3 * m_vh * m_kh, square = rstd * rstd;
        for (int64_t c = 0; c < s.channels; ++c) {
          const int64_t i = n * s.channels + c;
          p[i] = f(in.weight[c] * rstd);
          q[i] = f(-in.weight[c] * square * m_vh);
          r[i] = f(-in.weight[c] * rstd * (m_v - rstd * mean * m_vh));
          by_g[i] = f(-square * m_vh * in.weight[c]);
          dweight[i] = rstd * (gv[c] - m_v * g[c] - m_vh * gh[c]);
        }
        t[n] = f(-square * m_kh);
        u[n] = f(-square * rstd * along_h);
        w[n] = f(square * (rstd * mean * along_h + m_vh * m_k + m_kh * m_v));
      },
      [&](int64_t n, int64_t row, int64_t rows) {
        const int64_t i = n * s.channels, at = s.at(n, row);
        kernels.second_gradient(in.x + at, dy + at, v + at, rows, s.channels, in.a(n), in.b(n), &p[i], &q[i], &r[i], &by_g[i], t[n], u[n],
                                w[n], ddy + at, dx + at);
      });
}

}  // namespace

int32_t icon_layer_norm_relu(const IconImages* shape, const float* x, const float* weight, const float* bias, double eps, float* y,
                             double* stats, int32_t threads) {
  return guarded([&] { layer_norm_relu(Shape(*shape), x, weight, bias, eps, y, stats, threads); });
}

int32_t icon_layer_norm_relu_gradient(const IconImages* shape, const float* x, const float* dy, const float* weight, const float* bias,
                                      const double* stats, float* dx, double* sums, int32_t threads) {
  return guarded([&] { gradient(Inputs(*shape, x, weight, bias, stats), dy, dx, sums, threads); });
}

int32_t icon_layer_norm_relu_second(const IconImages* shape, const float* x, const float* dy, const float* v, const float* weight,
                                    const float* bias, const double* stats, const double* sums, float* ddy, float* dx, double* dweight,
                                    int32_t threads) {
  return guarded([&] { second_gradient(Inputs(*shape, x, weight, bias, stats), dy, v, sums, ddy, dx, dweight, threads); });
}
