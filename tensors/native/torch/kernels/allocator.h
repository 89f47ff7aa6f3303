#pragma once

#include <cstddef>

namespace icon {

// Makes libtorch take CPU tensors of 32 KiB and more from one range of memory that is kept between steps, in huge pages where the system
// offers them, and packed by best fit. Call once, before the first large tensor; later calls do nothing.
// Against malloc, a training step faults no pages in and its peak is lower for the want of fragmentation.
void install_allocator();

// Gives the memory that no tensor holds back to the system.
void release_cached_memory();

// Bytes that tensors hold in the range, and bytes of it that were ever in use.
struct AllocatorStatistics {
  std::size_t in_use, in_use_peak, range;
};
AllocatorStatistics allocator_statistics();

}  // namespace icon
