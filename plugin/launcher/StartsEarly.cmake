# Whether the launcher can ask the core before the C library is set up: CLCACHE_STARTS_EARLY, see linux_start.c.
#
# It can where a static C library is at hand and ${_asks}, compiled with CLCACHE_EARLY_OPTIONS, links without one.
include(CheckCSourceCompiles)
set(CLCACHE_STARTS_EARLY FALSE)
set(CLCACHE_EARLY_OPTIONS "")
if(MSVC)
  return()
endif()
# A static program has no libraries to find and to relocate.
set(CMAKE_REQUIRED_LINK_OPTIONS -static)
check_c_source_compiles("int main(void) { return 0; }" CLCACHE_HAS_STATIC_LIBC)
unset(CMAKE_REQUIRED_LINK_OPTIONS)
if(NOT CLCACHE_HAS_STATIC_LIBC OR NOT CMAKE_SYSTEM_NAME STREQUAL "Linux")
  return()
endif()
# Without what the C library sets up (the stack protector's value) or brings (checked and vectorized calls).
set(CLCACHE_EARLY_OPTIONS -include "${CMAKE_CURRENT_LIST_DIR}/linux_start.h" -ffreestanding -fno-stack-protector
  -fno-pie -fno-lto -U_FORTIFY_SOURCE)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
  list(APPEND CLCACHE_EARLY_OPTIONS -fno-tree-loop-distribute-patterns) # a loop that copies would call itself
endif()
set(_tried "${CMAKE_CURRENT_BINARY_DIR}/starts_early")
file(WRITE "${_tried}/start.c" "void _start(void) { }\n")
set(_sources "${_tried}/start.c")
foreach(_source IN LISTS _asks ITEMS linux_start.c)
  list(APPEND _sources "${CMAKE_CURRENT_LIST_DIR}/${_source}")
endforeach()
string(REPLACE ";" " " _flags "${CLCACHE_EARLY_OPTIONS}")
set(_config "${CMAKE_TRY_COMPILE_CONFIGURATION}")
set(CMAKE_TRY_COMPILE_CONFIGURATION Release)
set(_c_flags "${CMAKE_C_FLAGS}")
string(APPEND CMAKE_C_FLAGS " ${_flags}")
try_compile(CLCACHE_LINKS_WITHOUT_LIBC "${_tried}" SOURCES ${_sources}
  COMPILE_DEFINITIONS "-DCLCACHE_VERSION=\"0\"" "-DCLCACHE_BUILD=\"0\""
  LINK_OPTIONS -nostdlib -static -no-pie -Wl,-e,early_start
  OUTPUT_VARIABLE _output)
set(CMAKE_C_FLAGS "${_c_flags}")
set(CMAKE_TRY_COMPILE_CONFIGURATION "${_config}")
set(CLCACHE_STARTS_EARLY "${CLCACHE_LINKS_WITHOUT_LIBC}")
if(NOT CLCACHE_STARTS_EARLY)
  message(STATUS "The launcher starts with the C library: ${_output}")
endif()
