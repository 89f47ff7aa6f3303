// Handles: their lifetime and the small questions about them. The questions cannot fail on a defined tensor, which is
// all that the managed side ever asks about.
#include "bridge.h"

using icon::Lent;

ICON_API void icon_free(IconTensor tensor) {
  if (tensor != nullptr)
    c10::intrusive_ptr<c10::TensorImpl, c10::UndefinedTensorImpl>::reclaim(static_cast<c10::TensorImpl*>(tensor));
}

ICON_API IconTensor icon_share(IconTensor tensor) { return icon::give(icon::copy(tensor)); }

ICON_API int32_t icon_dim(IconTensor tensor) { return static_cast<int32_t>(Lent(tensor)->dim()); }

ICON_API void icon_sizes(IconTensor tensor, int64_t* sizes) {
  Lent lent(tensor);
  for (int64_t size : lent->sizes()) *sizes++ = size;
}

ICON_API void icon_strides(IconTensor tensor, int64_t* strides) {
  Lent lent(tensor);
  for (int64_t stride : lent->strides()) *strides++ = stride;
}

ICON_API int32_t icon_dtype(IconTensor tensor) { return static_cast<int32_t>(Lent(tensor)->scalar_type()); }

ICON_API int64_t icon_device(IconTensor tensor) {
  auto device = Lent(tensor)->device();
  return static_cast<int64_t>(static_cast<uint32_t>(device.type())) | (static_cast<int64_t>(device.index()) << 32);
}

ICON_API int64_t icon_numel(IconTensor tensor) { return Lent(tensor)->numel(); }

ICON_API int64_t icon_element_size(IconTensor tensor) { return static_cast<int64_t>(Lent(tensor)->element_size()); }

ICON_API int64_t icon_storage_offset(IconTensor tensor) { return Lent(tensor)->storage_offset(); }

ICON_API int64_t icon_owned_bytes(IconTensor tensor) {
  Lent lent(tensor);
  if (!lent->has_storage()) return 0;
  const auto& storage = lent->storage();
  return storage.use_count() == 1 ? static_cast<int64_t>(storage.nbytes()) : 0;
}

ICON_API int32_t icon_is_contiguous(IconTensor tensor, int32_t channels_last) {
  return Lent(tensor)->is_contiguous(channels_last != 0 ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous);
}

ICON_API int32_t icon_requires_grad(IconTensor tensor) { return Lent(tensor)->requires_grad(); }

ICON_API int32_t icon_is_leaf(IconTensor tensor) { return Lent(tensor)->is_leaf(); }

ICON_API void* icon_data(IconTensor tensor) {
  return icon::guarded(static_cast<void*>(nullptr), "data", {tensor}, [&] { return Lent(tensor)->data_ptr(); });
}
