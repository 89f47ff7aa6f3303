#pragma once

#include <torch/autograd.h>

#include <vector>

namespace icon {

// Gradients that can themselves be differentiated: runs f, composed of at:: ops, on the inputs once more and differentiates that.
// What needs no gradient, or is undefined, gets an undefined one.
template <class F>
torch::autograd::variable_list differentiable_gradients(F f, const torch::autograd::variable_list& inputs, const at::Tensor& dy) {
  std::vector<size_t> places;
  torch::autograd::variable_list wanted;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!inputs[i].defined() || !inputs[i].requires_grad()) continue;
    places.push_back(i);
    wanted.push_back(inputs[i]);
  }
  auto found = torch::autograd::grad({f(inputs)}, wanted, {dy}, /*retain_graph=*/true, /*create_graph=*/true, /*allow_unused=*/true);
  torch::autograd::variable_list gradients(inputs.size());
  for (size_t i = 0; i < places.size(); ++i) gradients[places[i]] = found[i];
  return gradients;
}

// Whether the kernels for float32 on the CPU may run.
inline bool is_cpu_float(const at::Tensor& t) { return !t.defined() || (t.is_cpu() && t.scalar_type() == at::kFloat && t.layout() == at::kStrided); }

}  // namespace icon
