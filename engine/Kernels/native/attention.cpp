#include <vector>

#include "attention_isa.h"
#include "icon_kernels.h"
#include "simd_dispatch.h"
#include "threads.h"

ICON_DISPATCH(AttentionKernels, attention_kernels)

using namespace icon;

namespace {

// run(head, offset, place, index) for every head of every sample, threads taking whole heads: offset is where the head's queries lie in
// qkv (keys and values follow at multiples of the hidden width), place where its result does.
template <class Run>
void for_each_head(const IconImages& s, int64_t heads, double scale, const float* qkv, int threads, Run run) {
  const int64_t ld = s.channels, hidden = ld / 3;
  parallel_for(threads, 0, s.samples * heads, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t offset = i / heads * s.rows * ld + i % heads * kHeadDim, place = i / heads * s.rows * hidden + i % heads * kHeadDim;
      const float* q = qkv + offset;
      run(Head{q, q + hidden, q + 2 * hidden, ld, s.rows, static_cast<float>(scale)}, offset, place, i);
    }
  });
}

}  // namespace

int64_t icon_linear_attention_state() { return sizeof(LinearAttentionState) / sizeof(float); }

int32_t icon_linear_attention(const IconImages* shape, int64_t heads, double scale, const float* qkv, float* y, float* states,
                              int32_t threads) {
  return guarded([&] {
    auto* state = reinterpret_cast<LinearAttentionState*>(states);
    for_each_head(*shape, heads, scale, qkv, threads, [&](const Head& head, int64_t, int64_t place, int64_t i) {
      attention_kernels().linear(head, y + place, shape->channels / 3, state + i);
    });
  });
}

int32_t icon_linear_attention_gradient(const IconImages* shape, int64_t heads, double scale, const float* qkv, const float* dy,
                                       const float* states, float* dqkv, int32_t threads) {
  return guarded([&] {
    const auto* state = reinterpret_cast<const LinearAttentionState*>(states);
    const int64_t hidden = shape->channels / 3;
    for_each_head(*shape, heads, scale, qkv, threads, [&](const Head& head, int64_t offset, int64_t place, int64_t i) {
      float* dq = dqkv + offset;
      attention_kernels().linear_backward(head, dy + place, hidden, state + i, dq, dq + hidden, dq + 2 * hidden);
    });
  });
}

int32_t icon_attention(const IconImages* shape, int64_t heads, double scale, const float* qkv, float* y, int32_t threads) {
  return guarded([&] {
    for_each_head(*shape, heads, scale, qkv, threads, [&](const Head& head, int64_t, int64_t place, int64_t) {
      std::vector<float> scratch(softmax_scratch(head.pixels));
      attention_kernels().softmax(head, y + place, shape->channels / 3, scratch.data());
    });
  });
}

int32_t icon_attention_gradient(const IconImages* shape, int64_t heads, double scale, const float* qkv, const float* dy, float* dqkv,
                                int32_t threads) {
  return guarded([&] {
    const int64_t hidden = shape->channels / 3;
    for_each_head(*shape, heads, scale, qkv, threads, [&](const Head& head, int64_t offset, int64_t place, int64_t) {
      std::vector<float> scratch(softmax_scratch(head.pixels));
      float* dq = dqkv + offset;
      attention_kernels().softmax_backward(head, dy + place, hidden, dq, dq + hidden, dq + 2 * hidden, scratch.data());
    });
  });
}
