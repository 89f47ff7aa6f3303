// TorchScript networks: files of torch.jit.save, run as they are.
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/script.h>

#include "bridge.h"

namespace {

torch::jit::Module& module_of(IconScript script) { return *static_cast<torch::jit::Module*>(script); }

}  // namespace

ICON_API IconScript icon_script_load(const char* path, int32_t device_type, int32_t device_index) {
  return icon::guarded(
      IconScript(nullptr), [&] { return c10::str("jit.load('", path, "')"); },
      [&]() -> IconScript {
        c10::Device device(static_cast<c10::DeviceType>(device_type), static_cast<c10::DeviceIndex>(device_index));
        auto module = std::make_unique<torch::jit::Module>(torch::jit::load(path, device));
        module->eval();
        return module.release();
      });
}

ICON_API IconTensor icon_script_forward(IconScript script, IconTensor x) {
  return icon::guarded(IconTensor(nullptr), "forward", {x}, [&] {
    // The optimiser rewrites a network after its first calls, which would move results in their last bits.
    torch::jit::GraphOptimizerEnabledGuard plainly(false);
    auto result = module_of(script).forward({icon::copy(x)});
    TORCH_CHECK(result.isTensor(), "it gave a ", result.tagKind(), "; wanted one tensor");
    return icon::give(result.toTensor());
  });
}

ICON_API void icon_script_free(IconScript script) { delete static_cast<torch::jit::Module*>(script); }
