#pragma once
#include "conv_kernels.h"

// 3x3 convolution at stride 1 by Winograd's F(4x4, 3x3): 36 multiplications for 16 outputs where the definition takes 144.
// Needs channel counts that are multiples of 16.
namespace icon::ICON_ISA {

void winograd_forward(const ConvShape&, const float* x, const float* weight, const float* bias, bool relu, float* y, const Workers&);
void winograd_backward_input(const ConvShape&, const float* dy, const float* weight, float* dx, const Workers&);
void winograd_backward_weight(const ConvShape&, const float* x, const float* dy, float* dweight, float* dbias, const Workers&);

}  // namespace icon::ICON_ISA
