/*
** schema.c: the API's objects as data. A member is added by adding a line.
*/
#include "schema.h"

#include <string.h>

#define MEMBER(name, type, meaning) \
  { name, sizeof(name) - 1, &(type), false, meaning, NULL }
#define REQUIRED_MEMBER(name, type, meaning) \
  { name, sizeof(name) - 1, &(type), true, meaning, NULL }
#define REPEATING_MEMBER(name, type, meaning, repeats) \
  { name, sizeof(name) - 1, &(type), false, meaning, repeats }
#define OBJECT(name, members) \
  { name, SCHEMA_OBJECT, NULL, members, sizeof(members) / sizeof((members)[0]) }
#define SCALAR(name, kind) \
  { name, kind, NULL, NULL, 0 }
#define LIST(name, kind, element) \
  { name, kind, &(element), NULL, 0 }

const Schema schema_any = SCALAR("any", SCHEMA_ANY);

const Schema schema_free_object = SCALAR("object", SCHEMA_FREE_OBJECT);
static const Schema string = SCALAR("string", SCHEMA_STRING);
static const Schema timestamp = SCALAR("timestamp", SCHEMA_STRING);
static const Schema enumeration = SCALAR("enum", SCHEMA_ENUM);
static const Schema boolean = SCALAR("boolean", SCHEMA_BOOLEAN);
static const Schema integer = SCALAR("integer", SCHEMA_INTEGER);
static const Schema uint32 = SCALAR("uint32", SCHEMA_UINT32);
static const Schema number = SCALAR("number", SCHEMA_NUMBER);
static const Schema strings = LIST("string[]", SCHEMA_ARRAY, string);
static const Schema timestamps = LIST("timestamps", SCHEMA_MAP, timestamp);

static const SchemaMember job_config_members[] = {
  MEMBER("taskTimeout", uint32, "seconds one task may run"),
  MEMBER("jobTimeout", uint32, "seconds the whole job may run"),
  MEMBER("isTestJob", boolean, "marks a test run"),
  MEMBER("maxTaskRetries", uint32, "retries of one task"),
};
const Schema schema_job_config = OBJECT("JobConfig", job_config_members);

static const SchemaMember data_source_members[] = {
  MEMBER("dataSourceDescriptor", string, "kind of source: url, file, s3, aws, gcp, storj, bucket, bypass, ..."),
  MEMBER("params", schema_free_object, "members that depend on the kind, with \"@type\""),
};
static const Schema data_source = OBJECT("DataSource", data_source_members);

static const SchemaMember job_data_source_members[] = {
  MEMBER("dataSource", data_source, "where the input comes from"),
  MEMBER("dataDestination", data_source, "where the output goes"),
};
const Schema schema_job_data_source = OBJECT("JobDataSource", job_data_source_members);

static const SchemaMember job_params_members[] = {
  MEMBER("preset", string, "deprecated by the service"),
  MEMBER("partitioner", schema_free_object, "parameters of the partitioner, free-form"),
  MEMBER("assembler", schema_free_object, "parameters of the assembler, free-form"),
  MEMBER("app", schema_free_object, "parameters of the app, free-form"),
};
const Schema schema_job_params = OBJECT("JobParams", job_params_members);

const Schema schema_job_name = SCALAR("JobName", SCHEMA_STRING);

static const SchemaMember regions_members[] = {
  MEMBER("blacklist", strings, "regions to keep out of"),
  MEMBER("whitelist", strings, "regions allowed"),
};
static const Schema regions = OBJECT("Regions", regions_members);

