# What `cmake --install` gives beside the command and the plugins: the SDK, the CMake package, the pkg-config file.
include(CMakePackageConfigHelpers)

install(DIRECTORY framework/abi/reverie framework/sdk/reverie DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")

set(package "${CMAKE_INSTALL_LIBDIR}/cmake/reverie")
install(TARGETS reverie_sdk EXPORT reverie)
install(EXPORT reverie FILE reverieTargets.cmake NAMESPACE reverie:: DESTINATION "${package}")
# The version of the release. That of the plugin interface has its own rule, which the host applies to each library.
write_basic_package_version_file("${PROJECT_BINARY_DIR}/reverieConfigVersion.cmake" COMPATIBILITY SameMajorVersion)
install(FILES cmake/reverieConfig.cmake cmake/ReveriePlugin.cmake cmake/plugin.map
  "${PROJECT_BINARY_DIR}/reverieConfigVersion.cmake" DESTINATION "${package}")

# Relative to where the file lies, so that an installation may be moved.
file(RELATIVE_PATH REVERIE_PC_UP "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
string(REGEX REPLACE "/$" "" REVERIE_PC_UP "${REVERIE_PC_UP}")
configure_file(cmake/reverie.pc.in reverie.pc @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/reverie.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
