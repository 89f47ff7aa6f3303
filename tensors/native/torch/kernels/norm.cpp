#include "norm.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "norm_autograd.h"
#include "norm_isa.h"
#include "norm_passes.h"
#include "simd_dispatch.h"

ICON_DISPATCH(NormKernels, norm_kernels)

namespace icon {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr auto kChannelsLast = at::MemoryFormat::ChannelsLast;

// An empty tensor stands for an absent one: libtorch 1.13's Function::apply refuses undefined tensors.
bool present(const at::Tensor& t) { return t.defined() && t.numel() > 0; }

at::Tensor composed_group_norm_silu(const variable_list& in, int64_t groups, double eps) {
  auto y = at::group_norm(in[0], groups, in[1], in[2], eps);
  if (present(in[3])) y = y * (in[3].unsqueeze(-1).unsqueeze(-1) + 1) + in[4].unsqueeze(-1).unsqueeze(-1);
  return at::silu(y);
}

at::Tensor composed_channel_norm(const variable_list& in, double eps) {
  auto rows = in[0].permute({0, 2, 3, 1});  // contiguous when x is channels_last
  return at::layer_norm(rows, {in[0].size(1)}, in[1].flatten(), in[2].flatten(), eps).permute({0, 3, 1, 2});
}

// What both passes of the group norm know per sample and channel.
struct GroupNormShape {
  int64_t samples, channels, rows, groups, blocks;
  explicit GroupNormShape(const at::Tensor& x, int64_t g)
      : samples(x.size(0)), channels(x.size(1)), rows(x.size(2) * x.size(3)), groups(g), blocks((rows + kBlockRows - 1) / kBlockRows) {}
  int64_t group_of(int64_t c) const { return c / (channels / groups); }
};

const float* data_or_null(const at::Tensor& t) { return present(t) ? t.data_ptr<float>() : nullptr; }

// silu(a x + b): a = rstd w (scale+1), b = (bias - mean rstd w) (scale+1) + shift
void fold_affine(const GroupNormShape& s, int64_t n, const float* mean, const float* rstd, const float* weight, const float* bias,
                 const float* scale, const float* shift, float* a, float* b) {
  for (int64_t c = 0; c < s.channels; ++c) {
    int64_t g = n * s.groups + s.group_of(c), i = n * s.channels + c;
    double gain = scale ? scale[i] + 1.0 : 1.0, slope = static_cast<double>(rstd[g]) * weight[c];
    a[c] = static_cast<float>(slope * gain);
    b[c] = static_cast<float>((bias[c] - mean[g] * slope) * gain + (shift ? shift[i] : 0.0));
  }
}

class GroupNormSilu : public torch::autograd::Function<GroupNormSilu> {
 public:
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& input, int64_t groups, const at::Tensor& weight,
                            const at::Tensor& bias, const at::Tensor& scale, const at::Tensor& shift, double eps) {
    auto x = input.contiguous(kChannelsLast);
    auto w = weight.contiguous(), offset = bias.contiguous();
    auto gain = scale.contiguous(), move = shift.contiguous();
    GroupNormShape s(x, groups);
    auto y = at::empty_like(x, x.options(), kChannelsLast);
    auto stats = at::empty({2, s.samples, groups}, x.options());
    std::vector<double> sums(s.samples * s.blocks * 2 * s.channels);
    std::vector<float> a(s.samples * s.channels), b(s.samples * s.channels);
    const float* in = x.data_ptr<float>();
    float *out = y.data_ptr<float>(), *mean = stats.data_ptr<float>(), *rstd = mean + s.samples * groups;
    const float *w_data = w.data_ptr<float>(), *offset_data = offset.data_ptr<float>();
    const float *gain_data = data_or_null(gain), *move_data = data_or_null(move);
    const NormKernels& kernels = norm_kernels();

    auto sample = [&](int64_t n) { return in + n * s.rows * s.channels; };
    two_passes(
        s.samples, s.rows,
        [&](int64_t n, int64_t block, int64_t row, int64_t rows) {
          // The first pixel is the pivot: sums of squares about it lose no digits to a large mean.
          kernels.moments(sample(n) + row * s.channels, rows, s.channels, sample(n), &sums[(n * s.blocks + block) * 2 * s.channels]);
        },
        [&](int64_t n, int64_t blocks) {
          double* total = &sums[n * blocks * 2 * s.channels];
          for (int64_t i = 1; i < blocks; ++i)
            for (int64_t c = 0; c < 2 * s.channels; ++c) total[c] += total[i * 2 * s.channels + c];
          int64_t width = s.channels / groups;
          double count = static_cast<double>(s.rows);
          for (int64_t g = 0; g < groups; ++g) {
            double average = 0, squares = 0;
            for (int64_t c = g * width; c < (g + 1) * width; ++c) average += (sample(n)[c] + total[c] / count) / width;
            for (int64_t c = g * width; c < (g + 1) * width; ++c) {
              double apart = sample(n)[c] + total[c] / count - average;
              squares += total[s.channels + c] - total[c] * total[c] / count + apart * apart * count;
            }
            mean[n * groups + g] = static_cast<float>(average);
            rstd[n * groups + g] = static_cast<float>(1.0 / std::sqrt(std::max(squares, 0.0) / (count * width) + eps));
          }
          fold_affine(s, n, mean, rstd, w_data, offset_data, gain_data, move_data, &a[n * s.channels], &b[n * s.channels]);
        },
        [&](int64_t n, int64_t row, int64_t rows) {
          kernels.affine_silu(sample(n) + row * s.channels, rows, s.channels, &a[n * s.channels], &b[n * s.channels],
                              out + (n * s.rows + row) * s.channels);
        });

    ctx->save_for_backward({input, weight, bias, scale, shift, stats});
    ctx->saved_data["groups"] = groups;
    ctx->saved_data["eps"] = eps;
    return y;
  }

