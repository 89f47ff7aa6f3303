#include "adam.h"

#include <ATen/Parallel.h>
#include <c10/core/GradMode.h>

#include <cmath>
#include <vector>

#include "adam_isa.h"
#include "simd_dispatch.h"

ICON_DISPATCH(AdamKernels, adam_kernels)

namespace icon {
namespace {

constexpr int64_t kChunk = 16384;  // floats one thread takes at a time

// A run of at most kChunk elements of one tensor.
struct Chunk {
  size_t tensor;
  int64_t begin, count;
};

std::vector<Chunk> chunks_of(at::TensorList tensors) {
  std::vector<Chunk> chunks;
  for (size_t i = 0; i < tensors.size(); ++i)
    for (int64_t begin = 0; begin < tensors[i].numel(); begin += kChunk)
      chunks.push_back({i, begin, std::min(kChunk, tensors[i].numel() - begin)});
  return chunks;
}

bool is_dense_cpu_float(const at::Tensor& t) {
  return t.is_cpu() && t.scalar_type() == at::kFloat && t.is_non_overlapping_and_dense();
}

bool have_kernel(at::TensorList params, at::TensorList grads) {
  for (size_t i = 0; i < params.size(); ++i)
    if (!is_dense_cpu_float(params[i]) || !grads[i].is_cpu() || grads[i].scalar_type() != at::kFloat) return false;
  return true;
}

// The list's i-th tensor where it has p's strides, an error where it is an average kept in another layout than its parameter.
float* data_like(const char* name, at::TensorList list, const at::Tensor& p, size_t i) {
  TORCH_CHECK(list[i].scalar_type() == at::kFloat && list[i].is_cpu() && list[i].sizes() == p.sizes() && list[i].strides() == p.strides(),
              "adam_step: ", name, "[", i, "] is ", list[i].scalar_type(), " of shape ", list[i].sizes(), " and strides ", list[i].strides(),
              "; want the parameter's float32, ", p.sizes(), " and ", p.strides(), ".");
  return list[i].data_ptr<float>();
}

struct Pointers {
  float* p;
  const float* g;
  float *m, *v, *ema;
};

void step_on_cpu(at::TensorList params, at::TensorList grads, at::TensorList exp_avg, at::TensorList exp_avg_sq, at::TensorList ema,
                 const AdamFactors& factors) {
  std::vector<at::Tensor> relaid;  // gradients that came in another layout than their parameter
  std::vector<Pointers> at(params.size());
  for (size_t i = 0; i < params.size(); ++i) {
    at::Tensor g = grads[i];
    if (g.strides() != params[i].strides()) relaid.push_back(g = at::empty_like(params[i]).copy_(g));
    at[i] = {params[i].data_ptr<float>(), g.data_ptr<float>(), data_like("exp_avg", exp_avg, params[i], i),
             data_like("exp_avg_sq", exp_avg_sq, params[i], i), ema.empty() ? nullptr : data_like("ema", ema, params[i], i)};
  }
  auto chunks = chunks_of(params);
  const AdamKernels& kernels = adam_kernels();
  at::parallel_for(0, static_cast<int64_t>(chunks.size()), 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const Chunk& c = chunks[i];
      const Pointers& t = at[c.tensor];
      kernels.step(t.p + c.begin, t.g + c.begin, t.m + c.begin, t.v + c.begin, t.ema ? t.ema + c.begin : nullptr, c.count, factors);
    }
  });
}

}  // namespace

void adam_step(at::TensorList params, at::TensorList grads, at::TensorList exp_avg, at::TensorList exp_avg_sq, at::TensorList ema,
               const AdamOptions& options) {
  size_t count = params.size();
  TORCH_CHECK(grads.size() == count && exp_avg.size() == count && exp_avg_sq.size() == count && (ema.empty() || ema.size() == count),
              "adam_step: got ", count, " parameters, ", grads.size(), " gradients, ", exp_avg.size(), " and ", exp_avg_sq.size(),
              " averages and ", ema.size(), " ema tensors; want as many of each (ema may be empty).");
  TORCH_CHECK(options.step >= 1, "adam_step: step is ", options.step, "; steps count from 1.");
  for (size_t i = 0; i < count; ++i)
    TORCH_CHECK(grads[i].defined() && grads[i].sizes() == params[i].sizes(), "adam_step: the gradient of parameter ", i, ", of shape ",
                params[i].sizes(), ", ", grads[i].defined() ? "has another shape." : "is undefined.");
  if (count == 0) return;
  c10::NoGradGuard no_grad;

  // As torch.optim.Adam computes them, in double.
  double step_size = options.lr / (1 - std::pow(options.beta1, options.step));
  double sqrt_correction2 = std::sqrt(1 - std::pow(options.beta2, options.step));
  if (have_kernel(params, grads)) {
    auto f = [](double v) { return static_cast<float>(v); };
    step_on_cpu(params, grads, exp_avg, exp_avg_sq, ema,
                {f(options.beta1), f(1 - options.beta1), f(options.beta2), f(1 - options.beta2), f(step_size), f(sqrt_correction2),
                 f(options.eps), f(options.grad_scale), f(1 - options.ema_decay)});
    return;
  }
  std::vector<at::Tensor> scaled;
  if (options.grad_scale != 1.0) grads = scaled = at::_foreach_mul(grads, options.grad_scale);
  at::_foreach_mul_(exp_avg, options.beta1);
  at::_foreach_add_(exp_avg, grads, 1 - options.beta1);
  at::_foreach_mul_(exp_avg_sq, options.beta2);
  at::_foreach_addcmul_(exp_avg_sq, grads, grads, 1 - options.beta2);
  auto denominator = at::_foreach_sqrt(exp_avg_sq);
  at::_foreach_div_(denominator, sqrt_correction2);
  at::_foreach_add_(denominator, options.eps);
  at::_foreach_addcdiv_(params, exp_avg, denominator, -step_size);
  if (ema.empty()) return;
  auto apart = at::_foreach_sub(params, ema);
  at::_foreach_add_(ema, apart, 1 - options.ema_decay);
}

double grad_norm(at::TensorList grads) {
  if (grads.empty()) return 0.0;
  c10::NoGradGuard no_grad;
  bool kernel = true;
  for (const auto& g : grads) {
    TORCH_CHECK(g.defined(), "grad_norm: a gradient is undefined.");
    kernel = kernel && is_dense_cpu_float(g);
  }
  if (!kernel) {
    std::vector<at::Tensor> norms = at::_foreach_norm(grads);  // each in its own precision, a few launches in all on a GPU
    return at::stack(norms).to(at::kDouble).norm().item<double>();
  }
  auto chunks = chunks_of(grads);
  std::vector<double> partial(chunks.size());
  at::parallel_for(0, static_cast<int64_t>(chunks.size()), 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i)
      partial[i] = adam_kernels().squares(grads[chunks[i].tensor].data_ptr<float>() + chunks[i].begin, chunks[i].count);
  });
  double total = 0;
  for (double p : partial) total += p;
  return std::sqrt(total);
}

}  // namespace icon
