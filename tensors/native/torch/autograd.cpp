// Backward passes and the switches of gradient recording.
#include <c10/core/GradMode.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/autograd/autograd.h>

#include "bridge.h"

using icon::Lent;

ICON_API int32_t icon_set_requires_grad(IconTensor tensor, int32_t value) {
  return icon::guarded(-1, "requires_grad_", {tensor}, [&] {
    Lent(tensor)->set_requires_grad(value != 0);
    return 0;
  });
}

ICON_API int32_t icon_retain_grad(IconTensor tensor) {
  return icon::guarded(-1, "retain_grad", {tensor}, [&] {
    Lent(tensor)->retain_grad();
    return 0;
  });
}

ICON_API int32_t icon_grad(IconTensor tensor, IconTensor* grad) {
  return icon::guarded(-1, "grad", {tensor}, [&] {
    *grad = icon::give(Lent(tensor)->grad());
    return 0;
  });
}

ICON_API int32_t icon_set_grad(IconTensor tensor, IconTensor grad) {
  return icon::guarded(-1, "grad", {tensor, grad}, [&] {
    Lent(tensor)->mutable_grad() = icon::copy(grad);
    return 0;
  });
}

ICON_API int32_t icon_set_data(IconTensor tensor, IconTensor data) {
  return icon::guarded(-1, "set_data", {tensor, data}, [&] {
    Lent(tensor)->set_data(icon::copy(data));
    return 0;
  });
}

ICON_API int32_t icon_backward(const IconTensor* outputs, const IconTensor* gradients, int32_t count, int32_t retain_graph,
                               int32_t create_graph, const IconTensor* inputs, int32_t input_count) {
  return icon::guarded(
      -1, [&] { return icon::describe("backward", outputs, count); },
      [&] {
        torch::autograd::backward(icon::copy(outputs, count), icon::copy(gradients, gradients == nullptr ? 0 : count),
                                  retain_graph != 0 || create_graph != 0, create_graph != 0,
                                  icon::copy(inputs, input_count));
        return 0;
      });
}

ICON_API int32_t icon_autograd_grad(const IconTensor* outputs, const IconTensor* gradients, int32_t count,
                                    const IconTensor* inputs, int32_t input_count, int32_t retain_graph,
                                    int32_t create_graph, int32_t allow_unused, IconTensor* results) {
  return icon::guarded(
      -1, [&] { return icon::describe("autograd.grad", outputs, count); },
      [&] {
        auto found = torch::autograd::grad(icon::copy(outputs, count), icon::copy(inputs, input_count),
                                           icon::copy(gradients, gradients == nullptr ? 0 : count),
                                           retain_graph != 0 || create_graph != 0, create_graph != 0, allow_unused != 0);
        for (int32_t i = 0; i < input_count; i++) results[i] = icon::give(std::move(found[i]));
        return 0;
      });
}

ICON_API int32_t icon_grad_mode() { return c10::GradMode::is_enabled(); }

ICON_API void icon_set_grad_mode(int32_t enabled) { c10::GradMode::set_enabled(enabled != 0); }

ICON_API IconInferenceGuard icon_enter_inference_mode(int32_t enabled) { return new c10::InferenceMode(enabled != 0); }

ICON_API void icon_leave_inference_mode(IconInferenceGuard guard) { delete static_cast<c10::InferenceMode*>(guard); }
