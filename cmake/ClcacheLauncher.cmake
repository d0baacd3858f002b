#[===[.rst:
ClcacheLauncher
---------------

Compiles the project through clcache::

  include(ClcacheLauncher)

The targets made after this line, in this folder and below, get ``clcache`` as the launcher of their C and C++ compiler.
It may stand before or after ``project()`` and may be included any number of times. Needs CMake 3.20.

Cache variables that are read:

``CLCACHE_ENABLE``
  ``OFF`` switches the module off. Default ``ON``.
``CLCACHE_REQUIRED``
  ``ON`` makes it an error when clcache can't be used, which else is a warning and an uncached build.
``CLCACHE_CONFIG``
  Settings file, relative to the top source folder. Default: the ``clcache.yaml`` nearest above the build folder; where
  the build folder lies outside of the sources, the one beside the top ``CMakeLists.txt``.
``CLCACHE_LANGUAGES``
  Languages to cache. Default ``C;CXX``.
``CLCACHE_PROGRAM``
  The launcher. Default: the one that came with this module, else the one on ``PATH``.

A launcher that is set already, by variable, by ``-D`` or by the environment, stays.
#]===]

cmake_policy(PUSH)
cmake_policy(VERSION 3.20...4.0)

# Whether this configure says the text for the first time; a second include has nothing new to say.
function(_clcache_is_new text result)
  string(MD5 id "${text}")
  get_property(known GLOBAL PROPERTY _CLCACHE_${id} SET)
  set_property(GLOBAL PROPERTY _CLCACHE_${id} TRUE)
  set(${result} TRUE PARENT_SCOPE)
  if(known)
    set(${result} FALSE PARENT_SCOPE)
  endif()
endfunction()

function(_clcache_complain text)
  if(CLCACHE_REQUIRED)
    message(FATAL_ERROR "clcache: ${text}")
  endif()
  _clcache_is_new("${text}" new)
  if(new)
    message(WARNING "clcache: ${text}; this build is not cached")
  endif()
endfunction()

# Path of the launcher; false where there is none.
function(_clcache_find result)
  # This file is in <environment>/lib/pythonX.Y/site-packages/clcache_launcher/cmake, in
  # <environment>/share/cmake/ClcacheLauncher, or beside a launcher in a build folder. That launcher comes before any in
  # CMAKE_PREFIX_PATH, which find_program looks into first; a cross compiler's root folder has nothing to do with it.
  set(here "${CMAKE_CURRENT_FUNCTION_LIST_DIR}")
  find_program(CLCACHE_PROGRAM NAMES clcache
    PATHS "${here}" "${here}/../../../../../bin" "${here}/../../../../Scripts" "${here}/../../../bin"
          "${here}/../../../Scripts"
    NO_DEFAULT_PATH NO_CMAKE_FIND_ROOT_PATH DOC "The clcache launcher")
  find_program(CLCACHE_PROGRAM NAMES clcache NO_CMAKE_FIND_ROOT_PATH)
  mark_as_advanced(CLCACHE_PROGRAM)
  set(${result} "${CLCACHE_PROGRAM}" PARENT_SCOPE)
endfunction()

# Path of the settings file for the launcher's --config, or an empty string where the launcher finds it by itself: it
# looks above the folder that it runs in, the build folder.
function(_clcache_find_config result)
  set(${result} "" PARENT_SCOPE)
  set(beside "${CMAKE_SOURCE_DIR}/clcache.yaml")
  if(CLCACHE_CONFIG)
    get_filename_component(config "${CLCACHE_CONFIG}" ABSOLUTE BASE_DIR "${CMAKE_SOURCE_DIR}")
    set(${result} "${config}" PARENT_SCOPE)
  elseif(EXISTS "${beside}" AND NOT DEFINED ENV{CLCACHE_CONFIG})
    file(REAL_PATH "${CMAKE_SOURCE_DIR}" source)
    file(REAL_PATH "${CMAKE_BINARY_DIR}" build)
    cmake_path(IS_PREFIX source "${build}" is_found)
    if(NOT is_found)
      set(${result} "${beside}" PARENT_SCOPE)
    endif()
  endif()
endfunction()

