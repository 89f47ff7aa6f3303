// Versions, randomness, threads, devices and the switches of the libraries underneath.
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <torch/cuda.h>
#include <torch/version.h>
#ifdef ICON_CUDA_HEADERS
#include <c10/cuda/CUDACachingAllocator.h>
#endif

#include <mutex>

#include "bridge.h"

namespace {

c10::Device device_of(int32_t type, int32_t index) {
  return {static_cast<c10::DeviceType>(type), static_cast<c10::DeviceIndex>(index)};
}

at::Generator& generator_of(IconGenerator generator) { return *static_cast<at::Generator*>(generator); }

std::string named(const char* name) { return name; }

}  // namespace

ICON_API int32_t icon_abi_version() { return ICON_ABI_VERSION; }

ICON_API const char* icon_torch_version() { return TORCH_VERSION; }

ICON_API const char* icon_build_info() {
  static thread_local std::string info;
  return icon::guarded(
      "", [&] { return named("build info"); },
      [&] {
        info = at::show_config() + "\n" + at::get_parallel_info();
        return info.c_str();
      });
}

ICON_API int32_t icon_manual_seed(int64_t seed) {
  return icon::guarded(
      -1, [&] { return named("manual_seed"); },
      [&] {
        at::manual_seed(static_cast<uint64_t>(seed));
        return 0;
      });
}

ICON_API IconGenerator icon_new_generator(int32_t device_type, int32_t device_index, uint64_t seed) {
  return icon::guarded(
      IconGenerator(nullptr), [&] { return c10::str("Generator on ", device_of(device_type, device_index)); },
      [&]() -> IconGenerator {
        // A copy of the device's default generator: the one way that needs no CUDA headers.
        at::Generator model = at::globalContext().defaultGenerator(device_of(device_type, device_index));
        at::Generator generator;
        {
          std::lock_guard<std::mutex> lock(model.mutex());
          generator = model.clone();
        }
        generator.set_current_seed(seed);
        return new at::Generator(std::move(generator));
      });
}

ICON_API IconGenerator icon_default_generator(int32_t device_type, int32_t device_index) {
  return icon::guarded(
      IconGenerator(nullptr), [&] { return c10::str("default generator of ", device_of(device_type, device_index)); },
      [&]() -> IconGenerator {
        return new at::Generator(at::globalContext().defaultGenerator(device_of(device_type, device_index)));
      });
}

ICON_API void icon_free_generator(IconGenerator generator) { delete static_cast<at::Generator*>(generator); }

ICON_API int32_t icon_seed_generator(IconGenerator generator, uint64_t seed) {
  return icon::guarded(
      -1, [&] { return named("Generator.manual_seed"); },
      [&] {
        auto& found = generator_of(generator);
        std::lock_guard<std::mutex> lock(found.mutex());
        found.set_current_seed(seed);
        return 0;
      });
}

ICON_API int32_t icon_generator_seed(IconGenerator generator, uint64_t* seed) {
  return icon::guarded(
      -1, [&] { return named("Generator.initial_seed"); },
      [&] {
        *seed = generator_of(generator).current_seed();
        return 0;
      });
}

ICON_API IconTensor icon_generator_state(IconGenerator generator) {
  return icon::guarded(
      IconTensor(nullptr), [&] { return named("Generator.get_state"); },
      [&] {
        auto& found = generator_of(generator);
        std::lock_guard<std::mutex> lock(found.mutex());
        return icon::give(found.get_state());
      });
}

ICON_API int32_t icon_set_generator_state(IconGenerator generator, IconTensor state) {
  return icon::guarded(-1, "Generator.set_state", {state}, [&] {
    auto& found = generator_of(generator);
    std::lock_guard<std::mutex> lock(found.mutex());
    found.set_state(*icon::Lent(state));
    return 0;
  });
}

ICON_API int32_t icon_threads() { return at::get_num_threads(); }

ICON_API int32_t icon_set_threads(int32_t count) {
  return icon::guarded(
      -1, [&] { return c10::str("set_num_threads(", count, ")"); },
      [&] {
        at::set_num_threads(count);
        return 0;
      });
}

ICON_API int32_t icon_interop_threads() { return at::get_num_interop_threads(); }

ICON_API int32_t icon_set_interop_threads(int32_t count) {
  return icon::guarded(
      -1, [&] { return c10::str("set_num_interop_threads(", count, ")"); },
      [&] {
        at::set_num_interop_threads(count);
        return 0;
      });
}

ICON_API int32_t icon_cuda_device_count() {
  return icon::guarded(
      0, [&] { return named("cuda.device_count"); },
      [&] { return torch::cuda::is_available() ? static_cast<int32_t>(torch::cuda::device_count()) : 0; });
}

ICON_API int32_t icon_cudnn_available() {
  return icon::guarded(
      0, [&] { return named("cuda.is_cudnn_available"); }, [&] { return torch::cuda::cudnn_is_available() ? 1 : 0; });
}

ICON_API int32_t icon_cuda_synchronize(int32_t device_index) {
  return icon::guarded(
      -1, [&] { return c10::str("cuda.synchronize(", device_index, ")"); },
      [&] {
        torch::cuda::synchronize(device_index);
        return 0;
      });
}

ICON_API int32_t icon_cuda_empty_cache() {
#ifdef ICON_CUDA_HEADERS
  return icon::guarded(
      -1, [&] { return named("empty_cache"); },
      [&] {
        c10::cuda::CUDACachingAllocator::emptyCache();
        return 1;
      });
#else
  return 0;
#endif
}

ICON_API int32_t icon_switch(int32_t which) {
  return icon::guarded(
      -1, [&] { return c10::str("switch ", which); },
      [&]() -> int32_t {
        auto& context = at::globalContext();
        switch (which) {
          case ICON_CUBLAS_TF32: return context.allowTF32CuBLAS();
          case ICON_CUDNN_TF32: return context.allowTF32CuDNN();
          case ICON_CUDNN_BENCHMARK: return context.benchmarkCuDNN();
          case ICON_CUDNN_DETERMINISTIC: return context.deterministicCuDNN();
          default: TORCH_CHECK(false, "unknown");
        }
      });
}

ICON_API int32_t icon_set_switch(int32_t which, int32_t value) {
  return icon::guarded(
      -1, [&] { return c10::str("switch ", which); },
      [&]() -> int32_t {
        auto& context = at::globalContext();
        switch (which) {
          case ICON_CUBLAS_TF32: context.setAllowTF32CuBLAS(value != 0); return 0;
          case ICON_CUDNN_TF32: context.setAllowTF32CuDNN(value != 0); return 0;
          case ICON_CUDNN_BENCHMARK: context.setBenchmarkCuDNN(value != 0); return 0;
          case ICON_CUDNN_DETERMINISTIC: context.setDeterministicCuDNN(value != 0); return 0;
          default: TORCH_CHECK(false, "unknown");
        }
      });
}
