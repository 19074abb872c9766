/*
** loopback.c: recognises hosts of URLs that are this machine.
*/
/* inet_aton is an extension, which all systems have */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "http/loopback.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

enum {
  LONGEST_HOST = 255, /* bytes of a name in the DNS; a longer one cannot be resolved */
  LOOPBACK_NET = 127, /* first byte of an address */
  THIS_NET = 0,       /* connecting to it reaches this machine */
  IPV4_IN_IPV6 = 12   /* where the IPv4 address begins in ::ffff:127.0.0.1 and ::127.0.0.1 */
};

/* Reads an IPv6 address in brackets. */
static bool read_ipv6(const char *host, struct in6_addr *address) {
  char text[INET6_ADDRSTRLEN];
  const size_t length = strlen(host);
  if (length < 2 || length - 2 >= sizeof text || host[0] != '[') return false;
  memcpy(text, host + 1, length - 2);
  text[length - 2] = '\0';
  return inet_pton(AF_INET6, text, address) == 1;
}

bool loopback_includes(const char *host) {
  struct in_addr v4;
  struct in6_addr v6;
  if (strcasecmp(host, "localhost") == 0) return true;
  if (inet_pton(AF_INET, host, &v4) == 1) return ((const unsigned char *)&v4)[0] == LOOPBACK_NET;
  return read_ipv6(host, &v6) && IN6_IS_ADDR_LOOPBACK(&v6);
}

static bool is_own_net(const unsigned char *address) {
  return address[0] == LOOPBACK_NET || address[0] == THIS_NET;
}

/* Returns true for ::1, :: and addresses that contain an IPv4 address of this machine. */
static bool is_own_ipv6(const struct in6_addr *address) {
  const bool holds_ipv4 = IN6_IS_ADDR_V4MAPPED(address) || IN6_IS_ADDR_V4COMPAT(address);
  const bool is_special = IN6_IS_ADDR_LOOPBACK(address) || IN6_IS_ADDR_UNSPECIFIED(address);
  return is_special || (holds_ipv4 && is_own_net((const unsigned char *)address + IPV4_IN_IPV6));
}

static bool ends_in(const char *name, const char *ending) {
  const size_t length = strlen(name);
  const size_t end = strlen(ending);
  return length >= end && strcasecmp(name + length - end, ending) == 0;
}

/* Returns true for names of this machine in /etc/hosts. */
static bool is_own_name(const char *name) {
  static const char *const names[] = {"localhost4", "localhost6", "ip6-localhost", "ip6-loopback"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (strcasecmp(name, names[i]) == 0) return true;
  return strcasecmp(name, "localhost") == 0 || ends_in(name, ".localhost") || ends_in(name, ".localdomain") ||
         ends_in(name, ".localdomain4") || ends_in(name, ".localdomain6");
}

bool loopback_may_include(const char *host) {
  char name[LONGEST_HOST + 1];
  struct in_addr v4;
  struct in6_addr v6;
  size_t length = strlen(host);
  while (length > 0 && host[length - 1] == '.')
    length--;
  if (length >= sizeof name) return false;
  memcpy(name, host, length);
  name[length] = '\0';
  if (read_ipv6(name, &v6)) return is_own_ipv6(&v6);
  if (inet_aton(name, &v4) != 0) return is_own_net((const unsigned char *)&v4);
  return is_own_name(name);
}
