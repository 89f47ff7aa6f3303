#include "style.h"

#include <ATen/Parallel.h>
#include <torch/autograd.h>

#include <algorithm>
#include <vector>

#include "simd_dispatch.h"
#include "style_isa.h"

ICON_DISPATCH(StyleKernels, style_kernels)

namespace icon {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

constexpr int64_t kBlockRows = 256;  // rows summed by one job; fixed, so that results do not depend on the thread count

at::Tensor nhwc(const at::Tensor& t) { return t.contiguous(at::MemoryFormat::ChannelsLast); }

at::Tensor empty_nhwc(const at::Tensor& like, int64_t n, int64_t c, int64_t h, int64_t w) {
  return at::empty({n, c, h, w}, like.options(), at::MemoryFormat::ChannelsLast);
}

bool present(const at::Tensor& t) { return t.defined() && t.numel() > 0; }

const float* data_or_null(const at::Tensor& t) { return present(t) ? t.data_ptr<float>() : nullptr; }

bool needs_graph(const at::Tensor& t) { return at::GradMode::is_enabled() && t.defined() && t.requires_grad(); }

// torch 1.13's Function takes no undefined tensor: an empty one stands for it.
at::Tensor or_empty(const at::Tensor& t, const at::Tensor& like) { return t.defined() ? t : at::empty({0}, like.options()); }

void check_image(const at::Tensor& x) {
  TORCH_CHECK(x.dim() == 4 && x.is_cpu() && x.scalar_type() == at::kFloat && x.numel() > 0, "wanted float32 [N, C, H, W] on the CPU");
}

// The pixels of an NHWC tensor in blocks: job(sample, first row, rows, block), rows counted within the sample.
template <class Job>
void for_blocks(const at::Tensor& x, Job job) {
  const int64_t rows = x.size(2) * x.size(3), blocks = (rows + kBlockRows - 1) / kBlockRows;
  at::parallel_for(0, x.size(0) * blocks, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t first = i % blocks * kBlockRows;
      job(i / blocks, first, std::min(kBlockRows, rows - first), i);
    }
  });
}

// Sums of the blocks of each sample, in their order: [samples, blocks, width] in double to [samples, width].
at::Tensor add_blocks(const std::vector<double>& sums, int64_t samples, int64_t width, int64_t stride, int64_t offset, const at::Tensor& like) {
  const int64_t blocks = static_cast<int64_t>(sums.size()) / stride / samples;
  at::Tensor result = at::empty({samples, width}, like.options());
  float* out = result.data_ptr<float>();
  for (int64_t n = 0; n < samples; ++n)
    for (int64_t c = 0; c < width; ++c) {
      double sum = 0;
      for (int64_t b = 0; b < blocks; ++b) sum += sums[(n * blocks + b) * stride + offset + c];
      out[n * width + c] = static_cast<float>(sum);
    }
  return result;
}

int64_t fir_size(int64_t in, int64_t up, int64_t down, int64_t padding, int64_t taps) { return (in * up + padding - taps) / down + 1; }

at::Tensor run_fir(const at::Tensor& input, const at::Tensor& taps, const FirShape& s, bool flip, double gain) {
  const int64_t count = taps.numel(), n = input.size(0), c = input.size(1);
  const int64_t height = fir_size(input.size(2), s.up, s.down, s.top + s.bottom, count);
  const int64_t width = fir_size(input.size(3), s.up, s.down, s.left + s.right, count);
  std::vector<float> across(count), along(count);
  const at::Tensor dense = taps.contiguous();
  for (int64_t i = 0; i < count; ++i) {
    across[i] = dense.data_ptr<float>()[flip ? i : count - 1 - i];
    along[i] = static_cast<float>(across[i] * gain);
  }
  const at::Tensor x = nhwc(input);
  at::Tensor y = empty_nhwc(x, n, c, height, width);
  const FirAxis vertical{along.data(), count, s.up, s.down, s.top, x.size(2), height};
  const FirAxis horizontal{across.data(), count, s.up, s.down, s.left, x.size(3), width};
  const float* in = x.data_ptr<float>();
  float* out = y.data_ptr<float>();
  const int64_t image = x.size(2) * x.size(3) * c;
  at::parallel_for(0, n * height, 8, [&](int64_t begin, int64_t end) {
    std::vector<float> scratch(fir_scratch(horizontal, c));
    while (begin < end) {  // whole lines, of one image at a time
      const int64_t sample = begin / height, first = begin % height, lines = std::min(end - begin, height - first);
      style_kernels().fir(vertical, horizontal, c, in + sample * image, first, lines, out + begin * width * c, scratch.data());
      begin += lines;
    }
  });
  return y;
}

