# Lets MSBuild, which knows no launchers, take the launcher for the compiler.

# Why the generator can't be used, empty where it can.
function(_clcache_refuse_generator result)
  set(text "")
  if(CMAKE_GENERATOR MATCHES "Xcode" OR (CMAKE_GENERATOR MATCHES "Visual Studio" AND NOT CLCACHE_MSBUILD))
    set(text "the generator ${CMAKE_GENERATOR} ignores compiler launchers; use -G Ninja")
  elseif(CMAKE_GENERATOR MATCHES "Visual Studio" AND CMAKE_GENERATOR_TOOLSET MATCHES "ClangCL|LLVM")
    set(text "CLCACHE_MSBUILD is for cl and not for the toolset ${CMAKE_GENERATOR_TOOLSET}; use -G Ninja")
  endif()
  set(${result} "${text}" PARENT_SCOPE)
endfunction()

# Sets CMAKE_VS_GLOBALS in the includer's folder; what the user has set in it stays.
function(_clcache_use_msbuild program)
  # Under the compiler's name the launcher runs the next program of that name on PATH; beside it stands where its core is.
  set(folder "${CMAKE_BINARY_DIR}/clcache/msbuild")
  configure_file("${program}" "${folder}/cl.exe" COPYONLY)
  get_filename_component(beside "${program}" DIRECTORY)
  get_filename_component(suffix "${program}" LAST_EXT)
  if(EXISTS "${beside}/clcache-core.path")
    configure_file("${beside}/clcache-core.path" "${folder}/clcache-core.path" COPYONLY)
  else()
    file(WRITE "${folder}/clcache-core.path" "${beside}/clcache-core${suffix}\n")
  endif()
  # clcache_launcher/setup/msbuild.py says why each.
  set(globals "${CMAKE_VS_GLOBALS}")
  foreach(value IN ITEMS "CLToolExe=cl.exe" "CLToolPath=${folder}" "UseMultiToolTask=true" "TrackFileAccess=false")
    string(REGEX MATCH "^[^=]+=" name "${value}")
    if(NOT ";${globals}" MATCHES ";${name}")
      list(APPEND globals "${value}")
    endif()
  endforeach()
  set(CMAKE_VS_GLOBALS "${globals}" PARENT_SCOPE)
endfunction()
