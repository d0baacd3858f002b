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
``CLCACHE_ROOTS``
  More folders that stand for each other in different trees, beside ``project``, the top source folder, and ``build``, the
  top build folder: a list of ``name=folder``. ``OFF``: none, and each tree has results of its own.
``CLCACHE_RELOCATABLE``
  ``ON`` lets gcc, clang and clang-cl write ``.`` for the project's folder and ``./NAME`` for each other root, so that trees
  share what holds paths, too: debug information, ``__FILE__``. Default: ``relocatable`` of the settings, else ``OFF``.
``CLCACHE_DEBUG_FORMAT``
  ``embedded``, the default: with ``cl`` and ``clang-cl`` debug information goes into the objects (``/Z7``), for what goes
  into a database (``/Zi``, ``/ZI``) can't be cached. ``keep``: as the project has it. The project's own
  ``CMAKE_MSVC_DEBUG_INFORMATION_FORMAT`` stays.
``CLCACHE_PCH_TIMESTAMPS``
  ``ON`` leaves the times of headers in clang's precompiled headers; with them a fresh clone has no hits. Default ``OFF``.
``CLCACHE_MSBUILD``
  ``ON`` lets the Visual Studio generators compile through the cache, which else is refused: MSBuild knows no launchers
  and is given one as its compiler. It can't track headers then, so this is for clean builds only, as on CI.
``CLCACHE_SUMMARY``
  ``ON`` lets each build of everything (``all``) that made something anew end with what the cache did in it. Default
  ``OFF``.
``CLCACHE_LANGUAGES``
  Languages to cache. Default ``C;CXX``.
``CLCACHE_PROGRAM``
  The launcher. Default: the one that came with this module, else the one on ``PATH``.

A launcher that is set already, by variable, by ``-D`` or by the environment, stays. ``CMAKE_PROJECT_INCLUDE`` names the
module afterwards, so that it sees the flags of each ``project()`` that follows.
#]===]

cmake_policy(PUSH)
cmake_policy(VERSION 3.20...4.0)

include("${CMAKE_CURRENT_LIST_DIR}/ClcacheProgram.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/ClcacheFlags.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/ClcacheSummary.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/ClcacheTargets.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/ClcacheVisualStudio.cmake")

# Sets CMAKE_<LANG>_COMPILER_LAUNCHER in the caller's folder, and the result to the languages that have it now.
function(_clcache_switch_on result)
  set(${result} "" PARENT_SCOPE)
  _clcache_refuse_generator(complaint)
  if(complaint)
    _clcache_complain("${complaint}")
    return()
  endif()
  _clcache_prepare(launcher)
  if(NOT launcher)
    return()
  endif()
  if(NOT DEFINED CLCACHE_LANGUAGES)
    set(CLCACHE_LANGUAGES C CXX)
  endif()
  set(switched "")
  set(told "")
  foreach(language IN LISTS CLCACHE_LANGUAGES)
    set(variable CMAKE_${language}_COMPILER_LAUNCHER)
    get_property(own GLOBAL PROPERTY "_CLCACHE_LAUNCHER_${${variable}}")
    if(DEFINED ${variable} AND NOT own)
      list(APPEND told "${language} keeps its launcher '${${variable}}'")
    elseif(DEFINED ENV{${variable}} AND NOT DEFINED ${variable})
      list(APPEND told "${language} keeps its launcher '$ENV{${variable}}'")
    else()
      set(${variable} "${launcher}" PARENT_SCOPE)
      set_property(GLOBAL PROPERTY "_CLCACHE_LAUNCHER_${launcher}" TRUE)
      list(APPEND switched ${language})
    endif()
  endforeach()
  if(switched)
    list(JOIN switched ", " languages)
    list(GET launcher 0 program)
    list(PREPEND told "compiles ${languages} through ${program}")
    _clcache_summarize_later("${launcher}")
  endif()
  _clcache_is_new("status" new)
  if(new)
    list(JOIN told "; " text)
    message(STATUS "clcache: ${text}")
  endif()
  set(${result} "${switched}" PARENT_SCOPE)
endfunction()

get_property(_clcache_in_try_compile GLOBAL PROPERTY IN_TRY_COMPILE)
if(NOT _clcache_in_try_compile AND (CLCACHE_ENABLE OR NOT DEFINED CLCACHE_ENABLE))
  _clcache_switch_on(_clcache_languages)
  if(_clcache_languages)
    _clcache_embed_debug_information("${_clcache_languages}")
    _clcache_leave_out_header_times("${_clcache_languages}")
    _clcache_map_paths("${_clcache_languages}")
    _clcache_follow_projects("${CMAKE_CURRENT_LIST_FILE}")
    _clcache_note_early_targets("${CMAKE_CURRENT_SOURCE_DIR}" "${_clcache_languages}")
    _clcache_report_later("${_clcache_languages}")
    if(CMAKE_GENERATOR MATCHES "Visual Studio")
      _clcache_use_msbuild("${CLCACHE_PROGRAM}")
    endif()
  endif()
  unset(_clcache_languages)
endif()
unset(_clcache_in_try_compile)
cmake_policy(POP)
