/*
** schema.c: the types of all objects; finds objects and members by name.
*/
#include "api/schema.h"

#include <string.h>

#include "api/schema_parts.h"

const Schema schema_any = SCALAR("any", SCHEMA_ANY);

const Schema schema_free_object = SCALAR("object", SCHEMA_FREE_OBJECT);
const Schema schema_string = SCALAR("string", SCHEMA_STRING);
const Schema schema_timestamp = SCALAR("timestamp", SCHEMA_STRING);
const Schema schema_enumeration = SCALAR("enum", SCHEMA_ENUM);
const Schema schema_boolean = SCALAR("boolean", SCHEMA_BOOLEAN);
const Schema schema_integer = SCALAR("integer", SCHEMA_INTEGER);
const Schema schema_uint32 = SCALAR("uint32", SCHEMA_UINT32);
const Schema schema_number = SCALAR("number", SCHEMA_NUMBER);
const Schema schema_strings = LIST("string[]", SCHEMA_ARRAY, schema_string);

const Schema *const schema_all[] = {
  &schema_job,
  &schema_job_config,
  &schema_job_params,
  &schema_data_source,
  &schema_regions,
  &schema_job_template,
  &schema_new_job,
  &schema_job_data_source,
  &schema_job_name,
  &schema_job_response,
  &schema_run_request,
  &schema_page_request,
  &schema_pagination,
  &schema_job_list_request,
  &schema_filter,
  &schema_job_filter_request,
  &schema_job_page,
  &schema_template_list_request,
  &schema_template_page,
  &schema_running_tasks_request,
  &schema_running_tasks,
  &schema_job_result,
  &schema_job_results,
  &schema_logs_request,
  &schema_log_line,
  &schema_task_logs,
  &schema_logs,
  &schema_data_source_test,
  &schema_file,
  &schema_directory,
  &schema_data_source_info,
  &schema_secret,
  &schema_new_secret,
  &schema_secret_response,
  &schema_secret_list,
  &schema_version,
  &schema_server_info,
  &schema_event,
  &schema_status,
  &schema_event_item,
  &schema_generic_error,
  &schema_generic_response,
  &schema_access_token_request,
  &schema_access_token,
  &schema_any,
  &schema_free_object,
  NULL,
};

const Schema *schema_find(const char *name) {
  for (const Schema *const *schema = schema_all; *schema != NULL; schema++)
    if (strcmp((*schema)->name, name) == 0) return *schema;
  return NULL;
}

static bool is_named(const SchemaMember *member, const char *name, size_t length) {
  return member->length == length && memcmp(member->name, name, length) == 0;
}

const SchemaMember *schema_member(const Schema *schema, const char *name, size_t length, size_t *next) {
  size_t index = *next;
  for (size_t tried = 0; tried < schema->count; tried++, index++) {
    if (index >= schema->count) index = 0;
    const SchemaMember *member = &schema->members[index];
    if (is_named(member, name, length)) {
      *next = index + 1;
      return member;
    }
  }
  return NULL;
}
