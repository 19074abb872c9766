/*
** mask_known.c: hides the known secrets of a call, also in base64, and parts of them where a text
** was cut.
*/
#include <stdlib.h>
#include <string.h>

#include "redact/mask.h"
#include "redact/substrings.h"

enum {
  SHORTEST_PART = 8, /* bytes of a part of a secret that is hidden */
  ALIGNMENTS = 3,    /* base64 makes four characters of three bytes, so there are three forms of what is in a text */
};

/* Searches for secrets in a text. */
typedef struct Matcher {
  const unsigned char *text; /* folded */
  size_t length;
  unsigned char *sieve; /* a bit for each group of four bytes that the text may have */
  uint32_t sieve_mask;
  Substrings *substrings;   /* made when the first secret passes the sieve: most texts have none */
  UnescapedByte *unescaped; /* scratch memory for the forms of a secret */
  char *decoded;
  unsigned char *form;
  bool has_failed;
} Matcher;

static uint32_t group_at(const unsigned char *bytes) {
  const uint32_t group = (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
  return group * 2654435769u >> 8;
}

/* Makes and fills the sieve, which has at least 16 bits for each byte of the text. */
static bool start_sieve(Matcher *matcher) {
  uint32_t bits = 256;
  while (bits < matcher->length * 16)
    bits *= 2;
  matcher->sieve_mask = bits - 1;
  matcher->sieve = calloc(bits / 8, 1);
  if (matcher->sieve == NULL) return false;
  for (size_t i = 0; i + SECRET_SHORTEST <= matcher->length; i++) {
    const uint32_t bit = group_at(matcher->text + i) & matcher->sieve_mask;
    matcher->sieve[bit >> 3] |= (unsigned char)(1 << (bit & 7));
  }
  return true;
}

/* Returns false if the text has neither the form of a secret nor a long enough part of it. */
static bool passes_sieve(const Matcher *matcher, const unsigned char *form, size_t length) {
  const size_t needed = (length < SHORTEST_PART ? length : SHORTEST_PART) - SECRET_SHORTEST + 1;
  size_t run = 0;
  for (size_t i = 0; i + SECRET_SHORTEST <= length; i++) {
    const uint32_t bit = group_at(form + i) & matcher->sieve_mask;
    run = matcher->sieve[bit >> 3] >> (bit & 7) & 1 ? run + 1 : 0;
    if (run == needed) return true;
  }
  return false;
}

/* Searches for the bytes in matcher->form. */
static void search(Matcher *matcher, size_t length) {
  if (length < SECRET_SHORTEST || matcher->has_failed) return;
  for (size_t i = 0; i < length; i++)
    matcher->form[i] = unescape_fold(matcher->form[i]);
  if (!passes_sieve(matcher, matcher->form, length)) return;
  if (matcher->substrings == NULL) matcher->substrings = substrings_new(matcher->text, matcher->length);
  matcher->has_failed = matcher->substrings == NULL;
  if (!matcher->has_failed) substrings_search(matcher->substrings, matcher->form, length, SHORTEST_PART);
}

/*
** Writes the base64 form of a text to matcher->form, without padding. Unknown bytes precede the
** text: leaves out the characters that depend on them. Unless it `is_last`, other bytes follow:
** leaves out the character that depends on both.
*/
static size_t encode(const Matcher *matcher, const char *text, size_t length, size_t unknown, bool is_last,
                     const char *digits) {
  size_t count = 0, written = 0;
  uint32_t bits = 0;
  size_t bit_count = unknown * 8;
  for (size_t i = 0; i < length; i++) {
    bits = bits << 8 | (unsigned char)text[i];
    for (bit_count += 8; bit_count >= 6; bit_count -= 6, count++)
      if (count * 6 >= unknown * 8) matcher->form[written++] = (unsigned char)digits[bits >> (bit_count - 6) & 63];
  }
  if (is_last && bit_count > 0) matcher->form[written++] = (unsigned char)digits[bits << (6 - bit_count) & 63];
  return written;
}

static void search_encoded(Matcher *matcher, const char *text, size_t length) {
  static const char common[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  static const char in_urls[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  for (size_t unknown = 0; unknown < ALIGNMENTS; unknown++) {
    for (int is_last = 0; is_last <= 1; is_last++) {
      const size_t written = encode(matcher, text, length, unknown, is_last, common);
      const bool has_other_form =
        memchr(matcher->form, '+', written) != NULL || memchr(matcher->form, '/', written) != NULL;
      search(matcher, written);
      if (has_other_form) search(matcher, encode(matcher, text, length, unknown, is_last, in_urls));
    }
  }
}

/*
** Searches for a secret without its escapes, and for what base64 makes of it with and without
** them.
*/
static void search_forms(Matcher *matcher, const Secret *secret) {
  const size_t count = unescape_text(matcher->unescaped, secret->text, secret->length);
  for (size_t i = 0; i < count; i++)
    matcher->form[i] = matcher->unescaped[i].byte;
  search(matcher, count);
  if (!secret->may_be_encoded) return;
  search_encoded(matcher, secret->text, secret->length);
  if (count == secret->length) return;
  for (size_t i = 0; i < count; i++)
    matcher->decoded[i] = (char)matcher->unescaped[i].byte;
  search_encoded(matcher, matcher->decoded, count);
}

static void search_all(Matcher *matcher, const Secrets *secrets) {
  Secret secret;
  for (size_t position = 0; secrets_next(secrets, &position, &secret);)
    search_forms(matcher, &secret);
}

static bool has_ellipsis_at(const View *view, size_t position) {
  const UnescapedByte *bytes = view->bytes + position;
  if (position + 3 > view->count) return false;
  return (bytes[0].byte == '.' && bytes[1].byte == '.' && bytes[2].byte == '.') ||
         (bytes[0].byte == 0xE2 && bytes[1].byte == 0x80 && bytes[2].byte == 0xA6);
}

static bool is_boundary(unsigned char byte) {
  return byte == '"' || byte == '\'' || byte == '`' || byte == '<' || byte == '>' || byte == '\n' || byte == '\r';
}

/* Returns true if a text within the text may have been cut just before a position. */
static bool is_cut_before(const View *view, size_t position) {
  return position == 0 || is_boundary(view->bytes[position - 1].byte) ||
         (position >= 3 && has_ellipsis_at(view, position - 3));
}

/* Returns true if a text within the text may have been cut just after a position. */
static bool is_cut_behind(const View *view, size_t position) {
  return position == view->count || is_boundary(view->bytes[position].byte) || has_ellipsis_at(view, position);
}

/* Returns the number of bytes to hide that end at a position. */
static size_t hidden_length(const Matcher *matcher, const View *view, size_t end) {
  size_t longest = substrings_found(matcher->substrings, PART_WHOLE, end);
  const bool is_end = is_cut_behind(view, end);
  const size_t beginning = is_end ? substrings_found(matcher->substrings, PART_BEGINNING, end) : 0;
  const size_t rest = substrings_found(matcher->substrings, PART_END, end);
  const size_t middle = is_end ? substrings_found(matcher->substrings, PART_MIDDLE, end) : 0;
  if (beginning > longest) longest = beginning;
  if (rest > longest && is_cut_before(view, end - rest)) longest = rest;
  if (middle > longest && is_cut_before(view, end - middle)) longest = middle;
  return longest;
}

/* Hides the matches, from the end of the text, so that no byte is hidden twice. */
static void hide_found(Masked *masked, const View *view, const Matcher *matcher) {
  size_t from = view->count;
  for (size_t end = view->count; end > 0; end--) {
    const size_t length = hidden_length(matcher, view, end);
    if (end - length < from) from = end - length;
    if (from < end) mask_view(masked, view, end - 1, end);
  }
}

static size_t longest_secret(const Secrets *secrets) {
  size_t longest = 0;
  Secret secret;
  for (size_t position = 0; secrets_next(secrets, &position, &secret);)
    if (secret.length > longest) longest = secret.length;
  return longest;
}

bool mask_known(Masked *masked, const View *view, const Secrets *secrets) {
  const size_t longest = longest_secret(secrets);
  if (longest == 0 || view->count < SECRET_SHORTEST) return true;
  unsigned char *text = malloc(view->count);
  Matcher matcher = {.text = text, .length = view->count};
  matcher.unescaped = malloc(longest * sizeof *matcher.unescaped);
  matcher.decoded = malloc(longest);
  matcher.form = malloc(longest * 2 + 4); /* base64 needs a third more */
  matcher.has_failed = text == NULL || matcher.unescaped == NULL || matcher.decoded == NULL || matcher.form == NULL;
  if (!matcher.has_failed) {
    for (size_t i = 0; i < view->count; i++)
      text[i] = unescape_fold(view->bytes[i].byte);
    matcher.has_failed = !start_sieve(&matcher);
    if (!matcher.has_failed) search_all(&matcher, secrets);
    if (matcher.substrings != NULL) {
      substrings_finish(matcher.substrings);
      hide_found(masked, view, &matcher);
    }
  }
  substrings_free(matcher.substrings);
  free(matcher.sieve);
  free(matcher.form);
  free(matcher.decoded);
  free(matcher.unescaped);
  free(text);
  return !matcher.has_failed;
}