  static variable_list backward(AutogradContext* ctx, const variable_list& dys) {
    auto saved = ctx->get_saved_variables();
    int64_t groups = ctx->saved_data["groups"].toInt();
    double eps = ctx->saved_data["eps"].toDouble();
    if (at::GradMode::is_enabled()) {
      auto d = differentiable_gradients([=](const variable_list& in) { return composed_group_norm_silu(in, groups, eps); },
                                        {saved[0], saved[1], saved[2], saved[3], saved[4]}, dys[0]);
      return {d[0], {}, d[1], d[2], d[3], d[4], {}};
    }
    auto x = saved[0].contiguous(kChannelsLast), dy = dys[0].contiguous(kChannelsLast);
    auto w = saved[1].contiguous(), offset = saved[2].contiguous(), stats = saved[5];
    auto gain = saved[3].contiguous(), move = saved[4].contiguous();
    GroupNormShape s(x, groups);
    auto dx = at::empty_like(x, x.options(), kChannelsLast);
    const float *in = x.data_ptr<float>(), *out_gradient = dy.data_ptr<float>();
    const float *mean = stats.data_ptr<float>(), *rstd = mean + s.samples * groups;
    const float *w_data = w.data_ptr<float>(), *offset_data = offset.data_ptr<float>();
    const float *gain_data = data_or_null(gain), *move_data = data_or_null(move);
    float* in_gradient = dx.data_ptr<float>();
    const NormKernels& kernels = norm_kernels();

    int64_t cells = s.samples * s.channels;
    std::vector<double> sums(s.blocks * 2 * cells);
    std::vector<float> a(cells), b(cells), p(cells), q(cells), r(cells), centre(cells);
    for (int64_t n = 0; n < s.samples; ++n) {
      fold_affine(s, n, mean, rstd, w_data, offset_data, gain_data, move_data, &a[n * s.channels], &b[n * s.channels]);
      for (int64_t c = 0; c < s.channels; ++c) centre[n * s.channels + c] = mean[n * groups + s.group_of(c)];
    }

    two_passes(
        s.samples, s.rows,
        [&](int64_t n, int64_t block, int64_t row, int64_t rows) {
          int64_t at = (n * s.rows + row) * s.channels, i = n * s.channels;
          kernels.affine_silu_sums(in + at, out_gradient + at, rows, s.channels, &a[i], &b[i], &centre[i],
                                   &sums[(n * s.blocks + block) * 2 * s.channels]);
        },
        [&](int64_t n, int64_t blocks) {
          double* total = &sums[n * blocks * 2 * s.channels];
          for (int64_t i = 1; i < blocks; ++i)
            for (int64_t c = 0; c < 2 * s.channels; ++c) total[c] += total[i * 2 * s.channels + c];
          int64_t width = s.channels / groups;
          for (int64_t g = 0; g < groups; ++g) {
            // With h = (x - mean) rstd and a/rstd the slope of z in h: dx = a dz - rstd (mean(a/rstd dz) + h mean(a/rstd dz h)).
            double centre_g = mean[n * groups + g], rstd_g = rstd[n * groups + g], first = 0, second = 0;
            for (int64_t c = g * width; c < (g + 1) * width; ++c) {
              first += a[n * s.channels + c] * total[c];
              second += a[n * s.channels + c] * total[s.channels + c];
            }
            double count = static_cast<double>(width * s.rows);
            double slope = -rstd_g * rstd_g * second / count, constant = -first / count - slope * centre_g;
            for (int64_t c = g * width; c < (g + 1) * width; ++c) {
              int64_t i = n * s.channels + c;
              p[i] = a[i];
              q[i] = static_cast<float>(slope);
              r[i] = static_cast<float>(constant);
            }
          }
        },
        [&](int64_t n, int64_t row, int64_t rows) {
          int64_t at = (n * s.rows + row) * s.channels, i = n * s.channels;
          kernels.affine_silu_backward(in + at, out_gradient + at, rows, s.channels, &a[i], &b[i], &p[i], &q[i], &r[i], in_gradient + at);
        });

    // The small gradients, from sum(dz) and sum(dz (x - mean)) of every sample and channel.
    auto dw = at::empty({s.channels}, x.options()), dbias = at::empty({s.channels}, x.options());
    at::Tensor dscale, dshift;
    if (present(gain)) {
      dscale = at::empty({s.samples, s.channels}, x.options());
      dshift = at::empty({s.samples, s.channels}, x.options());
    }
    std::vector<double> dw_sum(s.channels), dbias_sum(s.channels);
    for (int64_t n = 0; n < s.samples; ++n) {
      const double* total = &sums[n * s.blocks * 2 * s.channels];
      for (int64_t c = 0; c < s.channels; ++c) {
        int64_t i = n * s.channels + c;
        double one_plus = gain_data ? gain_data[i] + 1.0 : 1.0, along = total[s.channels + c] * rstd[n * groups + s.group_of(c)];
        dw_sum[c] += one_plus * along;
        dbias_sum[c] += one_plus * total[c];
        if (!gain_data) continue;
        dscale.data_ptr<float>()[i] = static_cast<float>(along * w_data[c] + total[c] * offset_data[c]);
        dshift.data_ptr<float>()[i] = static_cast<float>(total[c]);
      }
    }
    std::copy(dw_sum.begin(), dw_sum.end(), dw.data_ptr<float>());
    std::copy(dbias_sum.begin(), dbias_sum.end(), dbias.data_ptr<float>());
    return {dx, {}, dw, dbias, dscale, dshift, {}};
  }
};

