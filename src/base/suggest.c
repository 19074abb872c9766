/*
** suggest.c: recognises misspelled names.
*/
#include "base/suggest.h"

#include <string.h>

enum { MAX_LENGTH = 64, LONG_NAME = 5 };

/*
** Copies a name in lower case without '_' and '-'. Returns its length, or MAX_LENGTH + 1 if it does
** not fit.
*/
static size_t normalise(const char *text, size_t length, char out[MAX_LENGTH]) {
  size_t count = 0;
  for (size_t i = 0; i < length; i++) {
    char c = text[i];
    if (c == '_' || c == '-') continue;
    if (c >= 'A' && c <= 'Z') c = (char)(c - 'A' + 'a');
    if (count == MAX_LENGTH) return MAX_LENGTH + 1;
    out[count++] = c;
  }
  return count;
}

static size_t least(size_t a, size_t b) {
  return a < b ? a : b;
}

/*
** Returns the number of edits between two words (optimal string alignment); keeps three rows of the
** usual table.
*/
static size_t distance(const char *a, size_t a_length, const char *b, size_t b_length) {
  size_t rows[3][MAX_LENGTH + 1];
  for (size_t j = 0; j <= b_length; j++)
    rows[0][j] = j;
  for (size_t i = 1; i <= a_length; i++) {
    size_t *row = rows[i % 3];
    const size_t *above = rows[(i - 1) % 3];
    row[0] = i;
    for (size_t j = 1; j <= b_length; j++) {
      const size_t changed = a[i - 1] == b[j - 1] ? 0 : 1;
      row[j] = least(least(above[j] + 1, row[j - 1] + 1), above[j - 1] + changed);
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = least(row[j], rows[(i - 2) % 3][j - 2] + 1);
    }
  }
  return rows[a_length % 3][b_length];
}

/*
** Returns whether two words differ by at most `most` edits, or by one if the name is short. Letter
** case, '_' and '-' do not count.
*/
static bool is_within(const char *word, size_t word_length, const char *name, size_t name_length, size_t most) {
  char a[MAX_LENGTH];
  char b[MAX_LENGTH];
  const size_t a_length = normalise(word, word_length, a);
  const size_t b_length = normalise(name, name_length, b);
  if (a_length > MAX_LENGTH || b_length > MAX_LENGTH || a_length == 0) return false;
  const size_t allowed = b_length >= LONG_NAME ? most : 1;
  if (a_length > b_length + allowed || b_length > a_length + allowed) return false;
  return distance(a, a_length, b, b_length) <= allowed;
}

bool suggest_alike(const char *word, size_t word_length, const char *name, size_t name_length) {
  return is_within(word, word_length, name, name_length, 2);
}

bool suggest_near(const char *word, size_t word_length, const char *name, size_t name_length) {
  return is_within(word, word_length, name, name_length, 1);
}
