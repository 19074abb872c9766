/*
** substrings.h: finds many texts in a text in linear time, by all of its substrings.
*/
#ifndef BYTENITE_SUBSTRINGS_H
#define BYTENITE_SUBSTRINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(hidden)

/* Which part of a searched text was found. */
typedef enum Part { PART_WHOLE, PART_BEGINNING, PART_END, PART_MIDDLE, PART_COUNT } Part;

/* A suffix automaton; see substrings.c. */
typedef struct Substrings Substrings;

/* Returns the substrings of a text, less than 2^24 bytes long, or NULL if memory runs out. */
Substrings *substrings_new(const unsigned char *text, size_t length);

/*
** Searches for a text, and for its parts of at least `shortest` bytes. Records the matches. The
** text counts as whole even without its first four bytes: they may have been decoded as an escape
** together with the bytes before them, as in "%41".
*/
void substrings_search(Substrings *self, const unsigned char *text, size_t length, size_t shortest);

/* Must be called after the last search, before substrings_found. */
void substrings_finish(Substrings *self);

/*
** Returns the length of the longest part of a searched text that ends before position `end` of the
** text, 0 if there is none.
*/
size_t substrings_found(const Substrings *self, Part part, size_t end);

void substrings_free(Substrings *self);

#pragma GCC visibility pop

#endif
