/*
** files.h: writes files safely: never outside a folder, and completely or not at all.
*/
#ifndef BYTENITE_FILES_H
#define BYTENITE_FILES_H

#include <lua.h>

#pragma GCC visibility push(hidden)

/* Registers the classes. */
void files_register(lua_State *L);

/*
** core.folder(path [, private]): opens a folder, and creates it and its parents if necessary. If it
** is private, only the owner can use new folders and files. Returns the folder, or nil and the
** reason.
*/
int files_folder(lua_State *L);

/*
** core.stamp(file): returns the size in bytes of a regular file, given as an open file or a path,
** and a text that changes with its content; or nil and the reason, for example if it is a pipe or a
** folder.
*/
int files_stamp(lua_State *L);

/*
** core.permissions(file): returns the permission bits of a file, given as an open file or a path;
** or nil and the reason.
*/
int files_permissions(lua_State *L);

#pragma GCC visibility pop

#endif
