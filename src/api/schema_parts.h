/*
** schema_parts.h: what the files that declare schemas share.
*/
#ifndef BYTENITE_SCHEMA_PARTS_H
#define BYTENITE_SCHEMA_PARTS_H

#include "api/schema.h"

#pragma GCC visibility push(hidden)

#define MEMBER(name, type, meaning) \
  { name, sizeof(name) - 1, &(type), false, meaning }
#define REQUIRED_MEMBER(name, type, meaning) \
  { name, sizeof(name) - 1, &(type), true, meaning }
#define OBJECT(name, members) \
  { name, SCHEMA_OBJECT, NULL, members, sizeof(members) / sizeof((members)[0]) }
#define SCALAR(name, kind) \
  { name, kind, NULL, NULL, 0 }
#define LIST(name, kind, element) \
  { name, kind, &(element), NULL, 0 }

/* Types of members. */
extern const Schema schema_string;
extern const Schema schema_timestamp;
extern const Schema schema_enumeration;
extern const Schema schema_boolean;
extern const Schema schema_integer;
extern const Schema schema_uint32;
extern const Schema schema_number;
extern const Schema schema_strings;

/* Objects that are members of others. */
extern const Schema schema_data_source;
extern const Schema schema_directory;
extern const Schema schema_event;
extern const Schema schema_file;
extern const Schema schema_filter;
extern const Schema schema_generic_error;
extern const Schema schema_job_result;
extern const Schema schema_job_template;
extern const Schema schema_log_line;
extern const Schema schema_page_request;
extern const Schema schema_pagination;
extern const Schema schema_regions;
extern const Schema schema_secret;
extern const Schema schema_status;
extern const Schema schema_task_logs;
extern const Schema schema_version;

#pragma GCC visibility pop

#endif
