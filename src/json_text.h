/*
** json_text.h: what reading and writing JSON text share. Includes no lua.h.
*/
#ifndef BYTENITE_JSON_TEXT_H
#define BYTENITE_JSON_TEXT_H

#include <stddef.h>

#pragma GCC visibility push(hidden)

/*
** How many of the bytes from `text` on stand in a JSON string for themselves and need no second look: ASCII but control characters,
** quote and backslash. A word at a time, because most bytes of a job are such.
*/
size_t json_plain_run(const char *text, size_t available);

#pragma GCC visibility pop

#endif
