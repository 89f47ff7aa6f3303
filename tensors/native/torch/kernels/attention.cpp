#include "attention.h"

#include <ATen/Parallel.h>

#include "attention_isa.h"
#include "norm_autograd.h"
#include "simd_dispatch.h"

ICON_DISPATCH(AttentionKernels, attention_kernels)

namespace icon {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr auto kChannelsLast = at::MemoryFormat::ChannelsLast;
constexpr int64_t kStateFloats = sizeof(LinearAttentionState) / sizeof(float);

// q, k and v as [N,heads,d,H*W]
std::vector<at::Tensor> split_heads(const at::Tensor& qkv, int64_t heads) {
  auto parts = qkv.chunk(3, 1);
  for (auto& part : parts) part = part.reshape({part.size(0), heads, part.size(1) / heads, part.size(2) * part.size(3)});
  return parts;
}

at::Tensor join_heads(const at::Tensor& out, const at::Tensor& qkv) {
  return out.reshape({qkv.size(0), qkv.size(1) / 3, qkv.size(2), qkv.size(3)});
}

at::Tensor composed_linear_attention(const at::Tensor& qkv, int64_t heads, double scale) {
  auto parts = split_heads(qkv, heads);
  auto q = parts[0].softmax(-2) * scale, k = parts[1].softmax(-1);
  auto context = at::matmul(k, parts[2].transpose(-1, -2));
  return join_heads(at::matmul(context.transpose(-1, -2), q), qkv);
}

at::Tensor composed_attention(const at::Tensor& qkv, int64_t heads, double scale) {
  auto parts = split_heads(qkv, heads);
  auto weights = at::matmul((parts[0] * scale).transpose(-1, -2), parts[1]).softmax(-1);
  return join_heads(at::matmul(parts[2], weights.transpose(-1, -2)), qkv);
}

// Calls run(head, offset, out offset, index) for every head of every sample, threads taking whole heads: offset is where the head's
// queries lie in qkv (keys and values follow at multiples of the hidden width), out offset where its result does.
template <class Run>
void for_each_head(const at::Tensor& qkv, int64_t heads, double scale, Run run) {
  int64_t pixels = qkv.size(2) * qkv.size(3), ld = qkv.size(1), hidden = ld / 3;
  const float* data = qkv.data_ptr<float>();
  at::parallel_for(0, qkv.size(0) * heads, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      int64_t offset = i / heads * pixels * ld + i % heads * kHeadDim, out = i / heads * pixels * hidden + i % heads * kHeadDim;
      const float* q = data + offset;
      run(Head{q, q + hidden, q + 2 * hidden, ld, pixels, static_cast<float>(scale)}, offset, out, i);
    }
  });
}

at::Tensor empty_result(const at::Tensor& qkv) {
  return at::empty({qkv.size(0), qkv.size(1) / 3, qkv.size(2), qkv.size(3)}, qkv.options().memory_format(kChannelsLast));
}

class LinearAttention : public torch::autograd::Function<LinearAttention> {
 public:
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& input, int64_t heads, double scale) {
    auto qkv = input.contiguous(kChannelsLast), out = empty_result(qkv);
    auto states = at::empty({qkv.size(0), heads, kStateFloats}, qkv.options());
    auto* state = reinterpret_cast<LinearAttentionState*>(states.data_ptr<float>());
    float* result = out.data_ptr<float>();
    for_each_head(qkv, heads, scale, [&](const Head& head, int64_t, int64_t place, int64_t i) {
      attention_kernels().linear(head, result + place, qkv.size(1) / 3, state + i);
    });
    ctx->save_for_backward({input, states});
    ctx->saved_data["heads"] = heads;
    ctx->saved_data["scale"] = scale;
    return out;
  }

  static variable_list backward(AutogradContext* ctx, const variable_list& douts) {
    auto saved = ctx->get_saved_variables();
    int64_t heads = ctx->saved_data["heads"].toInt();
    double scale = ctx->saved_data["scale"].toDouble();
    if (at::GradMode::is_enabled()) {
      auto f = [=](const variable_list& in) { return composed_linear_attention(in[0], heads, scale); };
      return {differentiable_gradients(f, {saved[0]}, douts[0])[0], {}, {}};
    }
    auto qkv = saved[0].contiguous(kChannelsLast), dout = douts[0].contiguous(kChannelsLast);
    auto dqkv = at::empty_like(qkv, qkv.options(), kChannelsLast);
    const auto* state = reinterpret_cast<const LinearAttentionState*>(saved[1].data_ptr<float>());
    const float* out_gradient = dout.data_ptr<float>();
    float* gradient = dqkv.data_ptr<float>();
    int64_t hidden = qkv.size(1) / 3;
    for_each_head(qkv, heads, scale, [&](const Head& head, int64_t offset, int64_t place, int64_t i) {
      float* dq = gradient + offset;
      attention_kernels().linear_backward(head, out_gradient + place, hidden, state + i, dq, dq + hidden, dq + 2 * hidden);
    });
    return {dqkv, {}, {}};
  }
};

