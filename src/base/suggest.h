/*
** suggest.h: recognises misspelled names.
*/
#ifndef BYTENITE_SUGGEST_H
#define BYTENITE_SUGGEST_H

#include <stdbool.h>
#include <stddef.h>

#pragma GCC visibility push(hidden)

/*
** Returns true if `word` looks like a misspelled `name`: it differs only in case, '_' and '-', or
** by one edit (two in names of five letters or more). An edit adds, drops or changes a letter, or
** swaps two neighbours.
*/
bool suggest_alike(const char *word, size_t word_length, const char *name, size_t name_length);

/* Does what suggest_alike does, but allows one edit in longer names too. */
bool suggest_near(const char *word, size_t word_length, const char *name, size_t name_length);

#pragma GCC visibility pop

#endif
