#pragma once
#include <omp.h>

#include <algorithm>
#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string>

namespace icon {

// f(begin, end) for one contiguous piece of [begin, end) on each of up to `threads` threads, none smaller than `grain`. What f throws
// is thrown here, after all have ended.
template <class F>
void parallel_for(int threads, int64_t begin, int64_t end, int64_t grain, const F& f) {
  const int64_t count = end - begin;
  if (count <= 0) return;
  const int64_t team = std::min<int64_t>(threads, (count + grain - 1) / grain);
  if (team <= 1 || omp_in_parallel()) return f(begin, end);
  std::exception_ptr failure;
#pragma omp parallel num_threads(static_cast<int>(team))
  {
    const int64_t size = omp_get_num_threads(), piece = (count + size - 1) / size, from = begin + omp_get_thread_num() * piece;
    try {
      if (from < end) f(from, std::min(end, from + piece));
    } catch (...) {
#pragma omp critical(icon_failure)
      failure = std::current_exception();
    }
  }
  if (failure) std::rethrow_exception(failure);
}

constexpr int64_t kBlockRows = 256;  // rows summed by one job; fixed, so that results do not depend on the number of threads

inline int64_t blocks_of(int64_t rows) { return (rows + kBlockRows - 1) / kBlockRows; }

// The rows of every sample in blocks: job(sample, first row within it, rows, block counted over all samples).
template <class Job>
void for_blocks(int threads, int64_t samples, int64_t rows, Job job) {
  const int64_t blocks = blocks_of(rows);
  parallel_for(threads, 0, samples * blocks, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t first = i % blocks * kBlockRows;
      job(i / blocks, first, std::min(kBlockRows, rows - first), i);
    }
  });
}

// Runs two passes over every sample, a whole sample at a time when that keeps all threads busy, else block by block:
// sums(n, block, first row, rows) for all, then finish(n, blocks), then apply(n, first row, rows). Both ways give the same bits.
template <class Sums, class Finish, class Apply>
void two_passes(int threads, int64_t samples, int64_t rows, Sums sums, Finish finish, Apply apply) {
  const int64_t blocks = blocks_of(rows);
  if (samples % threads == 0 || samples >= 4 * threads) {
    parallel_for(threads, 0, samples, 1, [&](int64_t begin, int64_t end) {
      for (int64_t n = begin; n < end; ++n) {
        for (int64_t i = 0; i < blocks; ++i) sums(n, i, i * kBlockRows, std::min(kBlockRows, rows - i * kBlockRows));
        finish(n, blocks);
        for (int64_t i = 0; i < blocks; ++i) apply(n, i * kBlockRows, std::min(kBlockRows, rows - i * kBlockRows));
      }
    });
    return;
  }
  for_blocks(threads, samples, rows, [&](int64_t n, int64_t row, int64_t count, int64_t) { sums(n, row / kBlockRows, row, count); });
  for (int64_t n = 0; n < samples; ++n) finish(n, blocks);
  for_blocks(threads, samples, rows, [&](int64_t n, int64_t row, int64_t count, int64_t) { apply(n, row, count); });
}

// Adds the blocks' sums, `width` of them, up into the first block's.
inline double* add_blocks(double* sums, int64_t blocks, int64_t width) {
  for (int64_t i = 1; i < blocks; ++i)
    for (int64_t j = 0; j < width; ++j) sums[j] += sums[i * width + j];
  return sums;
}

void keep_error(const std::string& message);

// What a function of the C interface returns: 0, or 1 with the error kept for icon_error().
template <class Body>
int32_t guarded(const Body& body) {
  try {
    body();
    return 0;
  } catch (const std::exception& failure) {
    keep_error(failure.what());
  } catch (...) {
    keep_error("an unknown error");
  }
  return 1;
}

}  // namespace icon
