/*
** schema.c: the API's objects as data. A member is added by adding a line.
*/
#include "api/schema.h"

#include <string.h>

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
  MEMBER("templateInfo", job_template, "its template"),
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

static const SchemaMember run_request_members[] = {
  MEMBER("config", schema_job_config, "execution settings"),
};
const Schema schema_run_request = OBJECT("RunRequest", run_request_members);

static const SchemaMember page_request_members[] = {
  MEMBER("limit", uint32, "rows at most"),
  MEMBER("offset", uint32, "rows to pass over"),
};
static const Schema page_request = OBJECT("PageRequest", page_request_members);

static const SchemaMember pagination_members[] = {
  MEMBER("total", integer, "rows there are"),
  MEMBER("offset", integer, "rows before this page"),
  MEMBER("hasPrevious", boolean, "whether there are rows before this page"),
  MEMBER("hasNext", boolean, "whether there are rows after it"),
};
static const Schema pagination = OBJECT("Pagination", pagination_members);

static const SchemaMember job_list_request_members[] = {
  MEMBER("pagination", page_request, "which rows"),
  MEMBER("orderBy", string, "a member of jobs"),
};
const Schema schema_job_list_request = OBJECT("JobListRequest", job_list_request_members);

static const SchemaMember filter_members[] = {
  REQUIRED_MEMBER("field", string, "a member of jobs"),
  REQUIRED_MEMBER("condition", enumeration, "FILTER_CONDITION_..."),
  MEMBER("value", schema_free_object, "what to compare with, with \"@type\""),
};
static const Schema filter = OBJECT("Filter", filter_members);
static const Schema filters = LIST("Filter[]", SCHEMA_ARRAY, filter);

static const SchemaMember job_filter_request_members[] = {
  MEMBER("pagination", page_request, "which rows"),
  MEMBER("filters", filters, "all of which a job must match"),
  MEMBER("orderBy", string, "a member of jobs"),
};
const Schema schema_job_filter_request = OBJECT("JobFilterRequest", job_filter_request_members);

static const Schema jobs = LIST("Job[]", SCHEMA_ARRAY, schema_job);

static const SchemaMember job_page_members[] = {
  MEMBER("pagination", pagination, "where the page lies"),
  MEMBER("data", jobs, "the jobs"),
};
const Schema schema_job_page = OBJECT("JobPage", job_page_members);

static const SchemaMember template_list_request_members[] = {
  MEMBER("pagination", page_request, "which rows"),
};
const Schema schema_template_list_request = OBJECT("TemplateListRequest", template_list_request_members);

static const Schema job_templates = LIST("JobTemplate[]", SCHEMA_ARRAY, job_template);

static const SchemaMember template_page_members[] = {
  MEMBER("pagination", pagination, "where the page lies"),
  MEMBER("data", job_templates, "the templates"),
};
const Schema schema_template_page = OBJECT("TemplatePage", template_page_members);

static const SchemaMember running_tasks_request_members[] = {
  REQUIRED_MEMBER("jobsIds", strings, "ids of jobs"),
};
const Schema schema_running_tasks_request = OBJECT("RunningTasksRequest", running_tasks_request_members);

static const Schema counts = LIST("counts", SCHEMA_MAP, integer);

static const SchemaMember running_tasks_members[] = {
  MEMBER("jobsRunningTasks", counts, "running tasks, by the job's id"),
};
const Schema schema_running_tasks = OBJECT("RunningTasks", running_tasks_members);

static const SchemaMember job_result_members[] = {
  MEMBER("name", string, "the file's name, which may hold slashes"),
  MEMBER("link", string, "a signed URL: whoever has it can fetch the file"),
};
static const Schema job_result = OBJECT("JobResult", job_result_members);
static const Schema results = LIST("JobResult[]", SCHEMA_ARRAY, job_result);

static const SchemaMember job_results_members[] = {
  MEMBER("results", results, "the files"),
};
const Schema schema_job_results = OBJECT("JobResults", job_results_members);

static const SchemaMember logs_request_members[] = {
  MEMBER("jobId", string, "the job"),
  MEMBER("taskIds", strings, "only those tasks; empty: all"),
  MEMBER("levels", strings, "only those levels; empty: all"),
  MEMBER("services", strings, "only those services: PARTITIONER, ASSEMBLER, TASKRUNNER; empty: all"),
};
const Schema schema_logs_request = OBJECT("LogsRequest", logs_request_members);

static const SchemaMember log_line_members[] = {
  MEMBER("log", string, "the text, with its carriage returns"),
  MEMBER("timestamp", timestamp, "when it was written"),
  MEMBER("level", enumeration, "UNKNOWN, TRACE, DEBUG, INFO, WARN, ERROR, FATAL or PANIC"),
  MEMBER("container", string, "the container that wrote it"),
};
static const Schema log_line = OBJECT("LogLine", log_line_members);
static const Schema log_lines = LIST("LogLine[]", SCHEMA_ARRAY, log_line);

static const SchemaMember task_logs_members[] = {
  MEMBER("logs", log_lines, "the task's lines"),
};
static const Schema task_logs = OBJECT("TaskLogs", task_logs_members);
static const Schema tasks_logs = LIST("logs of tasks", SCHEMA_MAP, task_logs);

