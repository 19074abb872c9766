/*
** suggest.h: "did you mean ...?". Includes no lua.h.
*/
#ifndef BYTENITE_SUGGEST_H
#define BYTENITE_SUGGEST_H

#include <stdbool.h>
#include <stddef.h>

#pragma GCC visibility push(hidden)

/*
** True when `word` looks like a misspelled `name`: the same but for case, '_' and '-', or one edit away (two for names
** of five letters and more), where an edit adds, drops or changes a letter or swaps two neighbours.
*/
bool suggest_alike(const char *word, size_t word_length, const char *name, size_t name_length);

#pragma GCC visibility pop

#endif
