#pragma once

#include <cstdlib>
#include <cstring>

namespace icon {

// 2: AVX-512, 1: AVX2 with FMA, 0: neither. ATEN_CPU_CAPABILITY (default, avx2, avx512), ATen's own switch, can lower it.
inline int simd_level() {
  static const int level = [] {
#if defined(__x86_64__)
    int supported = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
                            __builtin_cpu_supports("avx512bw")
                        ? 2
                    : __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? 1
                                                                                       : 0;
#else
    int supported = 0;
#endif
    const char* wanted = std::getenv("ATEN_CPU_CAPABILITY");
    if (wanted == nullptr) return supported;
    int cap = std::strcmp(wanted, "default") == 0 ? 0 : std::strcmp(wanted, "avx2") == 0 ? 1 : 2;
    return supported < cap ? supported : cap;
  }();
  return level;
}

}  // namespace icon

// Defines icon::NAME(), the TABLE of kernels that this processor runs best, out of the one that each flavour of an *_isa.cpp file exports.
#if defined(__x86_64__)
#define ICON_DISPATCH(TABLE, NAME)                             \
  namespace icon {                                             \
  namespace avx512 { extern const TABLE NAME; }                \
  namespace avx2 { extern const TABLE NAME; }                  \
  namespace baseline { extern const TABLE NAME; }              \
  static const TABLE& NAME() {                                 \
    const TABLE* flavours[] = {&baseline::NAME, &avx2::NAME, &avx512::NAME}; \
    return *flavours[simd_level()];                            \
  }                                                            \
  }
#else
#define ICON_DISPATCH(TABLE, NAME)                             \
  namespace icon {                                             \
  namespace baseline { extern const TABLE NAME; }              \
  static const TABLE& NAME() { return baseline::NAME; }        \
  }
#endif
