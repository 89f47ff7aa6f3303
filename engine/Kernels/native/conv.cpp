#include "icon_kernels.h"
#include "simd_dispatch.h"
#include "threads.h"

ICON_DISPATCH(ConvKernels, conv_kernels)

using namespace icon;

namespace {

Workers workers(int32_t threads) {
  return {threads, [](int64_t threads, int64_t jobs, void* context, void (*job)(void*, int64_t)) {
            parallel_for(static_cast<int>(threads), 0, jobs, 1, [&](int64_t begin, int64_t end) {
              for (int64_t index = begin; index < end; ++index) job(context, index);
            });
          }};
}

}  // namespace

int32_t icon_conv(const ConvShape* shape, const float* x, const float* weight, const float* bias, int32_t relu, float* y, int32_t threads) {
  return guarded([&] { conv_kernels().forward(*shape, x, weight, bias, relu != 0, y, workers(threads)); });
}

int32_t icon_conv_by_input(const ConvShape* shape, const float* dy, const float* weight, float* dx, int32_t threads) {
  return guarded([&] { conv_kernels().backward_input(*shape, dy, weight, dx, workers(threads)); });
}

int32_t icon_conv_by_weight(const ConvShape* shape, const float* x, const float* dy, float* dweight, float* dbias, int32_t threads) {
  return guarded([&] { conv_kernels().backward_weight(*shape, x, dy, dweight, dbias, workers(threads)); });
}
