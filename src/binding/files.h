/*
** files.h: what Lua cannot do safely with files: folders that nothing written through them leaves, files that appear whole or not at all.
*/
#ifndef BYTENITE_FILES_H
#define BYTENITE_FILES_H

#include <lua.h>

#pragma GCC visibility push(hidden)

/* Makes the classes known to a state. */
void files_register(lua_State *L);

/* core.folder(path): a folder, which is made when it is missing, with those on its way; or nil and why not. */
int files_folder(lua_State *L);

/*
** core.stamp(file): the size in bytes of a regular file, open (io.open) or by its path, and a text that changes when its content does; or nil and
** why not: it may be something else, a pipe or a folder.
*/
int files_stamp(lua_State *L);

#pragma GCC visibility pop

#endif
