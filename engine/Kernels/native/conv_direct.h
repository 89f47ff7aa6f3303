#pragma once
#include "conv_kernels.h"

// Convolution of any kernel size, stride and padding by matrix products, every multiplication of the definition carried out.
namespace icon::ICON_ISA {

void direct_forward(const ConvShape&, const float* x, const float* weight, const float* bias, bool relu, float* y, const Workers&);
void direct_backward_input(const ConvShape&, const float* dy, const float* weight, float* dx, const Workers&);
void direct_backward_weight(const ConvShape&, const float* x, const float* dy, float* dweight, float* dbias, const Workers&);

}  // namespace icon::ICON_ISA
