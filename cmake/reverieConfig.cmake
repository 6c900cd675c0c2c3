# find_package(reverie): the target reverie::sdk (the headers), reverie::command (the executable), and reverie_add_plugin().
include("${CMAKE_CURRENT_LIST_DIR}/reverieTargets.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/ReveriePlugin.cmake")
