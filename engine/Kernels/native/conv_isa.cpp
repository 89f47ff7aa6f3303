#include "conv_direct.h"
#include "conv_winograd.h"
#include "simd.h"

namespace icon::ICON_ISA {
namespace {

// Winograd's tiles are 4 x 4 outputs; on images of 2 x 2 and the like their padding costs what they save.
bool suits_winograd(const ConvShape& s) {
  const int64_t covered = (s.out_height + 3) / 4 * 4 * ((s.out_width + 3) / 4 * 4);
  return s.kernel_height == 3 && s.kernel_width == 3 && s.stride == 1 && s.pad_height <= 2 && s.pad_width <= 2 &&
         s.in_channels % 16 == 0 && s.out_channels % 16 == 0 && covered <= 2 * s.out_height * s.out_width;
}

void forward(const ConvShape& s, const float* x, const float* weight, const float* bias, bool relu, float* y, const Workers& workers) {
  (suits_winograd(s) ? winograd_forward : direct_forward)(s, x, weight, bias, relu, y, workers);
}

void backward_input(const ConvShape& s, const float* dy, const float* weight, float* dx, const Workers& workers) {
  (suits_winograd(s) ? winograd_backward_input : direct_backward_input)(s, dy, weight, dx, workers);
}

void backward_weight(const ConvShape& s, const float* x, const float* dy, float* dweight, float* dbias, const Workers& workers) {
  (suits_winograd(s) ? winograd_backward_weight : direct_backward_weight)(s, x, dy, dweight, dbias, workers);
}

}  // namespace

extern const ConvKernels conv_kernels;
const ConvKernels conv_kernels{forward, backward_input, backward_weight};

}  // namespace icon::ICON_ISA
