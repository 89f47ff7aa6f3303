#include <cstdlib>
#include <new>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include "conv_kernels.h"

namespace icon {
namespace {

struct Buffer {
  float* data = nullptr;
  int64_t floats = 0;

  ~Buffer() { std::free(data); }

  void grow(int64_t wanted) {
    std::free(data);
    floats = 0;
    const size_t huge_page = size_t{2} << 20;
    size_t bytes = static_cast<size_t>(wanted) * sizeof(float);
    size_t alignment = bytes >= huge_page ? huge_page : 4096;
    bytes = (bytes + alignment - 1) / alignment * alignment;
    data = static_cast<float*>(std::aligned_alloc(alignment, bytes));
    if (data == nullptr) throw std::bad_alloc();
#if defined(__linux__)
    // 36 streams of the Winograd domain touch 36 pages at once: small pages would miss the TLB on each.
    if (alignment == huge_page) madvise(data, bytes, MADV_HUGEPAGE);
#endif
    floats = wanted;
  }
};

}  // namespace

float* conv_scratch(Scratch slot, int64_t floats) {
  thread_local Buffer buffers[static_cast<int>(Scratch::count)];
  Buffer& buffer = buffers[static_cast<int>(slot)];
  if (buffer.floats < floats) buffer.grow(floats);
  return buffer.data;
}

}  // namespace icon
