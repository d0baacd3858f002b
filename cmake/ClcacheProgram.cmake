# Finds the launcher and its settings, and says what is wrong with them.

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

# The launcher's command line; empty where it can't be used, which is told.
function(_clcache_prepare result)
  set(${result} "" PARENT_SCOPE)
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
  set(${result} "${launcher}" PARENT_SCOPE)
endfunction()
