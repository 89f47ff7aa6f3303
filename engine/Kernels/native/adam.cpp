#include <cmath>
#include <vector>

#include "adam_isa.h"
#include "icon_kernels.h"
#include "simd_dispatch.h"
#include "threads.h"

ICON_DISPATCH(AdamKernels, adam_kernels)

using namespace icon;

namespace {

constexpr int64_t kChunk = 16384;  // floats one thread takes at a time

// A run of at most kChunk elements of one tensor.
struct Chunk {
  int64_t tensor, begin, count;
};

template <class SizeOf>
std::vector<Chunk> chunks_of(int64_t tensors, SizeOf size_of) {
  std::vector<Chunk> chunks;
  for (int64_t i = 0; i < tensors; ++i)
    for (int64_t begin = 0; begin < size_of(i); begin += kChunk) chunks.push_back({i, begin, std::min(kChunk, size_of(i) - begin)});
  return chunks;
}

}  // namespace

int32_t icon_adam_step(const IconAdamTensor* tensors, int64_t count, const IconAdamFactors* f, int32_t threads) {
  return guarded([&] {
    const AdamFactors factors{f->beta1,     f->one_minus_beta1,  f->beta2, f->one_minus_beta2, f->step_size,
                              f->sqrt_correction2, f->eps, f->grad_scale, f->ema_rate};
    const auto chunks = chunks_of(count, [&](int64_t i) { return tensors[i].count; });
    parallel_for(threads, 0, static_cast<int64_t>(chunks.size()), 1, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const Chunk& c = chunks[i];
        const IconAdamTensor& t = tensors[c.tensor];
        adam_kernels().step(t.p + c.begin, t.g + c.begin, t.m + c.begin, t.v + c.begin, t.ema ? t.ema + c.begin : nullptr, c.count, factors);
      }
    });
  });
}

int32_t icon_norm(const float* const* tensors, const int64_t* sizes, int64_t count, double* norm, int32_t threads) {
  return guarded([&] {
    const auto chunks = chunks_of(count, [&](int64_t i) { return sizes[i]; });
    std::vector<double> partial(chunks.size());
    parallel_for(threads, 0, static_cast<int64_t>(chunks.size()), 1, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) partial[i] = adam_kernels().squares(tensors[chunks[i].tensor] + chunks[i].begin, chunks[i].count);
    });
    double total = 0;
    for (double p : partial) total += p;
    *norm = std::sqrt(total);
  });
}