static const SchemaMember job_template_members[] = {
  MEMBER("id", string, "the template's id"),
  MEMBER("owner", string, "owning account"),
  MEMBER("description", string, "free text"),
  MEMBER("app", string, "the app's tag: name, name@major or name@major.minor"),
  MEMBER("partitioner", string, "the partitioner's tag"),
  MEMBER("assembler", string, "the assembler's tag"),
  MEMBER("createdAt", timestamp, "when it was made"),
  MEMBER("updatedAt", timestamp, "when it was last changed"),
  MEMBER("isPublic", boolean, "whether other accounts may use it"),
  MEMBER("dataSource", data_source, "default source"),
  MEMBER("dataDestination", data_source, "default destination"),
  MEMBER("params", schema_job_params, "default parameters"),
  MEMBER("config", schema_job_config, "default settings"),
  MEMBER("userName", string, "the owner's name"),
};
static const Schema job_template = OBJECT("JobTemplate", job_template_members);

static const SchemaMember job_members[] = {
  MEMBER("id", string, "made by the server"),
  MEMBER("templateId", string, "the template used"),
  MEMBER("name", string, "display name"),
  MEMBER("config", schema_job_config, "execution settings"),
  MEMBER("priority", enumeration, "EXECUTION_PRIORITY_..."),
  MEMBER("startAt", timestamp, "requested start"),
  MEMBER("submittedAt", timestamp, "when the run was requested"),
  MEMBER("startedAt", timestamp, "when the first chunk was uploaded"),
  MEMBER("endedAt", timestamp, "when it completed or failed"),
  MEMBER("regions", regions, "regions to avoid or to use"),
  MEMBER("state", enumeration, "JOB_STATE_..."),
  MEMBER("dataSource", data_source, "where the input comes from"),
  MEMBER("params", schema_job_params, "parameters of the building blocks"),
  MEMBER("dataDestination", data_source, "where the output goes"),
  MEMBER("duration", number, "seconds, with a fraction"),
  MEMBER("deletedAt", timestamp, "when it was deleted"),
  MEMBER("createdAt", timestamp, "when it was created"),
  MEMBER("paymentAmount", number, "price in ByteChips, up to eight decimals"),
  MEMBER("numUnitsEstimation", integer, "estimated units"),
  MEMBER("numChunks", integer, "chunks made by the partitioner"),
  MEMBER("errorMessage", string, "why it failed"),
  MEMBER("description", string, "free text"),
  MEMBER("stateTimestamps", timestamps, "when each state was entered, by its name"),
  MEMBER("appId", string, "the app behind the template"),
  MEMBER("templateInfo", job_template, "the template as it is now"),
};
const Schema schema_job = OBJECT("Job", job_members);

static const SchemaMember job_response_members[] = {
  MEMBER("job", schema_job, "the job"),
  REPEATING_MEMBER("templateInfo", job_template, "its template", "job"),
};
const Schema schema_job_response = OBJECT("JobResponse", job_response_members);

static const SchemaMember new_job_members[] = {
  REQUIRED_MEMBER("templateId", string, "the template to use"),
  MEMBER("jobId", string, "updates that job when it has not started yet; leave it out for a new one"),
  MEMBER("name", string, "display name"),
  MEMBER("description", string, "free text"),
  MEMBER("dataSource", data_source, "where the input comes from"),
  MEMBER("dataDestination", data_source, "where the output goes"),
  MEMBER("params", schema_job_params, "parameters of the building blocks"),
  MEMBER("config", schema_job_config, "execution settings"),
};
const Schema schema_new_job = OBJECT("NewJob", new_job_members);

static const SchemaMember access_token_request_members[] = {
  REQUIRED_MEMBER("apiKey", string, "the API key"),
};
const Schema schema_access_token_request = OBJECT("AccessTokenRequest", access_token_request_members);

const Schema *const schema_all[] = {
  &schema_job,
  &schema_job_config,
  &schema_job_params,
  &data_source,
  &regions,
  &job_template,
  &schema_new_job,
  &schema_job_data_source,
  &schema_job_name,
  &schema_job_response,
  &schema_access_token_request,
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

size_t schema_index(const Schema *schema, const char *name) {
  size_t next = 0;
  return (size_t)(schema_member(schema, name, strlen(name), &next) - schema->members);
}
