# one_object.cmake: static libraries that show a host nothing but what it is meant to call.

# bytenite_one_object(TARGET OBJECTS object... [ARCHIVE archive]): replaces the objects in a static library by one, linked
# from them (and from all of ARCHIVE), in which only luaopen_bytenite_core and bytenite_preload are global. A host may
# then define any other name itself.
function(bytenite_one_object target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" ARCHIVE OBJECTS)
  set(object "$<TARGET_FILE_DIR:${target}>/${target}.o")
  separate_arguments(flags UNIX_COMMAND "${CMAKE_C_FLAGS}") # -m32 and the like

  if(APPLE)
    set(flags ${flags} "-Wl,-exported_symbol,_luaopen_bytenite_core" "-Wl,-exported_symbol,_bytenite_preload")
    set(archive ${arg_ARCHIVE})
    set(hide "${CMAKE_COMMAND}" -E true)
  else()
    set(archive)
    if(arg_ARCHIVE)
      set(archive -Wl,--whole-archive "${arg_ARCHIVE}" -Wl,--no-whole-archive)
    endif()
    if(NOT CMAKE_OBJCOPY)
      message(WARNING "objcopy was not found: the static libraries show the names of all their functions to the linker.")
      return()
    endif()
    # Functions that several objects share, such as i386's __x86.get_pc_thunk.bx, become our own: a host's linker would drop ours
    # for its own, which the local names do not reach.
    check_linker_flag(C "LINKER:--force-group-allocation" BYTENITE_LINKER_KNOWS_GROUPS)
    if(BYTENITE_LINKER_KNOWS_GROUPS)
      list(APPEND flags -Wl,--force-group-allocation)
    endif()
    set(hide "${CMAKE_OBJCOPY}" --keep-global-symbol=luaopen_bytenite_core --keep-global-symbol=bytenite_preload "${object}")
  endif()

  add_custom_command(TARGET ${target} POST_BUILD
    COMMAND "${CMAKE_C_COMPILER}" ${flags} -fno-lto -fno-sanitize=all -r -nostdlib -o "${object}" "${arg_OBJECTS}" ${archive}
    COMMAND ${hide}
    COMMAND "${CMAKE_COMMAND}" -E rm -f "$<TARGET_FILE:${target}>"
    COMMAND "${CMAKE_AR}" qc "$<TARGET_FILE:${target}>" "${object}"
    COMMAND "${CMAKE_RANLIB}" "$<TARGET_FILE:${target}>"
    COMMAND "${CMAKE_COMMAND}" -E rm -f "${object}"
    COMMAND_EXPAND_LISTS VERBATIM)
endfunction()
