// The C ABI between IconDiffusion.Torch and libtorch.
//
// A tensor handle is a c10::TensorImpl* that owns one reference. Calls borrow handles; functions that return a handle
// give the caller a new reference, to be returned with icon_free. A null handle is an undefined tensor.
// No C++ exception crosses this boundary: a function fails by returning null, -1 or false, and icon_last_error()
// then says what failed, with which arguments and why.
#pragma once

#include <stdint.h>

#define ICON_API extern "C" __attribute__((visibility("default")))

// Raised whenever a signature below changes; the managed side refuses any other number.
#define ICON_ABI_VERSION 1

typedef void* IconTensor;
typedef void* IconOperator;
typedef void* IconGenerator;
typedef void* IconInferenceGuard;
typedef void* IconScript;

// One argument of icon_call: a tagged union, in the order of the operator's schema.
enum IconArgKind : int32_t {
  ICON_DEFAULT = 0,     // the schema's default value
  ICON_NONE = 1,        // None
  ICON_TENSOR = 2,      // pointer: handle
  ICON_INT = 3,         // integer
  ICON_DOUBLE = 4,      // real
  ICON_BOOL = 5,        // integer
  ICON_INTS = 6,        // pointer: int64_t[count]
  ICON_DOUBLES = 7,     // pointer: double[count]
  ICON_TENSORS = 8,     // pointer: IconTensor[count]
  ICON_DEVICE = 9,      // integer: device type, count: device index
  ICON_GENERATOR = 10,  // pointer
  ICON_STRING = 11,     // pointer: UTF-8, count bytes
};

struct IconArg {
  int32_t kind;
  int32_t count;
  union {
    int64_t integer;
    double real;
    const void* pointer;
  };
};

// Errors and versions
ICON_API const char* icon_last_error();
ICON_API int32_t icon_abi_version();
ICON_API const char* icon_torch_version();
ICON_API const char* icon_build_info();      // valid until this thread's next call
ICON_API void icon_initialize();             // once, before any tensor: installs the CPU allocator
ICON_API void icon_release_cached_memory();  // CPU memory that no tensor holds, back to the system

// Any ATen operator by its schema name, such as "aten::add.Tensor". Results that are lists are flattened, and numbers
// become 0-d tensors. Returns the number of results; when there are more than max_results, none is written and they wait
// for icon_take_results.
ICON_API IconOperator icon_find_operator(const char* name);
ICON_API int32_t icon_call(IconOperator op, const IconArg* args, int32_t count, IconTensor* results, int32_t max_results);
ICON_API void icon_take_results(IconTensor* results);

// Handles
ICON_API void icon_free(IconTensor tensor);
ICON_API IconTensor icon_share(IconTensor tensor);
ICON_API int32_t icon_dim(IconTensor tensor);
ICON_API void icon_sizes(IconTensor tensor, int64_t* sizes);
ICON_API void icon_strides(IconTensor tensor, int64_t* strides);
ICON_API int32_t icon_dtype(IconTensor tensor);
ICON_API int64_t icon_device(IconTensor tensor);  // type in the low half, index in the high half
ICON_API int64_t icon_numel(IconTensor tensor);
ICON_API int64_t icon_element_size(IconTensor tensor);
ICON_API int64_t icon_storage_offset(IconTensor tensor);
ICON_API int64_t icon_owned_bytes(IconTensor tensor);  // bytes of the storage if this handle is its only user, else 0
ICON_API int32_t icon_is_contiguous(IconTensor tensor, int32_t channels_last);
ICON_API int32_t icon_requires_grad(IconTensor tensor);
ICON_API int32_t icon_is_leaf(IconTensor tensor);
ICON_API void* icon_data(IconTensor tensor);

// Autograd
ICON_API int32_t icon_set_requires_grad(IconTensor tensor, int32_t value);
ICON_API int32_t icon_retain_grad(IconTensor tensor);
ICON_API int32_t icon_grad(IconTensor tensor, IconTensor* grad);
ICON_API int32_t icon_set_grad(IconTensor tensor, IconTensor grad);
ICON_API int32_t icon_set_data(IconTensor tensor, IconTensor data);
ICON_API int32_t icon_backward(const IconTensor* outputs, const IconTensor* gradients, int32_t count, int32_t retain_graph,
                               int32_t create_graph, const IconTensor* inputs, int32_t input_count);
ICON_API int32_t icon_autograd_grad(const IconTensor* outputs, const IconTensor* gradients, int32_t count,
                                    const IconTensor* inputs, int32_t input_count, int32_t retain_graph,
                                    int32_t create_graph, int32_t allow_unused, IconTensor* results);
