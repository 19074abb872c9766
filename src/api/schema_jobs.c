/*
** schema_jobs.c: jobs and templates as data. To add a member, add a line.
*/
#include "api/schema_parts.h"

static const SchemaMember job_config_members[] = {
  MEMBER("taskTimeout", schema_uint32, "seconds that a task may run"),
  MEMBER("jobTimeout", schema_uint32, "seconds that the whole job may run"),
  MEMBER("isTestJob", schema_boolean, "marks a test run"),
  MEMBER("maxTaskRetries", schema_uint32, "retries of one task"),
};
const Schema schema_job_config = OBJECT("JobConfig", job_config_members);

static const SchemaMember data_source_members[] = {
  MEMBER("dataSourceDescriptor", schema_string, "kind of source: url, file, s3, aws, gcp, storj, bucket, bypass, ..."),
  MEMBER("params", schema_free_object, "members that depend on the kind, with \"@type\""),
};
const Schema schema_data_source = OBJECT("DataSource", data_source_members);

static const SchemaMember job_data_source_members[] = {
  MEMBER("dataSource", schema_data_source, "where the input comes from"),
  MEMBER("dataDestination", schema_data_source, "where the output goes"),
};
const Schema schema_job_data_source = OBJECT("JobDataSource", job_data_source_members);

static const SchemaMember job_params_members[] = {
  MEMBER("preset", schema_string, "deprecated by the service"),
  MEMBER("partitioner", schema_free_object, "parameters of the partitioner, free-form"),
  MEMBER("assembler", schema_free_object, "parameters of the assembler, free-form"),
  MEMBER("app", schema_free_object, "parameters of the app, free-form"),
};
const Schema schema_job_params = OBJECT("JobParams", job_params_members);

const Schema schema_job_name = SCALAR("JobName", SCHEMA_STRING);

static const SchemaMember regions_members[] = {
  MEMBER("blacklist", schema_strings, "regions to avoid"),
  MEMBER("whitelist", schema_strings, "regions allowed"),
};
const Schema schema_regions = OBJECT("Regions", regions_members);

static const SchemaMember job_template_members[] = {
  MEMBER("id", schema_string, "the template's id"),
  MEMBER("owner", schema_string, "the account that owns it"),
  MEMBER("description", schema_string, "free text"),
  MEMBER("app", schema_string, "the app's tag: name, name@major or name@major.minor"),
  MEMBER("partitioner", schema_string, "the partitioner's tag"),
  MEMBER("assembler", schema_string, "the assembler's tag"),
  MEMBER("createdAt", schema_timestamp, "when it was created"),
  MEMBER("updatedAt", schema_timestamp, "when it was last changed"),
  MEMBER("isPublic", schema_boolean, "whether other accounts may use it"),
  MEMBER("dataSource", schema_data_source, "default source"),
  MEMBER("dataDestination", schema_data_source, "default destination"),
  MEMBER("params", schema_job_params, "default parameters"),
  MEMBER("config", schema_job_config, "default settings"),
  MEMBER("userName", schema_string, "the owner's name"),
};
const Schema schema_job_template = OBJECT("JobTemplate", job_template_members);

static const Schema timestamps = LIST("timestamps", SCHEMA_MAP, schema_timestamp);

static const SchemaMember job_members[] = {
  [SCHEMA_JOB_ID] = MEMBER("id", schema_string, "assigned by the server"),
  MEMBER("templateId", schema_string, "the template used"),
  MEMBER("name", schema_string, "display name"),
  MEMBER("config", schema_job_config, "execution settings"),
  MEMBER("priority", schema_enumeration, "EXECUTION_PRIORITY_..."),
  MEMBER("startAt", schema_timestamp, "requested start"),
  MEMBER("submittedAt", schema_timestamp, "when the run was requested"),
  MEMBER("startedAt", schema_timestamp, "when the first chunk was uploaded"),
  MEMBER("endedAt", schema_timestamp, "when it completed or failed"),
  MEMBER("regions", schema_regions, "regions to avoid or to use"),
  MEMBER("state", schema_enumeration, "JOB_STATE_..."),
  MEMBER("dataSource", schema_data_source, "where the input comes from"),
  MEMBER("params", schema_job_params, "parameters of the building blocks"),
  MEMBER("dataDestination", schema_data_source, "where the output goes"),
  MEMBER("duration", schema_number, "seconds, with a fraction"),
  MEMBER("deletedAt", schema_timestamp, "when it was deleted"),
  MEMBER("createdAt", schema_timestamp, "when it was created"),
  MEMBER("paymentAmount", schema_number, "price in ByteChips, up to eight decimals"),
  MEMBER("numUnitsEstimation", schema_integer, "estimated units"),
  MEMBER("numChunks", schema_integer, "chunks made by the partitioner"),
  MEMBER("errorMessage", schema_string, "why it failed"),
  MEMBER("description", schema_string, "free text"),
  MEMBER("stateTimestamps", timestamps, "when each state was entered, by its name"),
  MEMBER("appId", schema_string, "the app behind the template"),
  [SCHEMA_JOB_TEMPLATE_INFO] = MEMBER("templateInfo", schema_job_template, "the template as it is now"),
};
const Schema schema_job = OBJECT("Job", job_members);

static const SchemaMember job_response_members[] = {
  MEMBER("job", schema_job, "the job"),
  MEMBER("templateInfo", schema_job_template, "its template"),
};
const Schema schema_job_response = OBJECT("JobResponse", job_response_members);

static const SchemaMember new_job_members[] = {
  REQUIRED_MEMBER("templateId", schema_string, "the template to use"),
  MEMBER("jobId", schema_string, "a job to update, which must not have started; omit it to create a job"),
  MEMBER("name", schema_string, "display name"),
  MEMBER("description", schema_string, "free text"),
  MEMBER("dataSource", schema_data_source, "where the input comes from"),
  MEMBER("dataDestination", schema_data_source, "where the output goes"),
  MEMBER("params", schema_job_params, "parameters of the building blocks"),
  MEMBER("config", schema_job_config, "execution settings"),
};
const Schema schema_new_job = OBJECT("NewJob", new_job_members);

static const SchemaMember run_request_members[] = {
  MEMBER("config", schema_job_config, "execution settings"),
};
const Schema schema_run_request = OBJECT("RunRequest", run_request_members);
