# The SDK compiled once for all of the project's own plugins: a third of what their sources take.
if(REVERIE_UNITY)
  file(CONFIGURE OUTPUT "${PROJECT_BINARY_DIR}/sdk_headers.cpp" CONTENT "")
  add_library(reverie_sdk_headers OBJECT "${PROJECT_BINARY_DIR}/sdk_headers.cpp")
  reverie_set_plugin_options(reverie_sdk_headers)
  target_precompile_headers(reverie_sdk_headers PRIVATE <reverie/cell.hpp> <reverie/metric.hpp>)
endif()

# The project's own plugins go where the command built beside them looks.
function(reverie_add_bundled_plugin name)
  reverie_add_plugin(${name} ${ARGN})
  if(REVERIE_UNITY)
    target_precompile_headers(${name} REUSE_FROM reverie_sdk_headers)
  endif()
  set_target_properties(${name} PROPERTIES LIBRARY_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/lib/reverie/plugins")
  install(TARGETS ${name} LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}/reverie/plugins")
endfunction()