// The gradient of filtering is filtering the other way round, up for down.
struct Fir2d : Function<Fir2d> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& taps, int64_t up, int64_t down, int64_t left,
                            int64_t right, int64_t top, int64_t bottom, bool flip, double gain) {
    context->saved_data["taps"] = taps;
    context->saved_data["shape"] = std::vector<int64_t>{up, down, left, right, top, bottom, x.size(2), x.size(3)};
    context->saved_data["flip"] = flip;
    context->saved_data["gain"] = gain;
    return run_fir(x, taps, {up, down, left, right, top, bottom}, flip, gain);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    variable_list result(10);
    const at::Tensor& dy = gradients[0];
    if (!dy.defined()) return result;
    const at::Tensor taps = context->saved_data["taps"].toTensor();
    const std::vector<int64_t> s = context->saved_data["shape"].toIntVector();
    const int64_t up = s[0], down = s[1], count = taps.numel();
    const int64_t left = count - s[2] - 1, right = s[7] * up - dy.size(3) * down + s[2] - up + 1;
    const int64_t top = count - s[4] - 1, bottom = s[6] * up - dy.size(2) * down + s[4] - up + 1;
    result[0] = fir2d(dy, taps, {down, up, left, right, top, bottom}, !context->saved_data["flip"].toBool(),
                      context->saved_data["gain"].toDouble());
    return result;
  }
};

// Modulate and ChannelDot are each linear in both arguments, and each other's gradients.
at::Tensor channel_dot(const at::Tensor& a, const at::Tensor& b);

struct Modulate : Function<Modulate> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& s) {
    context->save_for_backward({x, s});
    return modulate(x, s);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    variable_list result(2);
    if (!gradients[0].defined()) return result;
    if (context->needs_input_grad(0)) result[0] = modulate(gradients[0], saved[1]);
    if (context->needs_input_grad(1)) result[1] = channel_dot(gradients[0], saved[0]);
    return result;
  }
};

struct ChannelDot : Function<ChannelDot> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& a, const at::Tensor& b) {
    context->save_for_backward({a, b});
    return channel_dot(a, b);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    variable_list result(2);
    if (!gradients[0].defined()) return result;
    if (context->needs_input_grad(0)) result[0] = modulate(saved[1], gradients[0]);
    if (context->needs_input_grad(1)) result[1] = modulate(saved[0], gradients[0]);
    return result;
  }
};

// [N,C,H,W] each to [N,C]: the sum over the pixels of a b.
at::Tensor channel_dot(const at::Tensor& a, const at::Tensor& b) {
  if (needs_graph(a) || needs_graph(b)) return ChannelDot::apply(a, b);
  const at::Tensor p = nhwc(a), q = nhwc(b);
  const int64_t c = p.size(1), rows = p.size(2) * p.size(3), blocks = (rows + kBlockRows - 1) / kBlockRows;
  std::vector<double> sums(p.size(0) * blocks * c);
  for_blocks(p, [&](int64_t n, int64_t first, int64_t count, int64_t block) {
    const int64_t at = (n * rows + first) * c;
    style_kernels().dot(p.data_ptr<float>() + at, q.data_ptr<float>() + at, count, c, &sums[block * c]);
  });
  return add_blocks(sums, p.size(0), c, c, 0, a);
}

// dy where the activation's result y was positive times high, elsewhere times low; linear in dy, and y's sign is no function of anything.
at::Tensor slope_by(const at::Tensor& y, const at::Tensor& dy, double high, double low);

struct SlopeBy : Function<SlopeBy> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& y, const at::Tensor& dy, double high, double low) {
    context->save_for_backward({y});
    context->saved_data["high"] = high;
    context->saved_data["low"] = low;
    return slope_by(y, dy, high, low);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    variable_list result(4);
    if (gradients[0].defined())
      result[1] = slope_by(context->get_saved_variables()[0], gradients[0], context->saved_data["high"].toDouble(),
                           context->saved_data["low"].toDouble());
    return result;
  }
};

