/*
** Tests of src/base/suggest.c.
*/
#include "base/suggest.h"

#include <string.h>

#include "host.h"

static bool alike(const char *word, const char *name) {
  return suggest_alike(word, strlen(word), name, strlen(name));
}

static void ignores_case_and_separators(void) {
  CHECK(alike("Job_Timeout", "jobTimeout"));
  CHECK(alike("JOB-TIMEOUT", "jobTimeout"));
  CHECK(alike("ZA", "za"));
  CHECK(alike("_id_", "id"));
}

static void allows_one_edit_in_short_names(void) {
  CHECK(alike("nam", "name"));
  CHECK(alike("namee", "name"));
  CHECK(alike("nane", "name"));
  CHECK(alike("nmae", "name"));
  CHECK(!alike("nm", "name"));
  CHECK(!alike("nanae", "name"));
  CHECK(!alike("xnamex", "name"));
  CHECK(!alike("emna", "name"));
}

static void allows_two_edits_in_long_names(void) {
  CHECK(alike("tmplte", "template"));
  CHECK(!alike("tmplt", "template"));
  CHECK(alike("templte", "template"));
  CHECK(alike("tmplate", "template"));
  CHECK(alike("tmplateX", "template"));
  CHECK(alike("limts", "limit"));
  CHECK(alike("lmt", "limit"));
  CHECK(!alike("lm", "limit"));
  CHECK(alike("limitXY", "limit"));
  CHECK(!alike("limitXYZ", "limit"));
  CHECK(alike("ilmti", "limit"));
  CHECK(!alike("xyzit", "limit"));
}

static void takes_a_swap_for_one_edit(void) {
  CHECK(alike("di", "id"));
  CHECK(!alike("dia", "aid"));
  CHECK(alike("ab", "ba"));
  CHECK(!alike("abx", "xba"));
}

static void knows_no_empty_word(void) {
  CHECK(!alike("", "id"));
  CHECK(!alike("__", "id"));
  CHECK(!alike("", ""));
  CHECK(alike("i", "id"));
}

static void knows_no_word_that_is_too_long(void) {
  char word[66];
  memset(word, 'a', sizeof word);
  CHECK(suggest_alike(word, 64, word, 64));
  CHECK(!suggest_alike(word, 65, word, 64));
  CHECK(!suggest_alike(word, 64, word, 65));
  word[0] = '_'; /* does not count */
  CHECK(suggest_alike(word, 65, word, 65));
}

UNIT(suggest_unit, "base/suggest", {"ignores letter case, _ and -", ignores_case_and_separators},
     {"allows one edit in names of up to four letters", allows_one_edit_in_short_names},
     {"allows two edits in names of five letters or more", allows_two_edits_in_long_names},
     {"counts two swapped neighbours as one edit", takes_a_swap_for_one_edit},
     {"does not treat an empty word as misspelled", knows_no_empty_word},
     {"compares words of up to 64 letters", knows_no_word_that_is_too_long});
