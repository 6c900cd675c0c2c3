# The project's own plugins go where the command built beside them looks.
function(reverie_add_bundled_plugin name)
  reverie_add_plugin(${name} ${ARGN})
  set_target_properties(${name} PROPERTIES LIBRARY_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/lib/reverie/plugins")
  install(TARGETS ${name} LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}/reverie/plugins")
endfunction()