static const SchemaMember logs_members[] = {
  MEMBER("partitioner", log_lines, "the partitioner's lines"),
  MEMBER("assembler", log_lines, "the assembler's lines"),
  MEMBER("taskrunner", tasks_logs, "the tasks' lines, by the task's id"),
};
const Schema schema_logs = OBJECT("Logs", logs_members);

static const SchemaMember data_source_test_members[] = {
  MEMBER("dataSource", data_source, "what to try"),
  MEMBER("listFiles", boolean, "whether to list what is in it"),
};
const Schema schema_data_source_test = OBJECT("DataSourceTest", data_source_test_members);

static const SchemaMember file_members[] = {
  MEMBER("id", string, "its id"),
  MEMBER("name", string, "its name"),
  MEMBER("path", string, "its path"),
  MEMBER("size", integer, "bytes"),
};
static const Schema file = OBJECT("File", file_members);
static const Schema files = LIST("File[]", SCHEMA_ARRAY, file);

static const Schema directory; /* a directory holds directories */
static const Schema directories = LIST("Directory[]", SCHEMA_ARRAY, directory);

static const SchemaMember directory_members[] = {
  MEMBER("name", string, "its name"),
  MEMBER("path", string, "its path"),
  MEMBER("directories", directories, "those in it"),
  MEMBER("files", files, "the files in it"),
};
static const Schema directory = OBJECT("Directory", directory_members);

static const Schema properties = LIST("properties", SCHEMA_MAP, string);

static const SchemaMember data_source_info_members[] = {
  MEMBER("filename", string, "the file's name"),
  MEMBER("path", string, "its path"),
  MEMBER("size", integer, "bytes; a string where they are more than 2^63-1"),
  MEMBER("properties", properties, "what the source tells of it, by name"),
  MEMBER("tempUrl", string, "a signed URL of it: whoever has it can fetch the file"),
  MEMBER("files", directory, "what is in the source, when asked for"),
};
const Schema schema_data_source_info = OBJECT("DataSourceInfo", data_source_info_members);

static const SchemaMember version_members[] = {
  MEMBER("major", integer, "changes that break"),
  MEMBER("minor", integer, "changes that add"),
  MEMBER("tag", string, "its tag"),
};
static const Schema version = OBJECT("Version", version_members);

static const SchemaMember server_info_members[] = {
  MEMBER("version", version, "the server's version"),
  MEMBER("messages", schema_any, "messages to users; their form is not documented"),
};
const Schema schema_server_info = OBJECT("ServerInfo", server_info_members);

static const SchemaMember event_members[] = {
  MEMBER("event", string, "what happened; the names are not documented"),
  MEMBER("data", schema_any, "to what, with \"@type\""),
};
static const Schema event = OBJECT("Event", event_members);

static const SchemaMember status_members[] = {
  MEMBER("code", integer, "a status of gRPC"),
  MEMBER("message", string, "what went wrong"),
  MEMBER("details", schema_any, "a list of objects with \"@type\""),
};
static const Schema status = OBJECT("Status", status_members);

static const SchemaMember event_item_members[] = {
  MEMBER("result", event, "an event"),
  MEMBER("error", status, "why there are no more"),
};
const Schema schema_event_item = OBJECT("EventItem", event_item_members);

static const SchemaMember error_members[] = {
  MEMBER("code", integer, "a status"),
  MEMBER("message", string, "what went wrong"),
  MEMBER("description", string, "the same at length"),
};
static const Schema generic_error = OBJECT("GenericError", error_members);

static const SchemaMember generic_response_members[] = {
  MEMBER("ok", boolean, "false: it was not done, whatever the status says"),
  MEMBER("requestId", string, "names the request to the service's support"),
  MEMBER("message", string, "what went wrong"),
  MEMBER("error", generic_error, "the same at length"),
};
const Schema schema_generic_response = OBJECT("GenericResponse", generic_response_members);

static const SchemaMember access_token_request_members[] = {
  REQUIRED_MEMBER("apiKey", string, "the API key"),
};
const Schema schema_access_token_request = OBJECT("AccessTokenRequest", access_token_request_members);

static const SchemaMember access_token_members[] = {
  MEMBER("token", string, "what later requests carry as Authorization"),
  MEMBER("expiresIn", integer, "seconds"),
  MEMBER("scope", string, "what it allows"),
};
const Schema schema_access_token = OBJECT("AccessToken", access_token_members);

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
  &schema_run_request,
  &page_request,
  &pagination,
  &schema_job_list_request,
  &filter,
  &schema_job_filter_request,
  &schema_job_page,
  &schema_template_list_request,
  &schema_template_page,
  &schema_running_tasks_request,
  &schema_running_tasks,
  &job_result,
  &schema_job_results,
  &schema_logs_request,
  &log_line,
  &task_logs,
  &schema_logs,
  &schema_data_source_test,
  &file,
  &directory,
  &schema_data_source_info,
  &version,
  &schema_server_info,
  &event,
  &status,
  &schema_event_item,
  &generic_error,
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

size_t schema_index(const Schema *schema, const char *name) {
  size_t next = 0;
  return (size_t)(schema_member(schema, name, strlen(name), &next) - schema->members);
}
