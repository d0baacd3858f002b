# Lets each build that made something anew end with what the cache did in it.

# What is made anew where a target is, in a folder and below it, as far as it is in "all".
function(_clcache_list_products folder result)
  set(${result} "" PARENT_SCOPE)
  get_property(is_left_out DIRECTORY "${folder}" PROPERTY EXCLUDE_FROM_ALL)
  get_property(targets DIRECTORY "${folder}" PROPERTY BUILDSYSTEM_TARGETS)
  get_property(folders_below DIRECTORY "${folder}" PROPERTY SUBDIRECTORIES)
  if(is_left_out)
    return()
  endif()
  set(found "")
  foreach(target IN LISTS targets)
    get_target_property(type ${target} TYPE)
    get_target_property(is_left_out ${target} EXCLUDE_FROM_ALL)
    if(is_left_out OR is_left_out MATCHES "\\$<")
      continue()
    elseif(type STREQUAL "OBJECT_LIBRARY")
      list(APPEND found "$<TARGET_OBJECTS:${target}>")
    elseif(type MATCHES "^(EXECUTABLE|(STATIC|SHARED|MODULE)_LIBRARY)$")
      list(APPEND found ${target})
    endif()
  endforeach()
  foreach(each IN LISTS folders_below)
    _clcache_list_products("${each}" below)
    list(APPEND found ${below})
  endforeach()
  set(${result} "${found}" PARENT_SCOPE)
endfunction()

# Called at the end of the configure: a target of "all" that is out of date when any other was made anew.
function(_clcache_add_summary)
  _clcache_list_products("${CMAKE_SOURCE_DIR}" products)
  if(NOT products OR TARGET clcache_summary)
    return()
  endif()
  get_property(launcher GLOBAL PROPERTY _CLCACHE_SUMMARY)
  list(JOIN launcher "]==] [==[" words)
  # A failure of it is none of the build's: execute_process without more is content with any.
  set(script "${CMAKE_BINARY_DIR}/CMakeFiles/clcache-summary.cmake")
  file(WRITE "${script}" "execute_process(COMMAND [==[${words}]==] stats --since-build --brief)\n")
  set(stamp "${CMAKE_BINARY_DIR}/CMakeFiles/clcache-summary-$<CONFIG>.stamp")
  add_custom_command(OUTPUT "${stamp}"
    COMMAND "${CMAKE_COMMAND}" -P "${script}"
    COMMAND "${CMAKE_COMMAND}" -E touch "${stamp}"
    DEPENDS ${products} WORKING_DIRECTORY "${CMAKE_BINARY_DIR}" COMMENT "What clcache did" VERBATIM)
  add_custom_target(clcache_summary ALL DEPENDS "${stamp}")
  # Make needs the order of the targets whose objects are meant, too.
  string(REGEX REPLACE "\\$<TARGET_OBJECTS:([^>]+)>" "\\1" targets "${products}")
  add_dependencies(clcache_summary ${targets})
endfunction()

# Lets the top folder add the target when it is read to its end.
function(_clcache_summarize_later launcher)
  get_property(is_known GLOBAL PROPERTY _CLCACHE_SUMMARY SET)
  if(CLCACHE_SUMMARY AND NOT is_known)
    set_property(GLOBAL PROPERTY _CLCACHE_SUMMARY "${launcher}")
    cmake_language(DEFER DIRECTORY "${CMAKE_SOURCE_DIR}" CALL _clcache_add_summary)
  endif()
endfunction()
