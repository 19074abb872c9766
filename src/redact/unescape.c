/*
** unescape.c: removes the escapes from texts, so that a secret is found however it is written.
**
** Bytes are decoded from left to right onto a stack. Whenever its top completes an escape ("%41",
** "&amp;") the escape is replaced by its character, which may complete another one. Each
** replacement makes the stack smaller, so that the time is linear, and escapes within escapes need
** no further pass. Backslashes are dropped: their number depends on how often a text was written as
** JSON.
*/
#include "redact/unescape.h"

#include <string.h>

enum { LONGEST_ENTITY = 10 };

typedef struct Stack {
  UnescapedByte *bytes;
  size_t count;
} Stack;

static int hex_digit(unsigned char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c |= 0x20;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void append(Stack *stack, uint32_t byte, UnescapedByte source) {
  source.byte = (unsigned char)byte;
  stack->bytes[stack->count++] = source;
}

/*
** Appends a character beyond ASCII as UTF-8. All its bytes stand for the same bytes of the source.
*/
static void append_character(Stack *stack, uint32_t code, UnescapedByte source) {
  if (code < 0x800) {
    append(stack, 0xC0 | code >> 6, source);
  } else if (code < 0x10000) {
    append(stack, 0xE0 | code >> 12, source);
    append(stack, 0x80 | (code >> 6 & 0x3F), source);
  } else {
    append(stack, 0xF0 | code >> 18, source);
    append(stack, 0x80 | (code >> 12 & 0x3F), source);
    append(stack, 0x80 | (code >> 6 & 0x3F), source);
  }
  append(stack, 0x80 | (code & 0x3F), source);
}

/* Returns the character of an entity, given without "&" and ";"; 0 if it is unknown. */
static uint32_t entity_code(const char *name, size_t length) {
  static const struct {
    const char *name;
    uint32_t code;
  } entities[] = {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}, {"sol", '/'}, {"plus", '+'}};
  for (size_t i = 0; i < sizeof entities / sizeof *entities; i++)
    if (strlen(entities[i].name) == length && memcmp(entities[i].name, name, length) == 0) return entities[i].code;
  if (length < 2 || name[0] != '#') return 0;
  const bool is_hex = (name[1] | 0x20) == 'x';
  uint32_t code = 0;
  for (size_t i = is_hex ? 2 : 1; i < length; i++) {
    const int digit = hex_digit((unsigned char)name[i]);
    if (digit < 0 || (!is_hex && digit > 9)) return 0;
    code = code * (is_hex ? 16 : 10) + (uint32_t)digit;
  }
  return code <= 0x10FFFF ? code : 0;
}

/*
** Returns the length of the entity on the top, with "&" and ";", and its character; 0 if there is
** none.
*/
static size_t entity_on_top(const Stack *stack, uint32_t *code) {
  char name[LONGEST_ENTITY];
  const UnescapedByte *top = stack->bytes + stack->count - 1;
  if (top->byte != ';') return 0;
  size_t length = 0;
  while (length < LONGEST_ENTITY && length + 1 < stack->count && (top - length - 1)->byte != '&')
    length++;
  if (length == LONGEST_ENTITY || length + 1 >= stack->count) return 0;
  for (size_t i = 0; i < length; i++)
    name[i] = (char)(top - length + i)->byte;
  *code = entity_code(name, length);
  return *code != 0 ? length + 2 : 0;
}

/* Returns the length of an escape like "%41" on the top, and its byte; 0 if there is none. */
static size_t percent_on_top(const Stack *stack, uint32_t *byte) {
  if (stack->count < 3) return 0;
  const UnescapedByte *top = stack->bytes + stack->count - 1;
  if (top[-2].byte != '%') return 0;
  const int low = hex_digit(top->byte), high = hex_digit(top[-1].byte);
  if (low < 0 || high < 0) return 0;
  *byte = (uint32_t)(high << 4 | low);
  return 3;
}

/* Pushes a character. A loop and not a recursion, because "%3%3%3%35" collapses from its end. */
static void push(Stack *stack, uint32_t code, UnescapedByte source) {
  bool is_byte = false; /* of a percent-encoded character, perhaps one of several */
  while (code != '\\') {
    if (code >= 0x80 && !is_byte) {
      append_character(stack, code, source);
      return;
    }
    append(stack, code, source);
    size_t length = percent_on_top(stack, &code);
    is_byte = length > 0;
    if (length == 0) length = entity_on_top(stack, &code);
    if (length == 0) return;
    source.end = stack->bytes[stack->count - 1].end;
    stack->count -= length;
    source.start = stack->bytes[stack->count].start;
  }
}

/* Reads four hexadecimal digits. Returns -1 if there are none. */
static int32_t read_unit(const char *text, size_t length) {
  if (length < 4) return -1;
  int32_t unit = 0;
  for (int i = 0; i < 4; i++) {
    const int digit = hex_digit((unsigned char)text[i]);
    if (digit < 0) return -1;
    unit = unit << 4 | digit;
  }
  return unit;
}

/*
** Reads \uXXXX, or a pair of them, after its first backslashes. Returns its length; 0 if there is
** none.
*/
static size_t read_unicode(const char *text, size_t length, uint32_t *code) {
  const int32_t unit = length > 0 && text[0] == 'u' ? read_unit(text + 1, length - 1) : -1;
  if (unit < 0) return 0;
  *code = (uint32_t)unit;
  if (unit < 0xD800 || unit > 0xDBFF) return 5;
  size_t next = 5;
  while (next < length && text[next] == '\\')
    next++;
  if (next == 5 || next == length || text[next] != 'u') return 5;
  const int32_t low = read_unit(text + next + 1, length - next - 1);
  if (low < 0xDC00 || low > 0xDFFF) return 5;
  *code = 0x10000 + ((uint32_t)(unit - 0xD800) << 10) + (uint32_t)(low - 0xDC00);
  return next + 5;
}

/* Returns the character of a short escape, such as "n" for a line feed. */
static unsigned char escaped_character(char letter) {
  switch (letter) {
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return (unsigned char)letter;
  }
}

size_t unescape_text(UnescapedByte *out, const char *text, size_t length) {
  Stack stack = {.bytes = out};
  for (size_t at = 0; at < length;) {
    UnescapedByte source = {.start = (uint32_t)at};
    while (at < length && text[at] == '\\')
      at++;
    if (at == length) break;
    const bool is_escaped = at > source.start;
    uint32_t code = 0;
    const size_t escape = is_escaped ? read_unicode(text + at, length - at, &code) : 0;
    if (escape == 0) code = is_escaped ? escaped_character(text[at]) : (unsigned char)text[at];
    at += escape > 0 ? escape : 1;
    source.end = (uint32_t)at;
    if (escape == 0 && code >= 0x80)
      append(&stack, code, source); /* a byte of UTF-8 */
    else
      push(&stack, code, source);
  }
  return stack.count;
}

unsigned char unescape_fold(unsigned char byte) {
  switch (byte) {
    case '\b': return 'b';
    case '\f': return 'f';
    case '\n': return 'n';
    case '\r': return 'r';
    case '\t': return 't';
    case '+': return ' ';
    default: return byte;
  }
}
