#[===[.rst:
ClcacheLauncher
---------------

Compiles the project through clcache::

  include(ClcacheLauncher)

The targets made after this line, in this folder and below, get ``clcache`` as the launcher of their C and C++ compiler.
It may stand before or after ``project()`` and may be included any number of times.

Cache variables that are read:

``CLCACHE_ENABLE``
  ``OFF`` switches the module off. Default ``ON``.
``CLCACHE_REQUIRED``
  ``ON`` makes it an error when clcache can't be used, which else is a warning and an uncached build.
``CLCACHE_CONFIG``
  Settings file to use instead of the nearest ``clcache.yaml``.
``CLCACHE_LANGUAGES``
  Languages to cache. Default ``C;CXX``.
``CLCACHE_PROGRAM``
  The launcher. Default: the one that came with this module, else the one on ``PATH``.

A launcher that is set already, by variable, by ``-D`` or by the environment, stays.
#]===]

function(_clcache_complain text)
  if(CLCACHE_REQUIRED)
    message(FATAL_ERROR "clcache: ${text}")
  endif()
  message(WARNING "clcache: ${text}; this build is not cached")
endfunction()

# The status line of a configure, once however often the module is included.
function(_clcache_tell text)
  get_property(told GLOBAL PROPERTY _CLCACHE_TOLD)
  if(NOT told STREQUAL text)
    set_property(GLOBAL PROPERTY _CLCACHE_TOLD "${text}")
    message(STATUS "clcache: ${text}")
  endif()
endfunction()

# Path of the launcher, or an empty string.
function(_clcache_find result)
  if(NOT CLCACHE_PROGRAM)
    # This file is in <environment>/lib/pythonX.Y/site-packages/clcache_launcher/cmake, in
    # <environment>/share/cmake/ClcacheLauncher, or beside a launcher in a build folder.
    set(here "${CMAKE_CURRENT_FUNCTION_LIST_DIR}")
    find_program(CLCACHE_PROGRAM NAMES clcache
      HINTS "${here}" "${here}/../../../../../bin" "${here}/../../../../Scripts" "${here}/../../../bin"
            "${here}/../../../Scripts" ENV CLCACHE_PROGRAM
      DOC "The clcache launcher")
    mark_as_advanced(CLCACHE_PROGRAM)
  endif()
  if(CLCACHE_PROGRAM)
    set(${result} "${CLCACHE_PROGRAM}" PARENT_SCOPE)
  else()
    set(${result} "" PARENT_SCOPE)
  endif()
endfunction()

# Whether the settings are fine; asked once a configure, for it starts a Python process.
function(_clcache_check_settings launcher result)
  set(question "${launcher};${CMAKE_CURRENT_SOURCE_DIR}")
  get_property(known GLOBAL PROPERTY _CLCACHE_CHECKED)
  if(NOT question IN_LIST known)
    execute_process(COMMAND ${launcher} config WORKING_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}"
      RESULT_VARIABLE code OUTPUT_QUIET ERROR_VARIABLE text)
    if(NOT code EQUAL 0)
      string(REGEX REPLACE "^clcache: " "" text "${text}")
      string(STRIP "${text}" text)
      _clcache_complain("${text}")
      set(${result} FALSE PARENT_SCOPE)
      return()
    endif()
    set_property(GLOBAL APPEND PROPERTY _CLCACHE_CHECKED "${question}")
  endif()
  set(${result} TRUE PARENT_SCOPE)
endfunction()

function(_clcache_warn_of_targets)
  get_property(targets DIRECTORY PROPERTY BUILDSYSTEM_TARGETS)
  if(targets)
    list(JOIN targets ", " targets)
    message(WARNING "clcache: these targets were made before include(ClcacheLauncher) and are not cached: ${targets}")
  endif()
endfunction()

# Sets CMAKE_<LANG>_COMPILER_LAUNCHER in the caller's folder.
function(clcache_switch_on)
  _clcache_find(program)
  if(NOT program)
    _clcache_complain("the program clcache is not found; install it with 'pip install clcache-launcher' or set CLCACHE_PROGRAM")
    return()
  endif()
  if(CMAKE_GENERATOR MATCHES "Visual Studio|Xcode")
    _clcache_complain("the generator ${CMAKE_GENERATOR} ignores compiler launchers; use -G Ninja")
    return()
  endif()
  set(launcher "${program}")
  if(CLCACHE_CONFIG)
    get_filename_component(config "${CLCACHE_CONFIG}" ABSOLUTE BASE_DIR "${CMAKE_SOURCE_DIR}")
    list(APPEND launcher --config "${config}")
  endif()
  _clcache_check_settings("${launcher}" fine)
  if(NOT fine)
    return()
  endif()
  if(NOT DEFINED CLCACHE_LANGUAGES)
    set(CLCACHE_LANGUAGES C CXX)
  endif()
  set(switched "")
  set(is_new FALSE)
  foreach(language IN LISTS CLCACHE_LANGUAGES)
    set(variable CMAKE_${language}_COMPILER_LAUNCHER)
    if(DEFINED ${variable} AND NOT "${${variable}}" STREQUAL "${launcher}")
      _clcache_tell("${language} keeps its launcher ${${variable}}")
    elseif(DEFINED ENV{${variable}} AND NOT DEFINED ${variable})
      _clcache_tell("${language} keeps its launcher $ENV{${variable}}")
    else()
      if(NOT DEFINED ${variable})
        set(is_new TRUE)
      endif()
      set(${variable} "${launcher}" PARENT_SCOPE)
      list(APPEND switched ${language})
    endif()
  endforeach()
  if(switched)
    list(JOIN switched ", " languages)
    _clcache_tell("compiles ${languages} through ${program}")
    if(is_new)
      _clcache_warn_of_targets()
    endif()
  endif()
endfunction()

get_property(_clcache_in_try_compile GLOBAL PROPERTY IN_TRY_COMPILE)
if(NOT _clcache_in_try_compile AND (CLCACHE_ENABLE OR NOT DEFINED CLCACHE_ENABLE))
  clcache_switch_on()
endif()
unset(_clcache_in_try_compile)
