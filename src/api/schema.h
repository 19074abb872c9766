/*
** schema.h: the API's objects as data.
**
** The schemas contain what the service declares: the members of its objects and their types.
** Everything else in the objects is free-form and passes through unchanged. Sources: the captured
** reference of the four PATCH calls and the service's documentation.
*/
#ifndef BYTENITE_SCHEMA_H
#define BYTENITE_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

#pragma GCC visibility push(hidden)

typedef enum SchemaKind {
  SCHEMA_ANY,         /* free-form: any JSON value */
  SCHEMA_FREE_OBJECT, /* free-form members; written from a table that is not an array */
  SCHEMA_STRING,
  SCHEMA_ENUM, /* a name, or a number for which the server knows no name */
  SCHEMA_BOOLEAN,
  SCHEMA_INTEGER, /* 64 bits; read from a number or decimal string */
  SCHEMA_UINT32,  /* read like an integer; written from 0 to 4294967295 */
  SCHEMA_NUMBER,  /* a double; read from a number or decimal string */
  SCHEMA_OBJECT,  /* declared and undeclared members */
  SCHEMA_ARRAY,   /* of `element` */
  SCHEMA_MAP      /* an object with values of type `element` under free names */
} SchemaKind;

enum { SCHEMA_MAX_MEMBERS = 64 }; /* each has a bit in 64-bit masks */

typedef struct Schema Schema;

typedef struct SchemaMember {
  const char *name;
  size_t length; /* of the name */
  const Schema *type;
  bool required;       /* when it is written */
  const char *meaning; /* a line for the reference page */
} SchemaMember;

struct Schema {
  const char *name;
  SchemaKind kind;
  const Schema *element;       /* SCHEMA_ARRAY, SCHEMA_MAP */
  const SchemaMember *members; /* SCHEMA_OBJECT */
  size_t count;
};

/* Indices of members of schema_job. */
enum { SCHEMA_JOB_ID = 0, SCHEMA_JOB_TEMPLATE_INFO = 24 };

extern const Schema schema_any; /* for undeclared values */
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
extern const Schema schema_new_secret;
extern const Schema schema_run_request;
extern const Schema schema_running_tasks;
extern const Schema schema_running_tasks_request;
extern const Schema schema_secret_list;
extern const Schema schema_secret_response;
extern const Schema schema_server_info;
extern const Schema schema_template_list_request;
extern const Schema schema_template_page;

/* All named schemas; NULL ends the list. */
extern const Schema *const schema_all[];

/* Returns the schema with a name, or NULL. */
const Schema *schema_find(const char *name);

/*
** Returns the member of a SCHEMA_OBJECT with a name, or NULL. Servers print members in the declared
** order, so the search starts at the index *next, initially 0, which is then set to the index after
** the member's.
*/
const SchemaMember *schema_member(const Schema *schema, const char *name, size_t length, size_t *next);

#pragma GCC visibility pop

#endif
