/*
** tls_unread.c: detects bytes in OpenSSL's buffers that libcurl has not read.
**
** libcurl 8.23 lets OpenSSL read ahead, but checks only the socket before it uses a connection
** again. Bytes after a response may stay in OpenSSL, where neither libcurl nor poll() detects them,
** and would be read as the next response. libcurl has no function for this, but gives access to the
** SSL object. So OpenSSL is called, in the copy that libcurl has loaded, since the process may have
** loaded another version too. If it is not found, only the socket is checked.
*/
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* dladdr */
#endif
#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

#include "http/transfer.h"

typedef int HasPending(const void *ssl);

static HasPending *has_pending;

/* Finds SSL_has_pending among the libraries this module depends on, directly or through libcurl. */
static void find_function(void) {
  static const char own = 0;
  Dl_info file;
  if (dladdr(&own, &file) == 0) return;
  void *module = dlopen(file.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
  if (module == NULL) return;
  void *symbol = dlsym(module, "SSL_has_pending");
  memcpy(&has_pending, &symbol, sizeof symbol); /* ISO C does not allow a cast */
  dlclose(module);
}

bool tls_has_unread(CURL *easy) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  const struct curl_tlssessioninfo *session = NULL;
  pthread_once(&once, find_function);
  if (has_pending == NULL || curl_easy_getinfo(easy, CURLINFO_TLS_SSL_PTR, &session) != CURLE_OK) return false;
  if (session == NULL || session->backend != CURLSSLBACKEND_OPENSSL || session->internals == NULL) return false;
  return has_pending(session->internals) != 0;
}
