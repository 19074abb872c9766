/*
** system_certificates.c: to be preloaded. Makes every file in the system's folder of certificates
** appear to be the file that $SPEC_SYSTEM_CA names.
*/
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *redirect(const char *path) {
  static const char *const folders[] = {"/etc/ssl/certs/", "/etc/pki/tls/certs/", "/usr/lib/ssl/"};
  const char *own = getenv("SPEC_SYSTEM_CA");
  for (size_t i = 0; own != NULL && i < sizeof folders / sizeof folders[0]; i++)
    if (strncmp(path, folders[i], strlen(folders[i])) == 0) {
      const size_t length = strlen(path);
      /* only the first file of a hash: OpenSSL tries .1, .2, ... until one is missing */
      return length > 2 && path[length - 2] == '.' && path[length - 1] != '0' ? path : own;
    }
  return path;
}

FILE *fopen64(const char *path, const char *mode) {
  FILE *(*next)(const char *, const char *) = (FILE * (*)(const char *, const char *)) dlsym(RTLD_NEXT, "fopen64");
  return next(redirect(path), mode);
}

FILE *fopen(const char *path, const char *mode) {
  FILE *(*next)(const char *, const char *) = (FILE * (*)(const char *, const char *)) dlsym(RTLD_NEXT, "fopen");
  return next(redirect(path), mode);
}

int stat(const char *path, struct stat *status) {
  int (*next)(const char *, struct stat *) = (int (*)(const char *, struct stat *))dlsym(RTLD_NEXT, "stat");
  return next(redirect(path), status);
}