class ChannelNorm : public torch::autograd::Function<ChannelNorm> {
 public:
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& input, const at::Tensor& g, const at::Tensor& b, double eps) {
    auto x = input.contiguous(kChannelsLast), gain = g.contiguous(), offset = b.contiguous();
    int64_t channels = x.size(1), rows = x.numel() / std::max<int64_t>(channels, 1);
    auto y = at::empty_like(x, x.options(), kChannelsLast);
    auto stats = at::empty({rows, 2}, x.options());
    const float *in = x.data_ptr<float>(), *gain_data = gain.data_ptr<float>(), *offset_data = offset.data_ptr<float>();
    float *out = y.data_ptr<float>(), *stats_data = stats.data_ptr<float>();
    const NormKernels& kernels = norm_kernels();
    at::parallel_for(0, rows, kBlockRows, [&](int64_t begin, int64_t end) {
      kernels.channel_norm(in + begin * channels, end - begin, channels, gain_data, offset_data, static_cast<float>(eps),
                           out + begin * channels, stats_data + 2 * begin);
    });
    ctx->save_for_backward({input, g, b, stats});
    ctx->saved_data["eps"] = eps;
    return y;
  }

  static variable_list backward(AutogradContext* ctx, const variable_list& dys) {
    auto saved = ctx->get_saved_variables();
    double eps = ctx->saved_data["eps"].toDouble();
    if (at::GradMode::is_enabled()) {
      auto d = differentiable_gradients([=](const variable_list& in) { return composed_channel_norm(in, eps); },
                                        {saved[0], saved[1], saved[2]}, dys[0]);
      return {d[0], d[1], d[2], {}};
    }
    auto x = saved[0].contiguous(kChannelsLast), dy = dys[0].contiguous(kChannelsLast), gain = saved[1].contiguous(), stats = saved[3];
    int64_t channels = x.size(1), rows = x.numel() / std::max<int64_t>(channels, 1), blocks = (rows + kBlockRows - 1) / kBlockRows;
    at::Tensor dx = saved[0].requires_grad() ? at::empty_like(x, x.options(), kChannelsLast) : at::Tensor();
    std::vector<float> sums(blocks * 2 * channels);
    const float *in = x.data_ptr<float>(), *out_gradient = dy.data_ptr<float>();
    const float *gain_data = gain.data_ptr<float>(), *stats_data = stats.data_ptr<float>();
    float* in_gradient = dx.defined() ? dx.data_ptr<float>() : nullptr;
    const NormKernels& kernels = norm_kernels();
    at::parallel_for(0, blocks, 1, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        int64_t row = i * kBlockRows, at = row * channels;
        kernels.channel_norm_backward(in + at, out_gradient + at, std::min(kBlockRows, rows - row), channels, gain_data,
                                      stats_data + 2 * row, in_gradient ? in_gradient + at : nullptr, &sums[i * 2 * channels]);
      }
    });
    std::vector<double> total(2 * channels);
    for (int64_t i = 0; i < blocks; ++i)
      for (int64_t c = 0; c < 2 * channels; ++c) total[c] += sums[i * 2 * channels + c];
    auto dg = at::empty(saved[1].sizes(), x.options()), db = at::empty(saved[2].sizes(), x.options());
    std::copy(total.begin(), total.begin() + channels, dg.data_ptr<float>());
    std::copy(total.begin() + channels, total.end(), db.data_ptr<float>());
    return {dx, dg, db, {}};
  }
};

}  // namespace