at::Tensor slope_by(const at::Tensor& y, const at::Tensor& dy, double high, double low) {
  if (needs_graph(dy)) return SlopeBy::apply(y.detach(), dy, high, low);
  const at::Tensor sign = nhwc(y), gradient = nhwc(dy);
  at::Tensor h = at::empty_like(gradient, gradient.options(), at::MemoryFormat::ChannelsLast);
  at::parallel_for(0, h.numel(), 1 << 14, [&](int64_t begin, int64_t end) {
    style_kernels().slope(sign.data_ptr<float>() + begin, gradient.data_ptr<float>() + begin, end - begin, static_cast<float>(high),
                          static_cast<float>(low), h.data_ptr<float>() + begin);
  });
  return h;
}

at::Tensor run_lrelu(const at::Tensor& input, const at::Tensor& scale, const at::Tensor& noise, const at::Tensor& bias, double slope,
                     double gain) {
  const at::Tensor x = nhwc(input), a = scale.contiguous(), shift = noise.contiguous(), b = bias.contiguous();
  at::Tensor y = at::empty_like(x, x.options(), at::MemoryFormat::ChannelsLast);
  const int64_t c = x.size(1), rows = x.size(2) * x.size(3);
  const float *a_data = data_or_null(a), *shift_data = data_or_null(shift), *b_data = data_or_null(b);
  const bool noise_each = shift_data != nullptr && shift.size(0) > 1;
  for_blocks(x, [&](int64_t n, int64_t first, int64_t count, int64_t) {
    const int64_t at = (n * rows + first) * c;
    style_kernels().activate(x.data_ptr<float>() + at, count, c, a_data == nullptr ? nullptr : a_data + n * c,
                             shift_data == nullptr ? nullptr : shift_data + (noise_each ? n * rows : 0) + first, b_data,
                             static_cast<float>(gain), static_cast<float>(gain * slope), y.data_ptr<float>() + at);
  });
  return y;
}

struct ScaledLrelu : Function<ScaledLrelu> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& scale, const at::Tensor& noise,
                            const at::Tensor& bias, double slope, double gain) {
    at::Tensor y = run_lrelu(x, scale, noise, bias, slope, gain);
    context->save_for_backward({present(scale) ? x : at::empty({0}, x.options()), scale, y});
    context->saved_data["high"] = gain;
    context->saved_data["low"] = gain * slope;
    context->saved_data["noise_images"] = present(noise) ? noise.size(0) : 0;
    context->saved_data["has_bias"] = present(bias);
    return y;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    variable_list result(6);
    if (!gradients[0].defined()) return result;
    const variable_list saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &scale = saved[1], &y = saved[2];
    const double high = context->saved_data["high"].toDouble(), low = context->saved_data["low"].toDouble();
    const int64_t noise_images = context->saved_data["noise_images"].toInt();
    const bool by_scale = present(scale) && context->needs_input_grad(1), by_noise = noise_images > 0 && context->needs_input_grad(2);
    const bool by_bias = context->saved_data["has_bias"].toBool() && context->needs_input_grad(3);
    if (at::GradMode::is_enabled()) {
      const at::Tensor h = slope_by(y, gradients[0], high, low);
      if (context->needs_input_grad(0)) result[0] = present(scale) ? modulate(h, scale) : h;
      if (by_scale) result[1] = channel_dot(h, x);
      if (by_noise) result[2] = noise_images > 1 ? h.sum(1, true) : h.sum(at::IntArrayRef{0, 1}, true);
      if (by_bias) result[3] = h.sum(at::IntArrayRef{0, 2, 3});
      return result;
    }
    // All of it in one pass.
    const at::Tensor source = nhwc(by_scale ? x : y), sign = nhwc(y), dy = nhwc(gradients[0]), a = scale.contiguous();
    const int64_t samples = y.size(0), c = y.size(1), rows = y.size(2) * y.size(3), blocks = (rows + kBlockRows - 1) / kBlockRows;
    at::Tensor dx = at::empty_like(dy, dy.options(), at::MemoryFormat::ChannelsLast);
    at::Tensor pixels = by_noise ? at::empty({samples, 1, y.size(2), y.size(3)}, dy.options()) : at::Tensor();
    std::vector<double> sums(samples * blocks * 2 * c);
    const float* a_data = data_or_null(a);
    float* pixel_data = by_noise ? pixels.data_ptr<float>() : nullptr;
    for_blocks(dy, [&](int64_t n, int64_t first, int64_t count, int64_t block) {
      const int64_t at = (n * rows + first) * c;
      style_kernels().activate_backward(by_scale ? source.data_ptr<float>() + at : nullptr, sign.data_ptr<float>() + at,
                                        dy.data_ptr<float>() + at, count, c, a_data == nullptr ? nullptr : a_data + n * c,
                                        static_cast<float>(high), static_cast<float>(low), dx.data_ptr<float>() + at, &sums[block * 2 * c],
                                        by_noise ? pixel_data + n * rows + first : nullptr);
    });
    result[0] = dx;
    if (by_scale) result[1] = add_blocks(sums, samples, c, 2 * c, c, dy);
    if (by_noise) result[2] = noise_images > 1 ? pixels : pixels.sum(0, true);
    if (by_bias) result[3] = add_blocks(sums, samples, c, 2 * c, 0, dy).sum(0);
    return result;
  }
};

}  // namespace