# Lets a change of the settings configure again, so that what is wrong in them is told.
function(_clcache_check_at_change config)
  foreach(file IN ITEMS "${config}" "${CMAKE_SOURCE_DIR}/clcache.yaml")
    _clcache_is_new("depends ${file}" new)
    if(new AND EXISTS "${file}")
      set_property(DIRECTORY "${CMAKE_SOURCE_DIR}" APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${file}")
    endif()
  endforeach()
endfunction()

# What is wrong with the settings, empty where nothing is; asked once a configure, for it starts a Python process.
function(_clcache_check_settings launcher result)
  set(property "_CLCACHE_COMPLAINT_${launcher}")
  get_property(asked GLOBAL PROPERTY "${property}" SET)
  if(NOT asked)
    execute_process(COMMAND ${launcher} config WORKING_DIRECTORY "${CMAKE_BINARY_DIR}"
      RESULT_VARIABLE code OUTPUT_QUIET ERROR_VARIABLE text)
    string(REGEX REPLACE "^clcache: " "" text "${text}")
    string(STRIP "${text}" text)
    if(code EQUAL 0)
      set(text "")
    elseif(NOT text)
      set(text "'${launcher} config' fails: ${code}")
    endif()
    set_property(GLOBAL PROPERTY "${property}" "${text}")
  endif()
  get_property(text GLOBAL PROPERTY "${property}")
  set(${result} "${text}" PARENT_SCOPE)
endfunction()

# Targets made so far, in a folder and below it, that compile some of the languages without a launcher.
function(_clcache_list_bare_targets folder languages result)
  get_property(targets DIRECTORY "${folder}" PROPERTY BUILDSYSTEM_TARGETS)
  get_property(folders_below DIRECTORY "${folder}" PROPERTY SUBDIRECTORIES)
  set(bare "")
  foreach(target IN LISTS targets)
    get_target_property(type ${target} TYPE)
    set(launchers "")
    foreach(language IN LISTS languages)
      get_target_property(launcher ${target} ${language}_COMPILER_LAUNCHER)
      list(APPEND launchers "${launcher}")
    endforeach()
    if("${launchers}" MATCHES "NOTFOUND" AND NOT type MATCHES "UTILITY|INTERFACE_LIBRARY")
      list(APPEND bare ${target})
    endif()
  endforeach()
  foreach(each IN LISTS folders_below)
    _clcache_list_bare_targets("${each}" "${languages}" bare_below)
    list(APPEND bare ${bare_below})
  endforeach()
  set(${result} "${bare}" PARENT_SCOPE)
endfunction()

# Sets CMAKE_<LANG>_COMPILER_LAUNCHER in the caller's folder.
function(clcache_switch_on)
  if(CMAKE_GENERATOR MATCHES "Visual Studio|Xcode")
    _clcache_complain("the generator ${CMAKE_GENERATOR} ignores compiler launchers; use -G Ninja")
    return()
  endif()
  _clcache_find(program)
  if(NOT program)
    _clcache_complain("the program clcache is not found; install it with 'pip install clcache-launcher' or set CLCACHE_PROGRAM")
    return()
  endif()
  set(launcher "${program}")
  _clcache_find_config(config)
  if(config)
    list(APPEND launcher --config "${config}")
  endif()
  _clcache_check_at_change("${config}")
  _clcache_check_settings("${launcher}" complaint)
  if(complaint)
    _clcache_complain("${complaint}")
    return()
  endif()
  if(NOT DEFINED CLCACHE_LANGUAGES)
    set(CLCACHE_LANGUAGES C CXX)
  endif()
  set(switched "")
  set(told "")
  foreach(language IN LISTS CLCACHE_LANGUAGES)
    set(variable CMAKE_${language}_COMPILER_LAUNCHER)
    if(DEFINED ${variable} AND NOT "${${variable}}" STREQUAL "${launcher}")
      list(APPEND told "${language} keeps its launcher '${${variable}}'")
    elseif(DEFINED ENV{${variable}} AND NOT DEFINED ${variable})
      list(APPEND told "${language} keeps its launcher '$ENV{${variable}}'")
    else()
      set(${variable} "${launcher}" PARENT_SCOPE)
      list(APPEND switched ${language})
    endif()
  endforeach()
  if(switched)
    list(JOIN switched ", " languages)
    list(PREPEND told "compiles ${languages} through ${program}")
    _clcache_list_bare_targets("${CMAKE_CURRENT_SOURCE_DIR}" "${switched}" targets)
    list(JOIN targets ", " text)
    _clcache_is_new("targets ${text}" new)
    if(targets AND new)
      message(WARNING "clcache: these targets were made before include(ClcacheLauncher) and are not cached: ${text}")
    endif()
  endif()
  _clcache_is_new("status" new)
  if(new)
    list(JOIN told "; " text)
    message(STATUS "clcache: ${text}")
  endif()
endfunction()

get_property(_clcache_in_try_compile GLOBAL PROPERTY IN_TRY_COMPILE)
if(NOT _clcache_in_try_compile AND (CLCACHE_ENABLE OR NOT DEFINED CLCACHE_ENABLE))
  clcache_switch_on()
endif()
unset(_clcache_in_try_compile)
cmake_policy(POP)
