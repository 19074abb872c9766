/*
** host.h: recognises the hosts of URLs that are this machine.
*/
#ifndef BYTENITE_HOST_H
#define BYTENITE_HOST_H

#include <stdbool.h>

#pragma GCC visibility push(hidden)

/*
** Hosts are as libcurl returns them: percent-decoded, IPv6 addresses in brackets.
*/

/* Returns true for localhost, 127.0.0.0/8 and ::1: plain http and no proxy are safe there. */
bool host_is_loopback(const char *host);

/*
** Returns true for every host that may lead to this machine, by any spelling: also 0.0.0.0, ::,
** IPv4 addresses inside IPv6 ones, other forms of numbers, *.localhost, a dot at the end.
*/
bool host_may_be_loopback(const char *host);

bool host_is_ascii(const char *host);

#pragma GCC visibility pop

#endif