at::Tensor fir2d(const at::Tensor& x, const at::Tensor& taps, const FirShape& s, bool flip, double gain) {
  check_image(x);
  TORCH_CHECK(taps.dim() == 1 && taps.numel() >= 1 && taps.numel() <= 64 && taps.is_cpu() && taps.scalar_type() == at::kFloat,
              "wanted 1 to 64 taps, float32 on the CPU");
  TORCH_CHECK(s.up >= 1 && s.down >= 1 && x.size(2) * s.up + s.top + s.bottom >= taps.numel() && x.size(3) * s.up + s.left + s.right >= taps.numel(),
              "the padded image is smaller than the filter of ", taps.numel(), " taps");
  if (needs_graph(x)) return Fir2d::apply(x, taps, s.up, s.down, s.left, s.right, s.top, s.bottom, flip, gain);
  return run_fir(x, taps, s, flip, gain);
}

at::Tensor modulate(const at::Tensor& x, const at::Tensor& s) {
  check_image(x);
  TORCH_CHECK(s.dim() == 2 && s.size(0) == x.size(0) && s.size(1) == x.size(1), "wanted one factor per image and channel");
  if (needs_graph(x) || needs_graph(s)) return Modulate::apply(x, s);
  const at::Tensor source = nhwc(x), factors = s.contiguous();
  at::Tensor y = at::empty_like(source, source.options(), at::MemoryFormat::ChannelsLast);
  const int64_t c = x.size(1), rows = x.size(2) * x.size(3);
  for_blocks(source, [&](int64_t n, int64_t first, int64_t count, int64_t) {
    const int64_t at = (n * rows + first) * c;
    style_kernels().scale(source.data_ptr<float>() + at, count, c, factors.data_ptr<float>() + n * c, y.data_ptr<float>() + at);
  });
  return y;
}

at::Tensor scaled_lrelu(const at::Tensor& x, const at::Tensor& scale, const at::Tensor& noise, const at::Tensor& bias, double slope,
                        double gain) {
  check_image(x);
  TORCH_CHECK(slope > 0 && gain > 0, "wanted a slope and a gain above 0");
  TORCH_CHECK(!scale.defined() || (scale.dim() == 2 && scale.size(0) == x.size(0) && scale.size(1) == x.size(1)),
              "wanted one factor per image and channel");
  TORCH_CHECK(!noise.defined() || (noise.dim() == 4 && (noise.size(0) == x.size(0) || noise.size(0) == 1) && noise.size(1) == 1 &&
                                   noise.size(2) == x.size(2) && noise.size(3) == x.size(3)),
              "wanted noise of [N, 1, H, W] or [1, 1, H, W]");
  TORCH_CHECK(!bias.defined() || (bias.dim() == 1 && bias.size(0) == x.size(1)), "wanted one bias per channel");
  const at::Tensor a = or_empty(scale, x), shift = or_empty(noise, x), b = or_empty(bias, x);
  if (needs_graph(x) || needs_graph(scale) || needs_graph(noise) || needs_graph(bias))
    return ScaledLrelu::apply(x, a, shift, b, slope, gain);
  return run_lrelu(x, a, shift, b, slope, gain);
}

}  // namespace icon
