/*
** names.c: recognises names of secrets, by parts of the names.
**
** A name is split into words (dbPassword, DB_PASSWORD and db-password have the words "db" and
** "password") and joined again in lower case. The name is that of a secret if the joined name has
** certain parts (like those of Rails' filter_parameters and Sentry's scrubber); short parts must be
** whole words.
*/
#include "redact/names.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { LONGEST = 128, MOST_WORDS = 32 };

typedef struct Name {
  char joined[LONGEST + 1]; /* letters in lower case, without separators and digits */
  size_t length;
  size_t words[MOST_WORDS + 1]; /* where the words start in `joined`; the end follows */
  size_t count;
} Name;

/* Parts that hide strings and numbers. */
static const char *const parts_all[] = {
  "passw", "passphrase", "passcode", "secret", "credential", "pincode", "cardnumber", "creditcard", NULL,
};

/* Words that hide strings and numbers. */
static const char *const words_all[] = {
  "pass", "pwd", "pw", "pswd", "pin", "otp", "totp", "cvv", "cvc", "ssn", "creds", "cred", "userpass", "dbpass", NULL,
};

/* Parts that hide strings. */
static const char *const parts_text[] = {
  "accesscode",       "authcode",     "authorization", "backupcode", "bearer",
  "dockerconfig",     "keytab",       "kubeconfig",    "mnemonic",   "recoverycode",
  "securityanswer",   "securitycode", "seedphrase",    "sessionid",  "signature",
  "verificationcode", NULL,
};

/*
** Words that with "key" name a secret. Many other keys are not secret.
*/
static const char *const keys[] = {
  "access",
  "account",
  "admin",
  "anthropic",
  "api",
  "app",
  "application",
  "auth",
  "aws",
  "azure",
  "client",
  "consumer",
  "crypto",
  "customer",
  "decryption",
  "deploy",
  "encryption",
  "function",
  "github",
  "google",
  "gpg",
  "hmac",
  "instrumentation",
  "integration",
  "jwt",
  "licence",
  "license",
  "master",
  "openai",
  "pgp",
  "private",
  "root",
  "rsa",
  "sendgrid",
  "server",
  "service",
  "session",
  "shared",
  "sign",
  "signing",
  "ssh",
  "ssl",
  "storage",
  "stripe",
  "subscription",
  "symmetric",
  "tls",
  "twilio",
  "write",
  NULL,
};

/* Parts of the names of addresses that hold a password. */
static const char *const parts_addresses[] = {
  "connectionstring", "connectionuri", "connectionurl", "connstr", "databaseurl", "databaseuri",
  "mongouri",         "mongourl",      "redisurl",      "jdbcurl", NULL,
};

/* Words that hide strings. */
static const char *const words_text[] = {
  "token", "tokens", "auth", "oauth", "cookie", "cookies", "jwt",  "dsn",     "sas",     "sig",
  "sid",   "csrf",   "xsrf", "pat",   "pem",    "salt",    "hmac", "session", "privkey", NULL,
};

/* Words at the end of names that describe a secret but do not contain it. */
static const char *const about[] = {
  "algorithm", "at",     "consent", "count", "counts",  "enabled", "domain", "endpoint", "expiration",
  "expires",   "expiry", "field",   "file",  "format",  "in",      "header", "length",   "limit",
  "max",       "min",    "name",    "names", "path",    "policy",  "ref",    "required", "ttl",
  "type",      "url",    "used",    "usage", "version", NULL,
};

/* Words before "token" for tokens that are parts of a text, or positions in a list. */
static const char *const not_secret_tokens[] = {
  "bos", "cls", "continuation", "eos", "mask", "next", "pad", "page", "prev", "sep", "special", "stop", "unk", NULL,
};

static bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_capital(char c) {
  return c >= 'A' && c <= 'Z';
}

