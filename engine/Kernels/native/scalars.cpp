#include <dlfcn.h>

#include <chrono>
#include <deque>
#include <mutex>
#include <utility>

// Stands for LibTorchSharp's function of the same name; see engine/Kernels/ScalarLifetime.cs. A number lives on for ten seconds after its
// last mention, longer than any operation that was given it takes to read it.

namespace {

using Clock = std::chrono::steady_clock;
using Dispose = void (*)(void*);

constexpr std::chrono::seconds kLifetime{10};

struct Waiting {
  std::mutex gate;
  std::deque<std::pair<Clock::time_point, void*>> scalars;
};

// Never destroyed: finalizers run until the process is gone.
Waiting& waiting() {
  static Waiting* const instance = new Waiting;
  return *instance;
}

// Only where that library is loaded already, which made the number. Otherwise the number stays, which harms nothing.
Dispose find_dispose() {
  void* const library = dlopen("libLibTorchSharp.so", RTLD_LAZY | RTLD_NOLOAD);
  return library == nullptr ? nullptr : reinterpret_cast<Dispose>(dlsym(library, "THSTorch_dispose_scalar"));
}

}  // namespace

extern "C" __attribute__((visibility("default"))) void THSTorch_dispose_scalar(void* scalar) {
  static const Dispose dispose = find_dispose();
  if (dispose == nullptr || scalar == nullptr) return;
  const auto now = Clock::now();
  auto& [gate, scalars] = waiting();
  const std::lock_guard<std::mutex> lock(gate);
  scalars.emplace_back(now, scalar);
  for (; now - scalars.front().first >= kLifetime; scalars.pop_front()) dispose(scalars.front().second);
}
