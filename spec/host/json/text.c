/*
** Tests of src/json/text.h.
*/
#include "json/text.h"

#include "host.h"

static bool is_plain(int byte) {
  return byte >= ' ' && byte <= '~' + 1 && byte != '"' && byte != '\\';
}

static void stops_at_every_special_byte(void) {
  char text[64];
  for (size_t length = 0; length <= sizeof text; length++)
    for (size_t at = 0; at < length; at++)
      for (int byte = 0; byte < 256; byte++) {
        memset(text, 'x', sizeof text);
        text[at] = (char)byte;
        if (!CHECK_NUMBER(is_plain(byte) ? length : at, json_plain_run(text, length))) return;
      }
}

static void reads_no_further_than_it_may(void) {
  char text[40];
  memset(text, 'x', sizeof text);
  for (size_t length = 0; length < sizeof text; length++)
    CHECK_NUMBER(length, json_plain_run(text, length));
}

UNIT(text_unit, "json/text",
     {"runs up to the first byte that is not plain, wherever that is", stops_at_every_special_byte},
     {"ends where the text does", reads_no_further_than_it_may});
