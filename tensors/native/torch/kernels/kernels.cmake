# The CPU kernels. Included by ../CMakeLists.txt, which compiles ${ICON_KERNEL_SOURCES} into the shim.
#
# icon_isa_sources(<file>) compiles one file once per instruction set and appends the objects to ICON_KERNEL_SOURCES.
# In each compilation ICON_ISA is the namespace of that flavour: avx512, avx2 or baseline (simd_dispatch.h chooses at
# run time). Such a file must include no libtorch header and instantiate no standard template: the linker keeps one copy
# of an inline function, and a copy compiled for AVX-512 would then run on a processor that lacks it.

set(ICON_KERNELS_DIR ${CMAKE_CURRENT_LIST_DIR})
set(ICON_KERNEL_SOURCES ${ICON_KERNELS_DIR}/conv.cpp ${ICON_KERNELS_DIR}/conv_scratch.cpp)

function(icon_isa_sources file)
  get_filename_component(name ${file} NAME_WE)
  set(flavours baseline)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    list(APPEND flavours avx2 avx512)
  endif()
  set(flags_avx2 -mavx2 -mfma)
  set(flags_avx512 -mavx2 -mfma -mavx512f -mavx512bw -mavx512dq -mavx512vl -mprefer-vector-width=512)
  foreach(flavour ${flavours})
    set(target icon_${name}_${flavour})
    add_library(${target} OBJECT ${file})
    target_compile_features(${target} PRIVATE cxx_std_17)
    target_compile_definitions(${target} PRIVATE ICON_ISA=${flavour})
    target_compile_options(${target} PRIVATE -O3 -fno-math-errno -fno-trapping-math -fvisibility=hidden ${flags_${flavour}})
    set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON)
    list(APPEND ICON_KERNEL_SOURCES $<TARGET_OBJECTS:${target}>)
  endforeach()
  set(ICON_KERNEL_SOURCES ${ICON_KERNEL_SOURCES} PARENT_SCOPE)
endfunction()

icon_isa_sources(${ICON_KERNELS_DIR}/conv_isa.cpp)
icon_isa_sources(${ICON_KERNELS_DIR}/conv_direct_isa.cpp)
icon_isa_sources(${ICON_KERNELS_DIR}/conv_winograd_isa.cpp)
