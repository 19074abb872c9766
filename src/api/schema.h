/*
** schema.h: the API's objects as data. Includes no lua.h.
**
** What the service declares of its objects (their members and types); everything else in them is free-form and passes
** through as it is. Source: the captured reference of the four PATCH calls and the service's documentation.
*/
#ifndef BYTENITE_SCHEMA_H
#define BYTENITE_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

#pragma GCC visibility push(hidden)

typedef enum SchemaKind {
  SCHEMA_ANY,         /* free-form: any JSON value */
  SCHEMA_FREE_OBJECT, /* free-form members; written from a table that is no array */
  SCHEMA_STRING,
  SCHEMA_ENUM, /* a name; a number where the server knows no name */
  SCHEMA_BOOLEAN,
  SCHEMA_INTEGER, /* 64-bit on the wire's other side; read from number or decimal string */
  SCHEMA_UINT32,  /* the same, 0 to 4294967295 when written */
  SCHEMA_NUMBER,  /* a double; read from number or decimal string */
  SCHEMA_OBJECT,  /* declared members and unknown ones */
  SCHEMA_ARRAY,   /* of `element` */
  SCHEMA_MAP      /* an object of `element` under free names */
} SchemaKind;

enum { SCHEMA_MAX_MEMBERS = 64 }; /* members already seen are kept in a 64-bit mask */

typedef struct Schema Schema;

typedef struct SchemaMember {
  const char *name;
  size_t length; /* of the name */
  const Schema *type;
  bool required;       /* when written */
  const char *meaning; /* one line for the reference page */
} SchemaMember;

struct Schema {
  const char *name;
  SchemaKind kind;
  const Schema *element;       /* SCHEMA_ARRAY, SCHEMA_MAP */
  const SchemaMember *members; /* SCHEMA_OBJECT */
  size_t count;
};

extern const Schema schema_any; /* what has no declaration */
extern const Schema schema_free_object;

/* The queries, bodies and results of operations. */
extern const Schema schema_access_token;
extern const Schema schema_access_token_request;
extern const Schema schema_data_source_info;
extern const Schema schema_data_source_test;
extern const Schema schema_event_item;
extern const Schema schema_generic_response;
extern const Schema schema_job;
extern const Schema schema_job_config;
extern const Schema schema_job_data_source;
extern const Schema schema_job_filter_request;
extern const Schema schema_job_list_request;
extern const Schema schema_job_name;
extern const Schema schema_job_page;
extern const Schema schema_job_params;
extern const Schema schema_job_response;
extern const Schema schema_job_results;
extern const Schema schema_logs;
extern const Schema schema_logs_request;
extern const Schema schema_new_job;
extern const Schema schema_run_request;
extern const Schema schema_running_tasks;
extern const Schema schema_running_tasks_request;
extern const Schema schema_server_info;
extern const Schema schema_template_list_request;
extern const Schema schema_template_page;

/* All named schemas, ended by NULL. */
extern const Schema *const schema_all[];

/* The schema of that name, or NULL. */
const Schema *schema_find(const char *name);

/* The place of a declared member, whose name must be one, among those of a SCHEMA_OBJECT. */
size_t schema_index(const Schema *schema, const char *name);

/*
** The member of that name of a SCHEMA_OBJECT, or NULL. Servers print members in the declared order, so the search
** starts at *next (an index, 0 at first), which is left behind the member found.
*/
const SchemaMember *schema_member(const Schema *schema, const char *name, size_t length, size_t *next);

#pragma GCC visibility pop

#endif
