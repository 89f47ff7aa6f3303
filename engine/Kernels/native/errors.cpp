#include "icon_kernels.h"
#include "threads.h"

namespace icon {
namespace {

thread_local std::string t_error;

}  // namespace

void keep_error(const std::string& message) { t_error = message; }

}  // namespace icon

int32_t icon_abi_version() { return 1; }

const char* icon_error() { return icon::t_error.c_str(); }

int32_t icon_pool_threads() {
  int32_t count = 0;
#pragma omp parallel
#pragma omp single
  count = omp_get_num_threads();
  return count;
}
