# The norm, attention, style and optimiser kernels and the allocator. Included after kernels.cmake, whose icon_isa_sources() it uses.
# at::parallel_for needs OpenMP in the files without _isa, and runs on one thread without it.

foreach(name norm layer_norm attention adam style)
  list(APPEND ICON_KERNEL_SOURCES ${CMAKE_CURRENT_LIST_DIR}/${name}.cpp)
  icon_isa_sources(${CMAKE_CURRENT_LIST_DIR}/${name}_isa.cpp)
endforeach()
list(APPEND ICON_KERNEL_SOURCES ${CMAKE_CURRENT_LIST_DIR}/allocator.cpp)
