#pragma once

#include <ATen/Parallel.h>

#include <algorithm>

namespace icon {

constexpr int64_t kBlockRows = 256;  // rows summed by one thread; fixed, so that results do not depend on the thread count

// Runs `sample(n)` for every sample when that keeps all threads busy, else its two passes block by block:
// sums(n, block) for all, then finish(n), then apply(n, first row, rows). Both ways give the same bits.
template <class Sums, class Finish, class Apply>
void two_passes(int64_t samples, int64_t rows, Sums sums, Finish finish, Apply apply) {
  int64_t blocks = (rows + kBlockRows - 1) / kBlockRows;
  int64_t threads = at::get_num_threads();
  auto block_rows = [=](int64_t block) { return std::min(kBlockRows, rows - block * kBlockRows); };
  if (samples % threads == 0 || samples >= 4 * threads) {
    at::parallel_for(0, samples, 1, [&](int64_t begin, int64_t end) {
      for (int64_t n = begin; n < end; ++n) {
        for (int64_t i = 0; i < blocks; ++i) sums(n, i, i * kBlockRows, block_rows(i));
        finish(n, blocks);
        for (int64_t i = 0; i < blocks; ++i) apply(n, i * kBlockRows, block_rows(i));
      }
    });
    return;
  }
  at::parallel_for(0, samples * blocks, 1, [&](int64_t begin, int64_t end) {
    for (int64_t u = begin; u < end; ++u) sums(u / blocks, u % blocks, u % blocks * kBlockRows, block_rows(u % blocks));
  });
  for (int64_t n = 0; n < samples; ++n) finish(n, blocks);
  at::parallel_for(0, samples * blocks, 1, [&](int64_t begin, int64_t end) {
    for (int64_t u = begin; u < end; ++u) apply(u / blocks, u % blocks * kBlockRows, block_rows(u % blocks));
  });
}

}  // namespace icon
