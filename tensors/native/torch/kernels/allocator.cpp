#include "allocator.h"

#include <c10/core/CPUAllocator.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <set>

namespace icon {
namespace {

constexpr size_t kAlignment = 64;
constexpr size_t kLarge = 32 << 10;         // smaller blocks stay with malloc
constexpr size_t kHugePage = 2 << 20;
constexpr size_t kStagger = 2 * kAlignment;  // added to sizes, so that tensors of whole pages do not all start at the same cache set

// Of addresses to reserve: as many as the machine has bytes of memory, so that what cannot fit fails here and not later in the kernel.
size_t physical_memory() { return static_cast<size_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<size_t>(sysconf(_SC_PAGESIZE)); }

// Blocks tile [0, top) of a reserved range of addresses; neighbours that are free are one.
class Arena {
 public:
  // Takes the addresses, fewer where limits forbid as many; with none at all, every block is malloc's.
  Arena() {
    for (size_t size = physical_memory(); base_ == nullptr && size > kHugePage; size /= 2) {
      void* range = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
      if (range == MAP_FAILED) continue;
      size_t skip = -reinterpret_cast<size_t>(range) % kHugePage;
      base_ = static_cast<char*>(range) + skip;
      reserved_ = size - skip;
      madvise(base_, reserved_, MADV_HUGEPAGE);
    }
  }

  void* allocate(size_t bytes) {
    std::lock_guard<std::mutex> lock(mutex_);
    size_t size = (bytes + kStagger + kAlignment - 1) / kAlignment * kAlignment, place;
    auto fit = free_.lower_bound({size, 0});
    if (fit != free_.end()) {
      place = fit->second;
      size_t left = fit->first - size;
      free_.erase(fit);
      blocks_[place] = {size, false};
      if (left > 0) add_free(place + size, left);
    } else {
      auto last = blocks_.empty() ? blocks_.end() : std::prev(blocks_.end());
      place = top_;
      if (last != blocks_.end() && last->second.is_free) {
        place = last->first;
        free_.erase({last->second.size, place});
      }
      if (size > reserved_ - place) return nullptr;
      blocks_[place] = {size, false};
      top_ = place + size;
    }
    in_use_ += size;
    peak_ = std::max(peak_, in_use_);
    return base_ + place;
  }

  bool owns(const void* p) const { return p >= base_ && p < base_ + reserved_; }

  void free(void* p) {
    std::lock_guard<std::mutex> lock(mutex_);
    auto block = blocks_.find(static_cast<char*>(p) - base_);
    size_t place = block->first, size = block->second.size;
    in_use_ -= size;
    auto next = std::next(block);
    if (next != blocks_.end() && next->second.is_free) {
      size += next->second.size;
      free_.erase({next->second.size, next->first});
      blocks_.erase(next);
    }
    if (block != blocks_.begin()) {
      auto previous = std::prev(block);
      if (previous->second.is_free) {
        place = previous->first;
        size += previous->second.size;
        free_.erase({previous->second.size, place});
        blocks_.erase(block);
      }
    }
    add_free(place, size);
  }

  void release() {
    std::lock_guard<std::mutex> lock(mutex_);
    for (auto [size, place] : free_) {
      size_t begin = (place + kHugePage - 1) / kHugePage * kHugePage, end = (place + size) / kHugePage * kHugePage;
      if (place + size == top_) end = (top_ + kHugePage - 1) / kHugePage * kHugePage;
      if (begin < end) madvise(base_ + begin, end - begin, MADV_DONTNEED);
    }
  }

  AllocatorStatistics statistics() {
    std::lock_guard<std::mutex> lock(mutex_);
    return {in_use_, peak_, top_};
  }

 private:
  struct Block {
    size_t size;
    bool is_free;
  };

  void add_free(size_t place, size_t size) {
    blocks_[place] = {size, true};
    free_.insert({size, place});
  }

  std::mutex mutex_;
  char* base_ = nullptr;
  size_t reserved_ = 0, top_ = 0, in_use_ = 0, peak_ = 0;
  std::map<size_t, Block> blocks_;
  std::set<std::pair<size_t, size_t>> free_;  // by size, then by place: best fit, lowest address
};

Arena& arena() {
  static Arena* one = new Arena;  // never destroyed: tensors may outlive static destructors
  return *one;
}

void free_block(void* p) {
  if (arena().owns(p)) arena().free(p);
  else std::free(p);
}

c10::DataPtr allocate_block(size_t bytes) {
  void* p = nullptr;
  if (bytes >= kLarge) p = arena().allocate(bytes);
  if (p == nullptr && bytes > 0 && posix_memalign(&p, kAlignment, bytes) != 0)
    TORCH_CHECK(false, "Out of memory: a CPU tensor of ", bytes, " bytes does not fit.");
  return {p, p, &free_block, c10::Device(c10::DeviceType::CPU)};
}

// Written without `override`, for the base class differs between versions of libtorch: allocate is const in older ones and not in newer
// ones, where copy_data has to be there too. Whichever signature the base has is overridden.
class ArenaAllocator : public c10::Allocator {
 public:
  c10::DataPtr allocate(size_t bytes) const { return allocate_block(bytes); }
  c10::DataPtr allocate(size_t bytes) { return allocate_block(bytes); }
  c10::DeleterFnPtr raw_deleter() const { return &free_block; }
  void copy_data(void* to, const void* from, size_t bytes) const { std::memcpy(to, from, bytes); }
};

}  // namespace

void install_allocator() {
  static const bool installed = [] {
    c10::SetCPUAllocator(new ArenaAllocator, /*priority=*/1);
    return true;
  }();
  (void)installed;
}

void release_cached_memory() { arena().release(); }

AllocatorStatistics allocator_statistics() { return arena().statistics(); }

}  // namespace icon
