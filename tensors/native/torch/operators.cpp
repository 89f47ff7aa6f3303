// Calls any ATen operator by its schema name through the dispatcher, so that one function covers the long tail of
// operators and of libtorch versions: arguments left out take the defaults of the schema that this libtorch has.
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/jit_type.h>
#include <ATen/core/stack.h>

#include "bridge.h"

namespace icon {
namespace {

thread_local std::vector<at::Tensor> waiting_results;

const c10::OperatorHandle& handle_of(IconOperator op) { return *static_cast<c10::OperatorHandle*>(op); }

c10::TypePtr strip_optional(const c10::TypePtr& type) {
  auto* optional = type->castRaw<c10::OptionalType>();
  return optional == nullptr ? type : optional->getElementType();
}

c10::IValue tensor_list(const IconArg& arg, const c10::TypePtr& type) {
  auto* list_type = strip_optional(type)->castRaw<c10::ListType>();
  // aten::index takes optional tensors: the list must carry the element type its schema names.
  c10::impl::GenericList list(list_type == nullptr ? c10::TypePtr(c10::TensorType::get()) : list_type->getElementType());
  auto* handles = static_cast<const IconTensor*>(arg.pointer);
  list.reserve(arg.count);
  for (int32_t i = 0; i < arg.count; i++)
    list.push_back(handles[i] == nullptr ? c10::IValue() : c10::IValue(copy(handles[i])));
  return list;
}

template <class T>
c10::List<T> number_list(const IconArg& arg) {
  auto* values = static_cast<const T*>(arg.pointer);
  c10::List<T> list;
  list.reserve(arg.count);
  for (int32_t i = 0; i < arg.count; i++) list.push_back(values[i]);
  return list;
}

c10::IValue to_ivalue(const IconArg& arg, const c10::Argument& schema) {
  switch (arg.kind) {
    case ICON_DEFAULT:
      TORCH_CHECK(schema.default_value().has_value(), "argument '", schema.name(), "' has no default and was not given");
      return *schema.default_value();
    case ICON_NONE: return {};
    case ICON_TENSOR: return copy(const_cast<IconTensor>(arg.pointer));
    case ICON_INT:
      if (strip_optional(schema.type())->kind() == c10::TypeKind::FloatType) return static_cast<double>(arg.integer);
      return arg.integer;
    case ICON_DOUBLE: return arg.real;
    case ICON_BOOL: return arg.integer != 0;
    case ICON_INTS: return number_list<int64_t>(arg);
    case ICON_DOUBLES: return number_list<double>(arg);
    case ICON_TENSORS: return tensor_list(arg, schema.type());
    case ICON_DEVICE: return c10::Device(static_cast<c10::DeviceType>(arg.integer), static_cast<c10::DeviceIndex>(arg.count));
    case ICON_GENERATOR: return *static_cast<const at::Generator*>(arg.pointer);
    case ICON_STRING: return std::string(static_cast<const char*>(arg.pointer), arg.count);
    default: TORCH_CHECK(false, "argument '", schema.name(), "' came as unknown kind ", arg.kind);
  }
}

void collect(c10::IValue&& value, std::vector<at::Tensor>& results) {
  if (value.isTensor()) {
    results.push_back(std::move(value).toTensor());
  } else if (value.isTensorList()) {
    for (const at::Tensor& tensor : value.toTensorVector()) results.push_back(tensor);
  } else if (value.isBool()) {
    results.push_back(at::scalar_tensor(value.toBool(), at::kBool));
  } else if (value.isInt()) {
    results.push_back(at::scalar_tensor(value.toInt(), at::kLong));
  } else if (value.isDouble()) {
    results.push_back(at::scalar_tensor(value.toDouble(), at::kDouble));
  } else if (value.isScalar()) {
    results.push_back(at::scalar_tensor(value.toScalar()));
  } else {
    TORCH_CHECK(false, "a result of type ", value.tagKind(), " cannot be returned");
  }
}

std::string describe(const IconArg& arg) {
  switch (arg.kind) {
    case ICON_NONE: return "none";
    case ICON_TENSOR: return icon::describe(copy(const_cast<IconTensor>(arg.pointer)));
    case ICON_INT: return std::to_string(arg.integer);
    case ICON_DOUBLE: return c10::str(arg.real);
    case ICON_BOOL: return arg.integer != 0 ? "true" : "false";
    case ICON_INTS: return c10::str("[", c10::Join(", ", number_list<int64_t>(arg).vec()), "]");
    case ICON_TENSORS: return icon::describe("", static_cast<const IconTensor*>(arg.pointer), arg.count);
    case ICON_STRING: return "'" + std::string(static_cast<const char*>(arg.pointer), arg.count) + "'";
    default: return "…";
  }
}

std::string describe_call(IconOperator op, const IconArg* args, int32_t count) {
  while (count > 0 && args[count - 1].kind == ICON_DEFAULT) count--;
  std::string out = handle_of(op).schema().name() + "(";
  for (int32_t i = 0; i < count; i++) out += (i == 0 ? "" : ", ") + describe(args[i]);
  return out + ")";
}

}  // namespace
}  // namespace icon

using namespace icon;

ICON_API IconOperator icon_find_operator(const char* name) {
  return guarded(
      IconOperator(nullptr), [&] { return std::string(name); },
      [&]() -> IconOperator {
        std::string full(name);
        auto dot = full.find('.');
        auto overload = dot == std::string::npos ? std::string() : full.substr(dot + 1);
        auto found = c10::Dispatcher::singleton().findSchema({full.substr(0, dot), overload});
        TORCH_CHECK(found.has_value(), "libtorch ", icon_torch_version(), " has no such operator");
        return new c10::OperatorHandle(*found);  // kept by the caller for the life of the process
      });
}

ICON_API int32_t icon_call(IconOperator op, const IconArg* args, int32_t count, IconTensor* results, int32_t max_results) {
  return guarded(
      int32_t(-1), [&] { return describe_call(op, args, count); },
      [&] {
        const auto& handle = handle_of(op);
        const auto& schema = handle.schema().arguments();
        TORCH_CHECK(size_t(count) <= schema.size(), "takes ", schema.size(), " arguments, not ", count);
        torch::jit::Stack stack;
        stack.reserve(schema.size());
        static const IconArg left_out{ICON_DEFAULT, 0, {0}};
        for (size_t i = 0; i < schema.size(); i++)
          stack.push_back(to_ivalue(i < size_t(count) ? args[i] : left_out, schema[i]));

        handle.callBoxed(&stack);

        if (stack.size() == 1 && stack[0].isTensor() && max_results >= 1) {  // nearly every operator
          results[0] = give(std::move(stack[0]).toTensor());
          return int32_t(1);
        }
        std::vector<at::Tensor> tensors;
        for (auto& value : stack) collect(std::move(value), tensors);
        auto found = static_cast<int32_t>(tensors.size());
        if (found > max_results)
          waiting_results = std::move(tensors);
        else
          for (int32_t i = 0; i < found; i++) results[i] = give(std::move(tensors[i]));
        return found;
      });
}

ICON_API void icon_take_results(IconTensor* results) {
  for (size_t i = 0; i < waiting_results.size(); i++) results[i] = give(std::move(waiting_results[i]));
  waiting_results.clear();
}
