/*
** tls_options.c: sets the authorities that a transfer trusts and the client certificate.
*/
#include <dirent.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "http/transfer.h"

/* Stands for a folder without certificates; replaces libcurl's default. */
#define NO_FOLDER "/dev/null"

enum { HASH_DIGITS = 8 };

/* Returns true for a name by which OpenSSL finds a certificate in a folder: "5ed36f99.0". */
static bool is_hash_name(const char *name) {
  const size_t end = strspn(name, "0123456789abcdef");
  const size_t digits = end == HASH_DIGITS && name[end] == '.' ? strspn(name + end + 1, "0123456789") : 0;
  return digits > 0 && name[end + 1 + digits] == '\0';
}

/*
** Stores in `file` the path of a certificate in a folder of authorities. If there is none, stores
** the folder itself with a slash, which no system reads as a file: libcurl then refuses it. Returns
** false if memory runs out.
*/
static bool find_certificate(const char *folder, Buffer *file) {
  bool has_memory = true;
  bool found = false;
  DIR *listing = opendir(folder);
  const struct dirent *entry;
  while (listing != NULL && has_memory && !found && (entry = readdir(listing)) != NULL) {
    if (!is_hash_name(entry->d_name)) continue;
    buffer_reset(file, SIZE_MAX);
    has_memory =
      buffer_append_text(file, folder) && buffer_append_byte(file, '/') && buffer_append_text(file, entry->d_name);
    found = has_memory && access(file->data, R_OK) == 0;
  }
  if (listing != NULL) closedir(listing);
  if (found || !has_memory) return has_memory;
  buffer_reset(file, SIZE_MAX);
  return buffer_append_text(file, folder) && buffer_append_byte(file, '/');
}

/* Returns CURLE_OK if this libcurl lacks the option: then there is no default to replace. */
static CURLcode forgive_missing(CURLcode code) {
  return code == CURLE_NOT_BUILT_IN || code == CURLE_UNKNOWN_OPTION ? CURLE_OK : code;
}

/*
** Sets file and folder of authorities, for servers and for TLS proxies. `folder` may be NULL.
*/
static CURLcode set_authorities(CURL *easy, const char *file, const char *folder) {
  CURLcode code = curl_easy_setopt(easy, CURLOPT_CAINFO, file);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_CAPATH, folder != NULL ? folder : NO_FOLDER);
  if (folder == NULL) code = forgive_missing(code);
  if (code == CURLE_OK) code = forgive_missing(curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO, file));
  if (code != CURLE_OK) return code;
  return forgive_missing(curl_easy_setopt(easy, CURLOPT_PROXY_CAPATH, folder != NULL ? folder : NO_FOLDER));
}

/*
** libcurl has a built-in file and a built-in folder of authorities, and each of the two options
** replaces only one of them. So both are set, and never to NULL, which newer versions read as the
** default. If there is only a folder, one of its certificates serves as the file.
*/
CURLcode tls_set_trust(const Transfer *transfer) {
  const TransportOptions *options = &transfer->transport->options;
  if (options->ca_path == NULL && options->ca_file == NULL) return CURLE_OK;
  if (options->ca_file != NULL) return set_authorities(transfer->easy, options->ca_file, options->ca_path);
  Buffer file = {0};
  CURLcode code = CURLE_OUT_OF_MEMORY;
  if (find_certificate(options->ca_path, &file)) code = set_authorities(transfer->easy, file.data, options->ca_path);
  buffer_free(&file);
  return code;
}

/*
** Sets or clears certificate and key. Sets a password too, because OpenSSL would ask on the
** terminal for the password of an encrypted key.
*/
static CURLcode set_certificate(CURL *easy, const char *certificate, const char *key) {
  CURLcode code = curl_easy_setopt(easy, CURLOPT_SSLCERT, certificate);
  if (code == CURLE_OK) code = curl_easy_setopt(easy, CURLOPT_SSLKEY, key);
  return code == CURLE_OK ? curl_easy_setopt(easy, CURLOPT_KEYPASSWD, key != NULL ? "" : NULL) : code;
}

/*
** libcurl does not reuse a connection for a request with another certificate, or with none.
*/
CURLcode tls_set_certificate(Transfer *transfer, bool is_shown) {
  const TransportOptions *options = &transfer->transport->options;
  if (options->client_cert == NULL || transfer->shows_certificate == is_shown) return CURLE_OK;
  const char *key = options->client_key != NULL ? options->client_key : options->client_cert;
  CURLcode code = CURLE_OK;
  if (is_shown) code = set_certificate(transfer->easy, options->client_cert, key);
  if (!is_shown || code != CURLE_OK) set_certificate(transfer->easy, NULL, NULL);
  transfer->shows_certificate = is_shown && code == CURLE_OK;
  return code;
}
