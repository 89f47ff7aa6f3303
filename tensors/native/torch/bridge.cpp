#include "bridge.h"

#include <c10/util/Exception.h>

#include <cstdlib>
#include <sstream>

namespace icon {
namespace {

thread_local std::string last_error;

const char* dtype_name(at::ScalarType type) {
  switch (type) {
    case at::kByte: return "uint8";
    case at::kChar: return "int8";
    case at::kShort: return "int16";
    case at::kInt: return "int32";
    case at::kLong: return "int64";
    case at::kHalf: return "float16";
    case at::kFloat: return "float32";
    case at::kDouble: return "float64";
    case at::kBool: return "bool";
    case at::kBFloat16: return "bfloat16";
    default: return c10::toString(type);
  }
}

// The C++ stack trace says nothing to a person who called from C#; ICONDIFFUSION_NATIVE_TRACE=1 keeps it.
bool wants_trace() {
  const char* value = std::getenv("ICONDIFFUSION_NATIVE_TRACE");
  return value != nullptr && *value != '\0' && *value != '0';
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

std::string describe(const at::Tensor& tensor) {
  if (!tensor.defined()) return "none";
  std::ostringstream out;
  out << dtype_name(tensor.scalar_type()) << " [";
  for (int64_t i = 0; i < tensor.dim(); i++) out << (i == 0 ? "" : ", ") << tensor.size(i);
  out << ']';
  if (!tensor.device().is_cpu()) out << ' ' << tensor.device();
  return out.str();
}

std::string describe(const char* name, const IconTensor* handles, int32_t count) {
  std::string out = std::string(name) + "(";
  for (int32_t i = 0; i < count; i++) {
    if (i > 0) out += ", ";
    if (i == 8) return out + "… " + std::to_string(count) + " tensors)";
    out += describe(copy(handles[i]));
  }
  return out + ")";
}

void keep_error(const std::string& what) noexcept {
  try {
    std::string why;
    try {
      throw;
    } catch (const c10::Error& error) {
      why = wants_trace() ? error.what() : first_line(error.what_without_backtrace());
    } catch (const std::exception& error) {
      why = wants_trace() ? error.what() : first_line(error.what());
    } catch (...) {
      why = "an exception of an unknown type";
    }
    last_error = what + ": " + why;
  } catch (...) {
    last_error.clear();  // out of memory while reporting: the caller still sees a failure, without a text
  }
}

}  // namespace icon

ICON_API const char* icon_last_error() { return icon::last_error.c_str(); }
