/*
** loopback.h: recognises hosts of URLs that are this machine.
*/
#ifndef BYTENITE_LOOPBACK_H
#define BYTENITE_LOOPBACK_H

#include <stdbool.h>

#pragma GCC visibility push(hidden)

/*
** Both functions take the host of a URL as libcurl returns it: percent-decoded, an IPv6 address in
** brackets.
*/

/* Returns true for localhost, 127.0.0.0/8 and ::1: plain http and no proxy are safe there. */
bool loopback_includes(const char *host);

/*
** Returns true for every host that may lead to this machine, by any spelling: also 0.0.0.0, ::,
** IPv4 addresses inside IPv6 addresses, other forms of numbers, *.localhost, a dot at the end.
*/
bool loopback_may_include(const char *host);

#pragma GCC visibility pop

#endif
