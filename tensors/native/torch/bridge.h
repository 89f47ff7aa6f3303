// What the shim's files share: borrowing handles, and turning every C++ exception into icon_last_error().
#pragma once

#include <ATen/ATen.h>

#include <string>
#include <vector>

#include "shim.h"

namespace icon {

/// A tensor lent to a call: takes over the handle's reference and gives it back, so no count changes.
class Lent {
 public:
  explicit Lent(IconTensor handle)
      : tensor_(handle == nullptr
                    ? at::Tensor()
                    : at::Tensor(c10::intrusive_ptr<c10::TensorImpl, c10::UndefinedTensorImpl>::reclaim(
                          static_cast<c10::TensorImpl*>(handle)))) {}
  ~Lent() { tensor_.unsafeReleaseTensorImpl(); }
  Lent(const Lent&) = delete;
  Lent& operator=(const Lent&) = delete;

  const at::Tensor& operator*() const { return tensor_; }
  const at::Tensor* operator->() const { return &tensor_; }

 private:
  at::Tensor tensor_;
};

/// A counted copy of the handle's tensor, for lists and stacks that own what they hold.
inline at::Tensor copy(IconTensor handle) {
  Lent lent(handle);
  return *lent;
}

inline std::vector<at::Tensor> copy(const IconTensor* handles, int32_t count) {
  std::vector<at::Tensor> tensors;
  tensors.reserve(count);
  for (int32_t i = 0; i < count; i++) tensors.push_back(copy(handles[i]));
  return tensors;
}

/// Hands the tensor's reference to the caller; an undefined tensor becomes null.
inline IconTensor give(at::Tensor tensor) { return tensor.defined() ? tensor.unsafeReleaseTensorImpl() : nullptr; }

/// "float32 [2, 3]", with the device when it is not the CPU.
std::string describe(const at::Tensor& tensor);

/// "name(first, second)" for the tensors of a failed call; undefined ones are "none".
std::string describe(const char* name, const IconTensor* handles, int32_t count);

/// Keeps "what failed: why" for icon_last_error(), from the exception now being handled.
void keep_error(const std::string& what) noexcept;

/// Runs body; an exception is kept, named by what(), and failure returned instead.
template <class Result, class What, class Body>
Result guarded(Result failure, What what, Body body) noexcept {
  try {
    return body();
  } catch (...) {
    std::string name;
    try {
      name = what();
    } catch (...) {
    }
    keep_error(name);
    return failure;
  }
}

/// guarded() for calls whose tensors should be named with their shapes.
template <class Result, class Body>
Result guarded(Result failure, const char* name, std::initializer_list<IconTensor> handles, Body body) noexcept {
  return guarded(
      failure, [&] { return describe(name, handles.begin(), static_cast<int32_t>(handles.size())); }, body);
}

}  // namespace icon
