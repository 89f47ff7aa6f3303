#include "conv.h"

#include <ATen/Parallel.h>
#include <torch/autograd.h>

#include "conv_kernels.h"
#include "simd_dispatch.h"

ICON_DISPATCH(ConvKernels, conv_kernels)

namespace icon {
namespace {

Workers workers() {
  return {at::get_num_threads(), [](int64_t jobs, void* context, void (*job)(void*, int64_t)) {
            at::parallel_for(0, jobs, 1, [&](int64_t begin, int64_t end) {
              for (int64_t index = begin; index < end; ++index) job(context, index);
            });
          }};
}

// Whether the kernels of this folder can take the call; at::conv2d gets the rest, malformed calls included.
bool is_ours(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, int64_t stride, int64_t pad_h, int64_t pad_w) {
  const auto plain = [](const at::Tensor& t) { return t.device().is_cpu() && t.scalar_type() == at::kFloat && t.layout() == at::kStrided; };
  return plain(x) && plain(weight) && x.dim() == 4 && weight.dim() == 4 && x.numel() > 0 && weight.numel() > 0 &&
         x.size(1) == weight.size(1) && stride >= 1 && pad_h >= 0 && pad_w >= 0 && x.size(2) + 2 * pad_h >= weight.size(2) &&
         x.size(3) + 2 * pad_w >= weight.size(3) &&
         (!bias.defined() || (plain(bias) && bias.dim() == 1 && bias.size(0) == weight.size(0)));
}

ConvShape shape_of(const at::Tensor& x, const at::Tensor& weight, int64_t stride, int64_t pad_h, int64_t pad_w) {
  return {x.size(0), x.size(1), x.size(2), x.size(3), weight.size(0), (x.size(2) + 2 * pad_h - weight.size(2)) / stride + 1,
          (x.size(3) + 2 * pad_w - weight.size(3)) / stride + 1, weight.size(2), weight.size(3), stride, pad_h, pad_w};
}

at::Tensor nhwc(const at::Tensor& t) { return t.contiguous(at::MemoryFormat::ChannelsLast); }

at::Tensor empty_nhwc(const at::Tensor& like, int64_t n, int64_t c, int64_t h, int64_t w) {
  return at::empty({n, c, h, w}, like.options(), at::MemoryFormat::ChannelsLast);
}

at::Tensor forward(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, const ConvShape& s, bool relu) {
  const at::Tensor source = nhwc(x), kernel = weight.contiguous(), shift = bias.defined() ? bias.contiguous() : bias;
  at::Tensor y = empty_nhwc(x, s.batch, s.out_channels, s.out_height, s.out_width);
  conv_kernels().forward(s, source.data_ptr<float>(), kernel.data_ptr<float>(), shift.defined() ? shift.data_ptr<float>() : nullptr, relu,
                         y.data_ptr<float>(), workers());
  return y;
}

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct Conv2d : torch::autograd::Function<Conv2d> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                            int64_t stride, int64_t pad_h, int64_t pad_w) {
    context->save_for_backward({x, weight});  // the inputs themselves, or a second derivative would not see them
    context->saved_data["stride"] = stride;
    context->saved_data["pad_h"] = pad_h;
    context->saved_data["pad_w"] = pad_w;
    return icon::forward(x, weight, bias.numel() > 0 ? bias : at::Tensor(), shape_of(x, weight, stride, pad_h, pad_w), false);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &weight = saved[1], &dy = gradients[0];
    const int64_t stride = context->saved_data["stride"].toInt();
    const int64_t pad_h = context->saved_data["pad_h"].toInt(), pad_w = context->saved_data["pad_w"].toInt();
    variable_list result(6);
    if (!dy.defined()) return result;
    const bool by_x = context->needs_input_grad(0), by_weight = context->needs_input_grad(1), by_bias = context->needs_input_grad(2);
    if (at::GradMode::is_enabled()) {  // create_graph: this gradient will be differentiated
      const std::vector<int64_t> one{1, 1}, zero{0, 0}, bias_size{weight.size(0)};
      auto all = at::convolution_backward(dy, x, weight, at::IntArrayRef(bias_size), {stride, stride}, {pad_h, pad_w}, one, false, zero, 1,
                                          {by_x, by_weight, by_bias});
      result[0] = std::get<0>(all);
      result[1] = std::get<1>(all);
      result[2] = std::get<2>(all);
      return result;
    }
    const ConvShape s = shape_of(x, weight, stride, pad_h, pad_w);
    const at::Tensor gradient = nhwc(dy);
    const float* from = gradient.data_ptr<float>();
    if (by_x) {
      const at::Tensor kernel = weight.contiguous();
      result[0] = empty_nhwc(x, s.batch, s.in_channels, s.in_height, s.in_width);
      conv_kernels().backward_input(s, from, kernel.data_ptr<float>(), result[0].data_ptr<float>(), workers());
    }
    if (by_weight) {
      result[1] = at::empty(weight.sizes(), weight.options());
      if (by_bias) result[2] = at::empty({s.out_channels}, weight.options());
      const at::Tensor source = nhwc(x);
      conv_kernels().backward_weight(s, source.data_ptr<float>(), from, result[1].data_ptr<float>(), by_bias ? result[2].data_ptr<float>() : nullptr,
                                     workers());
    } else if (by_bias) {
      result[2] = gradient.sum(at::IntArrayRef{0, 2, 3});
    }
    return result;
  }
};

}  // namespace

at::Tensor conv2d(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, int64_t stride, int64_t pad_h, int64_t pad_w) {
  if (!is_ours(x, weight, bias, stride, pad_h, pad_w)) return at::conv2d(x, weight, bias, {stride, stride}, {pad_h, pad_w});
  const bool differentiable =
      at::GradMode::is_enabled() && (x.requires_grad() || weight.requires_grad() || (bias.defined() && bias.requires_grad()));
  if (!differentiable) return forward(x, weight, bias, shape_of(x, weight, stride, pad_h, pad_w), false);
  // torch 1.13's Function takes no undefined tensor: an empty one stands for no bias.
  return Conv2d::apply(x, weight, bias.defined() ? bias : at::empty({0}, x.options()), stride, pad_h, pad_w);
}

at::Tensor conv2d_relu(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, int64_t stride, int64_t pad_h, int64_t pad_w) {
  TORCH_CHECK(!at::GradMode::is_enabled() || !(x.requires_grad() || weight.requires_grad() || (bias.defined() && bias.requires_grad())),
              "conv2d_relu is for inference: call it under no_grad, or conv2d and relu where a gradient is needed");
  if (!is_ours(x, weight, bias, stride, pad_h, pad_w)) return at::conv2d(x, weight, bias, {stride, stride}, {pad_h, pad_w}).relu_();
  return forward(x, weight, bias, shape_of(x, weight, stride, pad_h, pad_w), true);
}

}  // namespace icon
