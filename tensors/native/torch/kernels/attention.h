#pragma once

#include <ATen/ATen.h>

namespace icon {

// Linear attention (Shen et al. 2018, arXiv:1812.01243) between the projections to qkv and from the heads.
//   qkv [N,3*heads*d,H,W], queries, keys and values in that order, head-major; returns [N,heads*d,H,W].
//   q = softmax over d, times scale; k = softmax over the pixels; out = (k vᵀ)ᵀ q.
// float32 on the CPU with d = 32 is fused over channels_last memory and keeps qkv, the softmax statistics and the d x d contexts;
// anything else is composed of at:: ops. Twice differentiable.
at::Tensor linear_attention(const at::Tensor& qkv, int64_t heads, double scale);

// Softmax attention over the pixels, softmax(scale * qᵀ k) v, with the same layouts and paths.
// Keeps qkv alone; the pixels x pixels matrix exists for a few rows at a time.
at::Tensor attention(const at::Tensor& qkv, int64_t heads, double scale);

}  // namespace icon