/*
** Splits a name: where a capital follows a small letter, where a small letter follows two capitals
** (APIKey), and at everything that is not a letter. Uses only the end of a longer name.
*/
static void split(Name *name, const char *text, size_t length) {
  if (length > LONGEST) {
    text += length - LONGEST;
    length = LONGEST;
  }
  name->length = name->count = 0;
  for (size_t i = 0; i < length; i++) {
    if (!is_letter(text[i])) continue;
    const char before = i > 0 ? text[i - 1] : '\0';
    const bool next_is_small = i + 1 < length && is_letter(text[i + 1]) && !is_capital(text[i + 1]);
    const bool starts = !is_letter(before) || (is_capital(text[i]) && (!is_capital(before) || next_is_small));
    if (starts && name->count < MOST_WORDS) name->words[name->count++] = name->length;
    name->joined[name->length++] = (char)(text[i] | 0x20);
  }
  name->joined[name->length] = '\0';
  name->words[name->count] = name->length;
}

static bool has_part(const Name *name, const char *const *parts) {
  for (const char *at = name->joined; *at != '\0'; at++)
    for (const char *const *part = parts; *part != NULL; part++)
      if (**part == *at && strncmp(at, *part, strlen(*part)) == 0) return true;
  return false;
}

/* Returns true if some letters end in one of the words. */
static bool ends_in(const char *letters, size_t length, const char *const *words) {
  for (; *words != NULL; words++) {
    const size_t own = strlen(*words);
    if (own <= length && memcmp(letters + length - own, *words, own) == 0) return true;
  }
  return false;
}

/* Returns true for the name of a secret key. "keyword" and "keyboard" are not keys. */
static bool has_secret_key(const Name *name) {
  for (const char *at = name->joined; (at = strstr(at, "key")) != NULL; at++) {
    const bool is_key = strncmp(at + 3, "word", 4) != 0 && strncmp(at + 3, "board", 5) != 0;
    if (is_key && ends_in(name->joined, (size_t)(at - name->joined), keys)) return true;
  }
  return false;
}

static bool is_word(const Name *name, size_t index, const char *word) {
  const size_t length = name->words[index + 1] - name->words[index];
  return length == strlen(word) && memcmp(name->joined + name->words[index], word, length) == 0;
}

static bool is_one_of(const Name *name, size_t index, const char *const *words) {
  const char first = name->joined[name->words[index]];
  for (; *words != NULL; words++)
    if (**words == first && is_word(name, index, *words)) return true;
  return false;
}

static bool has_word(const Name *name, const char *const *words) {
  for (size_t i = 0; i < name->count; i++)
    if (is_one_of(name, i, words)) return true;
  return false;
}

/* Returns true if a name hides text. Names in one case do not show their words: "accesstoken". */
static bool hides_text(const Name *name) {
  static const char *const endings[] = {"token", "tokens", "cookie", NULL};
  return has_part(name, parts_text) || has_word(name, words_text) || has_secret_key(name) ||
         ends_in(name->joined, name->length, endings);
}

NameKind name_kind(const char *text, size_t length) {
  Name name;
  split(&name, text, length);
  if (name.count == 0) return NAME_ORDINARY;
  if (has_part(&name, parts_addresses)) return NAME_HIDES_TEXT;
  if (name.count > 1 && is_one_of(&name, name.count - 1, about)) return NAME_ORDINARY;
  if (has_part(&name, parts_all) || has_word(&name, words_all)) return NAME_HIDES_ALL;
  if (has_word(&name, not_secret_tokens)) return NAME_ORDINARY;
  return hides_text(&name) ? NAME_HIDES_TEXT : NAME_ORDINARY;
}

NameKind name_kind_cached(NameCache *cache, const char *name, size_t length) {
  if (length == 0 || length > NAME_CACHED) return name_kind(name, length);
  uint32_t hash = 2166136261u; /* FNV-1a */
  for (size_t i = 0; i < length; i++)
    hash = (hash ^ (unsigned char)name[i]) * 16777619u;
  CachedName *slot = &cache->slots[(hash ^ hash >> 16) % NAME_SLOTS];
  if (slot->length != length || memcmp(slot->name, name, length) != 0) {
    slot->length = (unsigned char)length;
    memcpy(slot->name, name, length);
    slot->kind = (unsigned char)name_kind(name, length);
  }
  return (NameKind)slot->kind;
}
