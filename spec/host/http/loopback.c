/*
** Tests of src/http/loopback.c.
*/
#include "http/loopback.h"

#include <string.h>

#include "host.h"

static void knows_loopback(void) {
  static const char *const loopback[] = {"localhost",       "LOCALHOST", "127.0.0.1",
                                         "127.255.255.254", "[::1]",     "[0:0:0:0:0:0:0:1]"};
  static const char *const others[] = {
    "",           "localhost.", "x.localhost", "126.0.0.1", "128.0.0.1", "0.0.0.0", "127.1",
    "[::2]",      "[::]",       "::1",         "[",         "[]",        "[::1",    "127.0.0.1.example.com",
    "example.com"};
  for (size_t i = 0; i < sizeof loopback / sizeof *loopback; i++)
    if (!loopback_includes(loopback[i])) CHECK_TEXT("loopback", loopback[i]);
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    if (loopback_includes(others[i])) CHECK_TEXT("not loopback", others[i]);
}

static void knows_what_may_be_loopback(void) {
  static const char *const own[] = {"localhost",
                                    "LocalHost.",
                                    "localhost..",
                                    "x.localhost",
                                    "x.LOCALHOST.",
                                    "localhost4",
                                    "localhost6",
                                    "ip6-localhost",
                                    "IP6-Loopback",
                                    "localhost.localdomain",
                                    "localhost4.localdomain4",
                                    "localhost6.localdomain6",
                                    "127.0.0.1",
                                    "127.1",
                                    "2130706433",
                                    "0x7f.1",
                                    "0177.0.0.1",
                                    "0.0.0.0",
                                    "0",
                                    "127.0.0.1.",
                                    "[::1]",
                                    "[::]",
                                    "[::ffff:127.0.0.1]",
                                    "[::127.0.0.1]",
                                    "[::ffff:0.0.0.0]",
                                    "[0000:0000:0000:0000:0000:ffff:127.100.100.100]"};
  static const char *const others[] = {
    "",           ".",          "example.com",         "mylocalhost",        "localhost.example.com",
    "localhost5", "ip6-local",  "x.localdomain5",      "128.0.0.1",          "126.255.255.255",
    "1.0.0.0",    "10.0.0.127", "[2001:db8::1]",       "[::ffff:128.0.0.1]", "[::ffff:10.0.0.1]",
    "[fe80::1]",  "[1::]",      "[64:ff9b::127.0.0.1]"};
  for (size_t i = 0; i < sizeof own / sizeof *own; i++)
    if (!loopback_may_include(own[i])) CHECK_TEXT("this machine", own[i]);
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    if (loopback_may_include(others[i])) CHECK_TEXT("another machine", others[i]);
}

static void takes_names_of_every_length(void) {
  char name[300];
  for (size_t length = 10; length < 290; length++) {
    memset(name, 'a', sizeof name);
    memcpy(name + length - 10, ".localhost", 11);
    CHECK_NUMBER(length <= 255, loopback_may_include(name)); /* a longer one cannot be resolved */
    name[0] = '[';
    CHECK(!loopback_includes(name));
  }
}

UNIT(loopback_unit, "http/loopback", {"knows the hosts of loopback", knows_loopback},
     {"knows every spelling of this machine", knows_what_may_be_loopback},
     {"accepts names of every length", takes_names_of_every_length});
