# install.cmake: what `cmake --install` lays down, so that Lua, other CMake projects and pkg-config find it.
include(CMakePackageConfigHelpers)

set(config_dir "${CMAKE_INSTALL_LIBDIR}/cmake/bytenite")

# For Lua
install(TARGETS bytenite_core LIBRARY DESTINATION "${BYTENITE_INSTALL_CMODDIR}/bytenite")
install(DIRECTORY lua/bytenite DESTINATION "${BYTENITE_INSTALL_LMODDIR}" FILES_MATCHING PATTERN "*.lua")
install(PROGRAMS bin/bytenite bin/bytenite-sandbox DESTINATION "${CMAKE_INSTALL_BINDIR}")

# For people and their tools
file(GLOB documents docs/*.md)
install(FILES README.md CHANGELOG.md LICENSE ${documents} DESTINATION "${CMAKE_INSTALL_DOCDIR}")
install(DIRECTORY docs/guides DESTINATION "${CMAKE_INSTALL_DOCDIR}")
install(DIRECTORY docs/types/ DESTINATION "${CMAKE_INSTALL_DATADIR}/bytenite/types")
install(DIRECTORY docs/man/ DESTINATION "${CMAKE_INSTALL_MANDIR}/man1")
install(DIRECTORY docs/completion/bash/ DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions")
install(DIRECTORY docs/completion/zsh/ DESTINATION "${CMAKE_INSTALL_DATADIR}/zsh/site-functions")
install(DIRECTORY docs/completion/fish/ DESTINATION "${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d")
if(BYTENITE_EMBED_CJSON)
  install(FILES cmake/LICENSE.lua-cjson DESTINATION "${CMAKE_INSTALL_DOCDIR}")
endif()

# For hosts
install(FILES include/bytenite.h DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(TARGETS bytenite_static bytenite_embedded EXPORT bytenite-targets ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
install(EXPORT bytenite-targets NAMESPACE bytenite:: DESTINATION "${config_dir}")
configure_package_config_file(cmake/bytenite-config.cmake.in bytenite-config.cmake
  INSTALL_DESTINATION "${config_dir}" PATH_VARS BYTENITE_INSTALL_CMODDIR BYTENITE_INSTALL_LMODDIR)
write_basic_package_version_file(bytenite-config-version.cmake COMPATIBILITY SameMinorVersion) # until 1.0 a minor version may break
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/bytenite-config.cmake" "${CMAKE_CURRENT_BINARY_DIR}/bytenite-config-version.cmake"
        DESTINATION "${config_dir}")

# pkg-config's files say where they are relative to themselves, so that an installed tree may be moved.
set(pc_prefix "${CMAKE_INSTALL_PREFIX}")
if(NOT IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
  file(RELATIVE_PATH pc_prefix "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
  string(REGEX REPLACE "/$" "" pc_prefix "\${pcfiledir}/${pc_prefix}")
endif()
foreach(folder LIBDIR INCLUDEDIR)
  cmake_path(ABSOLUTE_PATH CMAKE_INSTALL_${folder} BASE_DIRECTORY "\${prefix}" OUTPUT_VARIABLE pc_${folder})
endforeach()
foreach(folder CMODDIR LMODDIR)
  cmake_path(ABSOLUTE_PATH BYTENITE_INSTALL_${folder} BASE_DIRECTORY "\${prefix}" OUTPUT_VARIABLE pc_${folder})
endforeach()
foreach(name bytenite bytenite_embedded)
  set(pc_library ${name})
  configure_file(cmake/bytenite.pc.in ${name}.pc @ONLY)
  install(FILES "${CMAKE_CURRENT_BINARY_DIR}/${name}.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
endforeach()