class SoftmaxAttention : public torch::autograd::Function<SoftmaxAttention> {
 public:
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& input, int64_t heads, double scale) {
    auto qkv = input.contiguous(kChannelsLast), out = empty_result(qkv);
    float* result = out.data_ptr<float>();
    for_each_head(qkv, heads, scale, [&](const Head& head, int64_t, int64_t place, int64_t) {
      std::vector<float> scratch(softmax_scratch(head.pixels));
      attention_kernels().softmax(head, result + place, qkv.size(1) / 3, scratch.data());
    });
    ctx->save_for_backward({input});
    ctx->saved_data["heads"] = heads;
    ctx->saved_data["scale"] = scale;
    return out;
  }

  static variable_list backward(AutogradContext* ctx, const variable_list& douts) {
    auto saved = ctx->get_saved_variables();
    int64_t heads = ctx->saved_data["heads"].toInt();
    double scale = ctx->saved_data["scale"].toDouble();
    if (at::GradMode::is_enabled()) {
      auto f = [=](const variable_list& in) { return composed_attention(in[0], heads, scale); };
      return {differentiable_gradients(f, {saved[0]}, douts[0])[0], {}, {}};
    }
    auto qkv = saved[0].contiguous(kChannelsLast), dout = douts[0].contiguous(kChannelsLast);
    auto dqkv = at::empty_like(qkv, qkv.options(), kChannelsLast);
    const float* out_gradient = dout.data_ptr<float>();
    float* gradient = dqkv.data_ptr<float>();
    int64_t hidden = qkv.size(1) / 3;
    for_each_head(qkv, heads, scale, [&](const Head& head, int64_t offset, int64_t place, int64_t) {
      std::vector<float> scratch(softmax_scratch(head.pixels));
      float* dq = gradient + offset;
      attention_kernels().softmax_backward(head, out_gradient + place, hidden, dq, dq + hidden, dq + 2 * hidden, scratch.data());
    });
    return {dqkv, {}, {}};
  }
};

void check(const char* name, const at::Tensor& qkv, int64_t heads, double scale) {
  TORCH_CHECK(scale > 0, name, ": scale is ", scale, "; want a positive one.");
  TORCH_CHECK(qkv.dim() == 4, name, ": qkv has shape ", qkv.sizes(), "; want [N,3*heads*d,H,W].");
  TORCH_CHECK(heads > 0 && qkv.size(1) % (3 * heads) == 0, name, ": ", qkv.size(1), " channels do not divide into queries, keys and values of ",
              heads, " heads.");
}

bool has_kernel(const at::Tensor& qkv, int64_t heads) {
  return is_cpu_float(qkv) && qkv.size(1) == 3 * heads * kHeadDim && qkv.numel() > 0;
}

}  // namespace

at::Tensor linear_attention(const at::Tensor& qkv, int64_t heads, double scale) {
  check("linear_attention", qkv, heads, scale);
  return has_kernel(qkv, heads) ? LinearAttention::apply(qkv, heads, scale) : composed_linear_attention(qkv, heads, scale);
}

at::Tensor attention(const at::Tensor& qkv, int64_t heads, double scale) {
  check("attention", qkv, heads, scale);
  return has_kernel(qkv, heads) ? SoftmaxAttention::apply(qkv, heads, scale) : composed_attention(qkv, heads, scale);
}

}  // namespace icon
