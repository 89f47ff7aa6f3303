#include "layer_norm.h"

#include <torch/autograd.h>

#include <cmath>
#include <vector>

#include "layer_norm_isa.h"
#include "norm_autograd.h"
#include "norm_isa.h"
#include "norm_passes.h"
#include "simd_dispatch.h"

ICON_DISPATCH(NormKernels, norm_kernels)
ICON_DISPATCH(LayerNormKernels, layer_norm_kernels)

namespace icon {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr auto kChannelsLast = at::MemoryFormat::ChannelsLast;

// Notation of this file, per sample, with m(·) the mean over its values:
//   h = (x - mean) rstd, z = weight h + bias, y = max(0, z), g = dy where z > 0, k = weight g
//   first gradient:   dx = rstd (k - m(k) - h m(k h)), dweight = sum(g h), dbias = sum(g)
//   and for v, the gradient by dx:
//   by dy:     weight rstd (v - m(v) - h m(v h)) where z > 0
//   by weight: sum(g rstd (v - m(v) - h m(v h)))
//   by x:     -rstd^2 (h (m(v k) - m(v) m(k) - 3 m(v h) m(k h)) + m(v h) (k - m(k)) + m(k h) (v - m(v)))
struct Shape {
  int64_t samples, channels, rows, blocks;
  explicit Shape(const at::Tensor& x)
      : samples(x.size(0)), channels(x.size(1)), rows(x.size(2) * x.size(3)), blocks((rows + kBlockRows - 1) / kBlockRows) {}
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

// Adds the blocks' sums up into the first block's.
double* total(double* sums, int64_t blocks, int64_t count) {
  for (int64_t i = 1; i < blocks; ++i)
    for (int64_t j = 0; j < count; ++j) sums[j] += sums[i * count + j];
  return sums;
}

// The inputs as the kernels want them, and the statistics [2, N] in double.
struct Inputs {
  at::Tensor x, weight, bias, stats;
  Shape shape;
  Affine affine;

  Inputs(const at::Tensor& x_, const at::Tensor& weight_, const at::Tensor& bias_, const at::Tensor& stats_)
      : x(x_.contiguous(kChannelsLast)), weight(weight_.contiguous()), bias(bias_.contiguous()), stats(stats_), shape(x), affine(shape) {
    for (int64_t n = 0; n < shape.samples; ++n) affine.set(shape, n, mean(n), rstd(n), weight.data_ptr<float>(), bias.data_ptr<float>());
  }

