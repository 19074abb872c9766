/*
** free_ports.c: free_ports COUNT prints COUNT free TCP ports of 127.0.0.1 on one line.
*/
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

/*
** Lets the system choose a free port. The socket stays open until the program ends, so that the
** next call gets another port. Returns 0 on failure.
*/
static unsigned int pick_port(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  const int descriptor = socket(AF_INET, SOCK_STREAM, 0);
  if (descriptor == -1 || bind(descriptor, (const struct sockaddr *)&address, length) == -1 ||
      getsockname(descriptor, (struct sockaddr *)&address, &length) == -1) {
    perror("no free port");
    return 0;
  }
  return ntohs(address.sin_port);
}

int main(int argc, char **argv) {
  const long count = argc == 2 ? strtol(argv[1], NULL, 10) : 0;
  for (long i = 0; i < count; i++) {
    const unsigned int port = pick_port();
    if (port == 0) return EXIT_FAILURE;
    printf("%u ", port);
  }
  putchar('\n');
  return EXIT_SUCCESS;
}