ICON_API int32_t icon_grad_mode();
ICON_API void icon_set_grad_mode(int32_t enabled);
ICON_API IconInferenceGuard icon_enter_inference_mode(int32_t enabled);
ICON_API void icon_leave_inference_mode(IconInferenceGuard guard);

// Randomness
ICON_API int32_t icon_manual_seed(int64_t seed);
ICON_API IconGenerator icon_new_generator(int32_t device_type, int32_t device_index, uint64_t seed);
ICON_API IconGenerator icon_default_generator(int32_t device_type, int32_t device_index);
ICON_API void icon_free_generator(IconGenerator generator);
ICON_API int32_t icon_seed_generator(IconGenerator generator, uint64_t seed);
ICON_API int32_t icon_generator_seed(IconGenerator generator, uint64_t* seed);
ICON_API IconTensor icon_generator_state(IconGenerator generator);
ICON_API int32_t icon_set_generator_state(IconGenerator generator, IconTensor state);

// TorchScript networks, in evaluation mode: one tensor in, one out
ICON_API IconScript icon_script_load(const char* path, int32_t device_type, int32_t device_index);
ICON_API IconTensor icon_script_forward(IconScript script, IconTensor x);
ICON_API void icon_script_free(IconScript script);

// Threads, devices and switches
enum IconSwitch : int32_t {
  ICON_CUBLAS_TF32 = 0,
  ICON_CUDNN_TF32 = 1,
  ICON_CUDNN_BENCHMARK = 2,
  ICON_CUDNN_DETERMINISTIC = 3,
};
ICON_API int32_t icon_threads();
ICON_API int32_t icon_set_threads(int32_t count);
ICON_API int32_t icon_interop_threads();
ICON_API int32_t icon_set_interop_threads(int32_t count);
ICON_API int32_t icon_cuda_device_count();
ICON_API int32_t icon_cudnn_available();
ICON_API int32_t icon_cuda_synchronize(int32_t device_index);
ICON_API int32_t icon_cuda_empty_cache();  // 1 done, 0 built without the CUDA headers, -1 failed
ICON_API int32_t icon_switch(int32_t which);
ICON_API int32_t icon_set_switch(int32_t which, int32_t value);

// Fused operations (kernels/): CPU float32 has its own kernels, everything else is composed of ATen operators.
ICON_API IconTensor icon_conv2d(IconTensor x, IconTensor weight, IconTensor bias, int64_t stride, int64_t pad_h, int64_t pad_w);
ICON_API IconTensor icon_conv_transpose2d(IconTensor x, IconTensor weight, int64_t stride, int64_t padding);
ICON_API IconTensor icon_conv2d_relu(IconTensor x, IconTensor weight, IconTensor bias, int64_t stride, int64_t pad_h,
                                     int64_t pad_w);
ICON_API IconTensor icon_group_norm_silu(IconTensor x, int64_t groups, IconTensor weight, IconTensor bias, IconTensor scale,
                                         IconTensor shift, double eps);
ICON_API IconTensor icon_channel_norm(IconTensor x, IconTensor gain, IconTensor bias, double eps);
ICON_API IconTensor icon_layer_norm_relu(IconTensor x, IconTensor weight, IconTensor bias, double eps);
ICON_API IconTensor icon_linear_attention(IconTensor qkv, int64_t heads, double scale);
ICON_API IconTensor icon_attention(IconTensor qkv, int64_t heads, double scale);
ICON_API IconTensor icon_fir2d(IconTensor x, IconTensor taps, int64_t up, int64_t down, int64_t left, int64_t right, int64_t top,
                               int64_t bottom, int32_t flip, double gain);
ICON_API IconTensor icon_modulate(IconTensor x, IconTensor styles);
ICON_API IconTensor icon_scaled_lrelu(IconTensor x, IconTensor scale, IconTensor noise, IconTensor bias, double slope, double gain);
// `ema` is null, or follows the new parameters with ema_decay. Gradients are multiplied by grad_scale first.
ICON_API int32_t icon_adam_step(const IconTensor* parameters, const IconTensor* gradients, const IconTensor* exp_avg,
                                const IconTensor* exp_avg_sq, const IconTensor* ema, int32_t count, double lr,
                                double beta1, double beta2, double eps, int64_t step, double grad_scale,
                                double ema_decay);
ICON_API int32_t icon_grad_norm(const IconTensor* gradients, int32_t count, double* norm);