at::Tensor group_norm_silu(const at::Tensor& x, int64_t groups, const at::Tensor& weight, const at::Tensor& bias,
                           const at::Tensor& scale, const at::Tensor& shift, double eps) {
  TORCH_CHECK(x.dim() == 4, "group_norm_silu: x has shape ", x.sizes(), "; want [N,C,H,W].");
  int64_t channels = x.size(1);
  TORCH_CHECK(groups > 0 && channels % groups == 0, "group_norm_silu: ", channels, " channels do not divide into ", groups, " groups.");
  TORCH_CHECK(weight.defined() && bias.defined() && weight.numel() == channels && bias.numel() == channels,
              "group_norm_silu: weight and bias must each hold one number per channel, ", channels, ".");
  TORCH_CHECK(scale.defined() == shift.defined(), "group_norm_silu: scale and shift go together; got only one of them.");
  if (scale.defined())
    TORCH_CHECK(scale.sizes() == at::IntArrayRef({x.size(0), channels}) && shift.sizes() == scale.sizes(), "group_norm_silu: scale ",
                scale.sizes(), " and shift ", shift.sizes(), " must be [N,C] = [", x.size(0), ", ", channels, "].");
  if (is_cpu_float(x) && is_cpu_float(weight) && is_cpu_float(bias) && is_cpu_float(scale) && is_cpu_float(shift) && x.numel() > 0)
    return scale.defined() ? GroupNormSilu::apply(x, groups, weight, bias, scale, shift, eps)
                           : GroupNormSilu::apply(x, groups, weight, bias, x.new_empty({0}), x.new_empty({0}), eps);
  return composed_group_norm_silu({x, weight, bias, scale, shift}, groups, eps);
}

at::Tensor channel_norm(const at::Tensor& x, const at::Tensor& g, const at::Tensor& b, double eps) {
  TORCH_CHECK(x.dim() == 4, "channel_norm: x has shape ", x.sizes(), "; want [N,C,H,W].");
  TORCH_CHECK(g.defined() && b.defined() && g.numel() == x.size(1) && b.numel() == x.size(1),
              "channel_norm: g and b must each hold one number per channel, ", x.size(1), ".");
  if (is_cpu_float(x) && is_cpu_float(g) && is_cpu_float(b) && x.numel() > 0) return ChannelNorm::apply(x, g, b, eps);
  return composed_channel_norm({x, g, b}, eps);
}

}  // namespace icon
