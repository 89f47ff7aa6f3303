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

// What a convolution of x by weight, or a gradient of one, is made with; the shapes are those of x, weight and y.
struct Geometry {
  int64_t stride, pad_h, pad_w;

  void save(AutogradContext* context) const {
    context->saved_data["stride"] = stride;
    context->saved_data["pad_h"] = pad_h;
    context->saved_data["pad_w"] = pad_w;
  }

  static Geometry saved(AutogradContext* context) {
    return {context->saved_data["stride"].toInt(), context->saved_data["pad_h"].toInt(), context->saved_data["pad_w"].toInt()};
  }
};

bool needs_graph(const at::Tensor& a, const at::Tensor& b) { return at::GradMode::is_enabled() && (a.requires_grad() || b.requires_grad()); }

// Convolution, its gradient by x and its gradient by the weight are each linear in both of their arguments, and the gradients of
// any of them are the other two: a family of three, differentiable any number of times. The inputs themselves are saved, or
// a further derivative would not see them.
at::Tensor convolve(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, const Geometry& g);
at::Tensor input_gradient(const at::Tensor& dy, const at::Tensor& weight, int64_t height, int64_t width, const Geometry& g);
at::Tensor weight_gradient(const at::Tensor& x, const at::Tensor& dy, int64_t kernel_height, int64_t kernel_width, const Geometry& g);

struct Conv2d : torch::autograd::Function<Conv2d> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                            int64_t stride, int64_t pad_h, int64_t pad_w) {
    context->save_for_backward({x, weight});
    Geometry{stride, pad_h, pad_w}.save(context);
    return icon::forward(x, weight, bias.numel() > 0 ? bias : at::Tensor(), shape_of(x, weight, stride, pad_h, pad_w), false);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &weight = saved[1], &dy = gradients[0];
    const Geometry g = Geometry::saved(context);
    variable_list result(6);
    if (!dy.defined()) return result;
    const bool by_weight = context->needs_input_grad(1), by_bias = context->needs_input_grad(2);
    if (context->needs_input_grad(0)) result[0] = input_gradient(dy, weight, x.size(2), x.size(3), g);
    if (by_weight && by_bias && !at::GradMode::is_enabled()) {  // both out of one pass over dy
      const ConvShape s = shape_of(x, weight, g.stride, g.pad_h, g.pad_w);
      const at::Tensor source = nhwc(x), gradient = nhwc(dy);
      result[1] = at::empty(weight.sizes(), weight.options());
      result[2] = at::empty({s.out_channels}, weight.options());
      conv_kernels().backward_weight(s, source.data_ptr<float>(), gradient.data_ptr<float>(), result[1].data_ptr<float>(),
                                     result[2].data_ptr<float>(), workers());
      return result;
    }
    if (by_weight) result[1] = weight_gradient(x, dy, weight.size(2), weight.size(3), g);
    if (by_bias) result[2] = nhwc(dy).sum(at::IntArrayRef{0, 2, 3});
    return result;
  }
};

struct InputGradient : torch::autograd::Function<InputGradient> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& dy, const at::Tensor& weight, int64_t height, int64_t width,
                            int64_t stride, int64_t pad_h, int64_t pad_w) {
    context->save_for_backward({dy, weight});
    const Geometry g{stride, pad_h, pad_w};
    g.save(context);
    return input_gradient(dy, weight, height, width, g);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor &dy = saved[0], &weight = saved[1], &dx = gradients[0];
    const Geometry g = Geometry::saved(context);
    variable_list result(7);
    if (!dx.defined()) return result;
    if (context->needs_input_grad(0)) result[0] = convolve(dx, weight, {}, g);
    if (context->needs_input_grad(1)) result[1] = weight_gradient(dx, dy, weight.size(2), weight.size(3), g);
    return result;
  }
};

struct WeightGradient : torch::autograd::Function<WeightGradient> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& dy, int64_t kernel_height,
                            int64_t kernel_width, int64_t stride, int64_t pad_h, int64_t pad_w) {
    context->save_for_backward({x, dy});
    const Geometry g{stride, pad_h, pad_w};
    g.save(context);
    return weight_gradient(x, dy, kernel_height, kernel_width, g);
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const variable_list saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &dy = saved[1], &dweight = gradients[0];
    const Geometry g = Geometry::saved(context);
    variable_list result(7);
    if (!dweight.defined()) return result;
    if (context->needs_input_grad(0)) result[0] = input_gradient(dy, dweight, x.size(2), x.size(3), g);
    if (context->needs_input_grad(1)) result[1] = convolve(x, dweight, {}, g);
    return result;
  }
};

