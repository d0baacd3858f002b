# find_package(ClcacheLauncher) switches clcache on and lets include(ClcacheLauncher) find the module.
list(APPEND CMAKE_MODULE_PATH "${CMAKE_CURRENT_LIST_DIR}")
include("${CMAKE_CURRENT_LIST_DIR}/ClcacheLauncher.cmake")
