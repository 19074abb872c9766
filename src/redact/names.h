/*
** names.h: recognises names of secrets, by parts of the names.
*/
#ifndef BYTENITE_NAMES_H
#define BYTENITE_NAMES_H

#include <stddef.h>

#pragma GCC visibility push(hidden)

typedef enum NameKind {
  NAME_ORDINARY,
  NAME_HIDES_TEXT, /* hides strings that are not numbers: "token", since "tokens" may be a count */
  NAME_HIDES_ALL,  /* hides numbers too: "password" */
} NameKind;

/* Returns what a member, header or parameter of this name hides. */
NameKind name_kind(const char *text, size_t length);

enum { NAME_CACHED = 30, NAME_SLOTS = 64 };

typedef struct CachedName {
  unsigned char length, kind;
  char name[NAME_CACHED];
} CachedName;

/* Kinds of names that were looked up: the names in a large value repeat. */
typedef struct NameCache {
  CachedName slots[NAME_SLOTS];
} NameCache;

NameKind name_kind_cached(NameCache *cache, const char *name, size_t length);

#pragma GCC visibility pop

#endif