at::Tensor convolve(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, const Geometry& g) {
  if (!needs_graph(x, weight) && !(bias.defined() && needs_graph(bias, bias)))
    return forward(x, weight, bias, shape_of(x, weight, g.stride, g.pad_h, g.pad_w), false);
  // torch 1.13's Function takes no undefined tensor: an empty one stands for no bias.
  return Conv2d::apply(x, weight, bias.defined() ? bias : at::empty({0}, x.options()), g.stride, g.pad_h, g.pad_w);
}

at::Tensor input_gradient(const at::Tensor& dy, const at::Tensor& weight, int64_t height, int64_t width, const Geometry& g) {
  if (needs_graph(dy, weight)) return InputGradient::apply(dy, weight, height, width, g.stride, g.pad_h, g.pad_w);
  const ConvShape s{dy.size(0), weight.size(1), height,   width,   weight.size(0), dy.size(2), dy.size(3), weight.size(2), weight.size(3),
                    g.stride,   g.pad_h,        g.pad_w};
  const at::Tensor gradient = nhwc(dy), kernel = weight.contiguous();
  at::Tensor dx = empty_nhwc(dy, s.batch, s.in_channels, s.in_height, s.in_width);
  conv_kernels().backward_input(s, gradient.data_ptr<float>(), kernel.data_ptr<float>(), dx.data_ptr<float>(), workers());
  return dx;
}

at::Tensor weight_gradient(const at::Tensor& x, const at::Tensor& dy, int64_t kernel_height, int64_t kernel_width, const Geometry& g) {
  if (needs_graph(x, dy)) return WeightGradient::apply(x, dy, kernel_height, kernel_width, g.stride, g.pad_h, g.pad_w);
  const ConvShape s{x.size(0), x.size(1),     x.size(2),    x.size(3), dy.size(1), dy.size(2), dy.size(3), kernel_height, kernel_width,
                    g.stride,  g.pad_h,       g.pad_w};
  const at::Tensor source = nhwc(x), gradient = nhwc(dy);
  at::Tensor dweight = at::empty({s.out_channels, s.in_channels, kernel_height, kernel_width}, x.options());
  conv_kernels().backward_weight(s, source.data_ptr<float>(), gradient.data_ptr<float>(), dweight.data_ptr<float>(), nullptr, workers());
  return dweight;
}

}  // namespace

at::Tensor conv2d(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, int64_t stride, int64_t pad_h, int64_t pad_w) {
  if (!is_ours(x, weight, bias, stride, pad_h, pad_w)) return at::conv2d(x, weight, bias, {stride, stride}, {pad_h, pad_w});
  return convolve(x, weight, bias, {stride, pad_h, pad_w});
}

at::Tensor conv_transpose2d(const at::Tensor& x, const at::Tensor& weight, int64_t stride, int64_t padding) {
  const auto plain = [](const at::Tensor& t) {
    return t.device().is_cpu() && t.scalar_type() == at::kFloat && t.layout() == at::kStrided && t.dim() == 4 && t.numel() > 0;
  };
  const bool ours = plain(x) && plain(weight) && x.size(1) == weight.size(0) && stride >= 1 && padding >= 0;
  const int64_t height = ours ? (x.size(2) - 1) * stride - 2 * padding + weight.size(2) : 0;
  const int64_t width = ours ? (x.size(3) - 1) * stride - 2 * padding + weight.size(3) : 0;
  if (height < 1 || width < 1) return at::conv_transpose2d(x, weight, {}, {stride, stride}, {padding, padding});
  return input_gradient(x, weight, height, width, {stride, padding, padding});
}

at::Tensor conv2d_relu(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, int64_t stride, int64_t pad_h, int64_t pad_w) {
  TORCH_CHECK(!at::GradMode::is_enabled() || !(x.requires_grad() || weight.requires_grad() || (bias.defined() && bias.requires_grad())),
              "conv2d_relu is for inference: call it under no_grad, or conv2d and relu where a gradient is needed");
  if (!is_ours(x, weight, bias, stride, pad_h, pad_w)) return at::conv2d(x, weight, bias, {stride, stride}, {pad_h, pad_w}).relu_();
  return forward(x, weight, bias, shape_of(x, weight, stride, pad_h, pad_w), true);
}

}  // namespace icon
