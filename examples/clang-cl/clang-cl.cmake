# clang-cl with LLVM's own tools, on Windows or, for what needs no Windows headers, elsewhere.
foreach(tool C_COMPILER:clang-cl CXX_COMPILER:clang-cl LINKER:lld-link AR:llvm-lib MT:llvm-mt RC_COMPILER:llvm-rc)
  string(REPLACE ":" ";" tool "${tool}")
  list(GET tool 0 variable)
  list(GET tool 1 name)
  find_program(CMAKE_${variable} NAMES ${name} ${name}-19 REQUIRED)
endforeach()
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
