#pragma once
#include <cstdlib>
#include <cstring>

namespace icon {

// Instruction sets the kernels are compiled for, weakest first; kernels.cmake has the flags of each.
enum class Isa { baseline, avx2, avx512 };

// The strongest instruction set of this processor. ICONDIFFUSION_ISA=baseline|avx2 asks for a weaker one, so that
// every flavour can be tested on one machine; asking for a stronger one than the processor has changes nothing.
inline Isa cpu_isa() {
  static const Isa isa = [] {
    Isa best = Isa::baseline;
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) best = Isa::avx2;
    if (best == Isa::avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
      best = Isa::avx512;
    if (const char* asked = std::getenv("ICONDIFFUSION_ISA")) {
      if (!std::strcmp(asked, "baseline")) best = Isa::baseline;
      if (!std::strcmp(asked, "avx2") && best == Isa::avx512) best = Isa::avx2;
    }
#endif
    return best;
  }();
  return isa;
}

}  // namespace icon

// Calls the flavour of `function` for this processor: ICON_DISPATCH(group_norm_rows)(arguments).
#if defined(__x86_64__)
#define ICON_DISPATCH(function)                               \
  (::icon::cpu_isa() == ::icon::Isa::avx512 ? ::icon::avx512::function \
   : ::icon::cpu_isa() == ::icon::Isa::avx2 ? ::icon::avx2::function   \
                                            : ::icon::baseline::function)
#else
#define ICON_DISPATCH(function) (::icon::baseline::function)
#endif
