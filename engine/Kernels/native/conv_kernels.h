#pragma once
#include <cstdint>

// What conv.cpp asks of the convolution kernels. Plain C++, for the *_isa.cpp files may instantiate no standard template.
// Images are dense NHWC float32 (a channels_last tensor's memory); weights are dense OIHW as torch keeps them.
namespace icon {

struct ConvShape {
  int64_t batch, in_channels, in_height, in_width;
  int64_t out_channels, out_height, out_width;
  int64_t kernel_height, kernel_width, stride, pad_height, pad_width;
};

// Runs job(context, 0) ... job(context, jobs - 1), in any order, on up to `threads` threads.
struct Workers {
  int64_t threads;
  void (*run)(int64_t threads, int64_t jobs, void* context, void (*job)(void* context, int64_t index));

  template <class Job>
  void operator()(int64_t jobs, const Job& job) const {
    run(threads, jobs, const_cast<Job*>(&job), [](void* context, int64_t index) { (*static_cast<const Job*>(context))(index); });
  }
};

struct ConvKernels {
  // y = conv(x, weight) + bias, then max(0, y) if relu. bias may be null.
  void (*forward)(const ConvShape&, const float* x, const float* weight, const float* bias, bool relu, float* y, const Workers&);
  // dx = the gradient of sum(dy * conv(x, weight)) by x.
  void (*backward_input)(const ConvShape&, const float* dy, const float* weight, float* dx, const Workers&);
  // The same by weight (OIHW) and by bias; dbias may be null. Sums run in an order fixed by shape and thread count.
  void (*backward_weight)(const ConvShape&, const float* x, const float* dy, float* dweight, float* dbias, const Workers&);
};

// Scratch memory of the calling thread, 64-byte aligned, contents undefined. Each slot keeps its largest size until the
// thread ends, for fresh pages cost more than the arithmetic on them.
enum class Scratch { input, output, weight, zeros, padded, shared_weight, shared_sum, count };
float* conv_scratch(Scratch slot, int64_t floats);

}  // namespace icon
