# What every source of a plugin is compiled with.
function(reverie_set_plugin_options name)
  target_link_libraries(${name} PRIVATE reverie::sdk)
  target_compile_features(${name} PRIVATE cxx_std_20)
  target_compile_options(${name} PRIVATE -O3 -fno-math-errno -fno-trapping-math -ffp-contract=off
    $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fno-gnu-unique>)  # clang makes no unique symbols
  set_target_properties(${name} PROPERTIES
    C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
endfunction()

# reverie_add_plugin(NAME SOURCES...): a plugin library NAME.so that exports the entry and nothing else.
function(reverie_add_plugin name)
  add_library(${name} MODULE ${ARGN})
  reverie_set_plugin_options(${name})
  set(script "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/plugin.map")
  target_link_options(${name} PRIVATE "-Wl,--version-script=${script}" -Wl,-z,nodelete)
  if(NOT REVERIE_SANITIZE)
    target_link_options(${name} PRIVATE -Wl,-z,defs)
  endif()
  set_target_properties(${name} PROPERTIES PREFIX "" LINK_DEPENDS "${script}")
endfunction()