  double mean(int64_t n) const { return stats.data_ptr<double>()[n]; }
  double rstd(int64_t n) const { return stats.data_ptr<double>()[shape.samples + n]; }
  const float* a(int64_t n) const { return &affine.a[n * shape.channels]; }
  const float* b(int64_t n) const { return &affine.b[n * shape.channels]; }
};

at::Tensor forward(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias, double eps, at::Tensor& stats) {
  const at::Tensor x = input.contiguous(kChannelsLast), scale = weight.contiguous(), offset = bias.contiguous();
  const Shape s(x);
  at::Tensor y = at::empty_like(x, x.options(), kChannelsLast);
  stats = at::empty({2, s.samples}, x.options().dtype(at::kDouble));
  double *mean = stats.data_ptr<double>(), *rstd = mean + s.samples;
  const float* in = x.data_ptr<float>();
  float* out = y.data_ptr<float>();
  Affine affine(s);
  std::vector<double> sums(s.samples * s.blocks * 2 * s.channels);
  const int64_t width = 2 * s.channels;

  two_passes(
      s.samples, s.rows,
      [&](int64_t n, int64_t block, int64_t row, int64_t rows) {
        // The first pixel is the pivot: sums of squares about it lose no digits to a large mean.
        norm_kernels().moments(in + s.at(n, row), rows, s.channels, in + s.at(n), &sums[(n * s.blocks + block) * width]);
      },
      [&](int64_t n, int64_t blocks) {
        const double* sum = total(&sums[n * s.blocks * width], blocks, width);
        double average = 0, squares = 0;
        const float* pivot = in + s.at(n);
        for (int64_t c = 0; c < s.channels; ++c) average += (pivot[c] + sum[c] / s.rows) / s.channels;
        for (int64_t c = 0; c < s.channels; ++c) {
          const double apart = pivot[c] + sum[c] / s.rows - average;
          squares += sum[s.channels + c] - sum[c] * sum[c] / s.rows + apart * apart * s.rows;
        }
        mean[n] = average;
        rstd[n] = 1 / std::sqrt(std::max(squares, 0.0) / s.count() + eps);
        affine.set(s, n, mean[n], rstd[n], scale.data_ptr<float>(), offset.data_ptr<float>());
      },
      [&](int64_t n, int64_t row, int64_t rows) {
        layer_norm_kernels().affine_relu(in + s.at(n, row), rows, s.channels, &affine.a[n * s.channels], &affine.b[n * s.channels],
                                         out + s.at(n, row));
      });
  return y;
}

// dx, dweight and dbias; sums [N, 2, C], in double, become sum(g) and sum(g h) of each sample and channel.
variable_list first_gradient(const at::Tensor& gradient, const Inputs& in, at::Tensor& sample_sums) {
  const Shape& s = in.shape;
  const at::Tensor dy = gradient.contiguous(kChannelsLast);
  at::Tensor dx = at::empty_like(in.x, in.x.options(), kChannelsLast);
  sample_sums = at::empty({s.samples, 2, s.channels}, in.stats.options());
  const float *x = in.x.data_ptr<float>(), *from = dy.data_ptr<float>(), *weight = in.weight.data_ptr<float>();
  float* to = dx.data_ptr<float>();
  const int64_t width = 2 * s.channels;
  std::vector<double> sums(s.samples * s.blocks * width);
  std::vector<float> p(s.samples * s.channels), q(s.samples), r(s.samples);
  const LayerNormKernels& kernels = layer_norm_kernels();

  two_passes(
      s.samples, s.rows,
      [&](int64_t n, int64_t block, int64_t row, int64_t rows) {
        kernels.sums(x + s.at(n, row), from + s.at(n, row), rows, s.channels, in.a(n), in.b(n), f(in.mean(n)), &sums[(n * s.blocks + block) * width]);
      },
      [&](int64_t n, int64_t blocks) {
        const double* sum = total(&sums[n * s.blocks * width], blocks, width);
        double* kept = sample_sums.data_ptr<double>() + n * width;
        const double mean = in.mean(n), rstd = in.rstd(n);
        double k = 0, kh = 0;  // m(k), m(k h)
        for (int64_t c = 0; c < s.channels; ++c) {
          kept[c] = sum[c];
          kept[s.channels + c] = sum[s.channels + c] * rstd;
          k += weight[c] * kept[c] / s.count();
          kh += weight[c] * kept[s.channels + c] / s.count();
          p[n * s.channels + c] = f(rstd * weight[c]);
        }
        q[n] = f(-rstd * rstd * kh);
        r[n] = f(-rstd * k + rstd * rstd * kh * mean);
      },
      [&](int64_t n, int64_t row, int64_t rows) {
        kernels.gradient(x + s.at(n, row), from + s.at(n, row), rows, s.channels, in.a(n), in.b(n), &p[n * s.channels], q[n], r[n],
                         to + s.at(n, row));
      });
  const at::Tensor parameters = sample_sums.sum(0).to(at::kFloat);
  return {dx, parameters[1], parameters[0]};
}

// The gradients by dy, x and weight of v · dx.
variable_list second_gradient(const at::Tensor& direction, const at::Tensor& gradient, const Inputs& in, const at::Tensor& sample_sums) {
  const Shape& s = in.shape;
  const at::Tensor dy = gradient.contiguous(kChannelsLast), v = direction.contiguous(kChannelsLast);
  at::Tensor ddy = at::empty_like(in.x, in.x.options(), kChannelsLast), dx = at::empty_like(in.x, in.x.options(), kChannelsLast);
  at::Tensor dweight = at::empty({s.samples, s.channels}, in.stats.options());
  const float *x = in.x.data_ptr<float>(), *from = dy.data_ptr<float>(), *along = v.data_ptr<float>(), *weight = in.weight.data_ptr<float>();
  const int64_t width = 3 * s.channels;
  std::vector<double> sums(s.samples * s.blocks * width);
  std::vector<float> p(s.samples * s.channels), q(p.size()), r(p.size()), by_g(p.size()), t(s.samples), u(s.samples), w(s.samples);
  const LayerNormKernels& kernels = layer_norm_kernels();

  two_passes(
      s.samples, s.rows,
      [&](int64_t n, int64_t block, int64_t row, int64_t rows) {
        kernels.second_sums(x + s.at(n, row), from + s.at(n, row), along + s.at(n, row), rows, s.channels, in.a(n), in.b(n), f(in.mean(n)),
                            &sums[(n * s.blocks + block) * width]);
      },
      [&](int64_t n, int64_t blocks) {
        const double* gv = total(&sums[n * s.blocks * width], blocks, width);
        const double *g = sample_sums.data_ptr<double>() + n * 2 * s.channels, *gh = g + s.channels;
        const double mean = in.mean(n), rstd = in.rstd(n);
        double m_v = 0, m_vh = 0, m_k = 0, m_kh = 0, m_vk = 0;
        for (int64_t c = 0; c < s.channels; ++c) {
          m_v += gv[s.channels + c] / s.count();
          m_vh += gv[2 * s.channels + c] * rstd / s.count();
          m_k += weight[c] * g[c] / s.count();
          m_kh += weight[c] * gh[c] / s.count();
          m_vk += weight[c] * gv[c] / s.count();
        }
        const double along_h = m_vk - m_v * m_k - 3 * m_vh * m_kh, square = rstd * rstd;
        for (int64_t c = 0; c < s.channels; ++c) {
          const int64_t i = n * s.channels + c;
          p[i] = f(weight[c] * rstd);
          q[i] = f(-weight[c] * square * m_vh);
          r[i] = f(-weight[c] * rstd * (m_v - rstd * mean * m_vh));
          by_g[i] = f(-square * m_vh * weight[c]);
          dweight.data_ptr<double>()[i] = rstd * (gv[c] - m_v * g[c] - m_vh * gh[c]);
        }
        t[n] = f(-square * m_kh);
        u[n] = f(-square * rstd * along_h);
        w[n] = f(square * (rstd * mean * along_h + m_vh * m_k + m_kh * m_v));
      },
      [&](int64_t n, int64_t row, int64_t rows) {
        const int64_t i = n * s.channels, at = s.at(n, row);
        kernels.second_gradient(x + at, from + at, along + at, rows, s.channels, in.a(n), in.b(n), &p[i], &q[i], &r[i], &by_g[i], t[n], u[n],
                                w[n], ddy.data_ptr<float>() + at, dx.data_ptr<float>() + at);
      });
  return {ddy, dx, dweight.sum(0).to(at::kFloat)};
}

// Adds to them the gradients of dweight · v_weight + dbias · v_bias, which penalties on the icon's gradient have no use for.
void add_parameters_part(variable_list& result, const at::Tensor& v_weight, const at::Tensor& v_bias, const at::Tensor& dy, const Inputs& in) {
  const auto per_sample = [&](int64_t i) { return in.stats[i].to(at::kFloat).reshape({-1, 1, 1, 1}); };
  const auto per_channel = [](const at::Tensor& values) { return values.reshape({1, -1, 1, 1}); };
  const at::Tensor h = (in.x - per_sample(0)) * per_sample(1);
  const at::Tensor mask = (h * per_channel(in.weight) + per_channel(in.bias)).gt(0);
  const at::Tensor scale = v_weight.defined() ? per_channel(v_weight) : at::zeros({1, 1, 1, 1}, in.x.options());
  const at::Tensor move = v_bias.defined() ? per_channel(v_bias) : at::zeros({1, 1, 1, 1}, in.x.options());
  result[0] = result[0] + mask * (h * scale + move);
  const at::Tensor k = dy * mask * scale;
  const std::vector<int64_t> all{1, 2, 3};
  result[1] = result[1] + per_sample(1) * (k - k.mean(all, true) - h * (k * h).mean(all, true));
}

struct Gradient : torch::autograd::Function<Gradient> {
  static variable_list forward(AutogradContext* context, const at::Tensor& dy, const at::Tensor& x, const at::Tensor& weight,
                               const at::Tensor& bias, const at::Tensor& stats) {
    at::Tensor sums;
    variable_list result = first_gradient(dy, Inputs(x, weight, bias, stats), sums);
    context->save_for_backward({dy, x, weight, bias, stats, sums});
    context->set_materialize_grads(false);
    return result;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    TORCH_CHECK(!at::GradMode::is_enabled(), "layer_norm_relu: a third derivative was asked for; it has two.");
    const variable_list saved = context->get_saved_variables();
    const Inputs in(saved[1], saved[2], saved[3], saved[4]);
    const at::Tensor v = gradients[0].defined() ? gradients[0] : at::zeros_like(in.x);
    variable_list result = second_gradient(v, saved[0], in, saved[5]);
    if (gradients[1].defined() || gradients[2].defined()) add_parameters_part(result, gradients[1], gradients[2], saved[0], in);
    return {result[0], result[1], result[2], {}, {}};
  }
};

struct LayerNormRelu : torch::autograd::Function<LayerNormRelu> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, double eps) {
    at::Tensor stats;
    at::Tensor y = icon::forward(x, weight, bias, eps, stats);
    context->save_for_backward({x, weight, bias, stats});  // the inputs themselves, or a second derivative would not see them
    return y;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    if (!gradients[0].defined()) return {{}, {}, {}, {}};
    const variable_list saved = context->get_saved_variables();
    at::Tensor sums;
    const variable_list result = at::GradMode::is_enabled()
                                     ? Gradient::apply(gradients[0], saved[0], saved[1], saved[2], saved[3])
                                     : first_gradient(gradients[0], Inputs(saved[0], saved[1], saved[2], saved[3]), sums);
    return {result[0], result[1], result[2], {}};
  }
};

}  // namespace

at::Tensor layer_norm_relu(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, double eps) {
  const bool ours = is_cpu_float(x) && is_cpu_float(weight) && is_cpu_float(bias) && x.dim() == 4 && x.numel() > 0 && weight.dim() == 1 &&
                    bias.dim() == 1 && weight.size(0) == x.size(1) && bias.size(0) == x.size(1);
  if (!ours) return at::group_norm(x, 1, weight, bias, eps).relu();
  return LayerNormRelu::apply(x, weight, bias, eps);
}

}  // namespace icon
