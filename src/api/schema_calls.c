/*
** schema_calls.c: the queries, bodies and results of the other calls as data. To add a member, add
** a line.
*/
#include "api/schema_parts.h"

static const SchemaMember page_request_members[] = {
  MEMBER("limit", schema_uint32, "maximum number of rows"),
  MEMBER("offset", schema_uint32, "rows to skip"),
};
const Schema schema_page_request = OBJECT("PageRequest", page_request_members);

static const SchemaMember pagination_members[] = {
  MEMBER("total", schema_integer, "number of rows in all"),
  MEMBER("offset", schema_integer, "rows before this page"),
  MEMBER("hasPrevious", schema_boolean, "whether there are rows before this page"),
  MEMBER("hasNext", schema_boolean, "whether there are rows after it"),
};
const Schema schema_pagination = OBJECT("Pagination", pagination_members);

static const SchemaMember job_list_request_members[] = {
  MEMBER("pagination", schema_page_request, "which rows to return"),
  MEMBER("orderBy", schema_string, "a member of jobs"),
};
const Schema schema_job_list_request = OBJECT("JobListRequest", job_list_request_members);

static const SchemaMember filter_members[] = {
  REQUIRED_MEMBER("field", schema_string, "a member of jobs"),
  REQUIRED_MEMBER("condition", schema_enumeration, "FILTER_CONDITION_..."),
  MEMBER("value", schema_free_object, "what to compare with, with \"@type\""),
};
const Schema schema_filter = OBJECT("Filter", filter_members);
static const Schema filters = LIST("Filter[]", SCHEMA_ARRAY, schema_filter);

static const SchemaMember job_filter_request_members[] = {
  MEMBER("pagination", schema_page_request, "which rows to return"),
  MEMBER("filters", filters, "a job must match all of them"),
  MEMBER("orderBy", schema_string, "a member of jobs"),
};
const Schema schema_job_filter_request = OBJECT("JobFilterRequest", job_filter_request_members);

static const Schema jobs = LIST("Job[]", SCHEMA_ARRAY, schema_job);

static const SchemaMember job_page_members[] = {
  MEMBER("pagination", schema_pagination, "the position of the page"),
  MEMBER("data", jobs, "the jobs"),
};
const Schema schema_job_page = OBJECT("JobPage", job_page_members);

static const SchemaMember template_list_request_members[] = {
  MEMBER("pagination", schema_page_request, "which rows to return"),
};
const Schema schema_template_list_request = OBJECT("TemplateListRequest", template_list_request_members);

static const Schema job_templates = LIST("JobTemplate[]", SCHEMA_ARRAY, schema_job_template);

static const SchemaMember template_page_members[] = {
  MEMBER("pagination", schema_pagination, "the position of the page"),
  MEMBER("data", job_templates, "the templates"),
};
const Schema schema_template_page = OBJECT("TemplatePage", template_page_members);

static const SchemaMember running_tasks_request_members[] = {
  REQUIRED_MEMBER("jobsIds", schema_strings, "ids of jobs"),
};
const Schema schema_running_tasks_request = OBJECT("RunningTasksRequest", running_tasks_request_members);

static const Schema counts = LIST("counts", SCHEMA_MAP, schema_integer);

static const SchemaMember running_tasks_members[] = {
  MEMBER("jobsRunningTasks", counts, "running tasks, by job id"),
};
const Schema schema_running_tasks = OBJECT("RunningTasks", running_tasks_members);

static const SchemaMember job_result_members[] = {
  MEMBER("name", schema_string, "the file's name, which may contain slashes"),
  MEMBER("link", schema_string, "a signed URL: whoever has it can fetch the file"),
};
const Schema schema_job_result = OBJECT("JobResult", job_result_members);
static const Schema results = LIST("JobResult[]", SCHEMA_ARRAY, schema_job_result);

static const SchemaMember job_results_members[] = {
  MEMBER("results", results, "the files"),
};
const Schema schema_job_results = OBJECT("JobResults", job_results_members);

static const SchemaMember logs_request_members[] = {
  MEMBER("jobId", schema_string, "the job"),
  MEMBER("taskIds", schema_strings, "only these tasks; all if empty"),
  MEMBER("levels", schema_strings, "only these levels; all if empty"),
  MEMBER("services", schema_strings, "only these services: PARTITIONER, ASSEMBLER, TASKRUNNER; all if empty"),
};
const Schema schema_logs_request = OBJECT("LogsRequest", logs_request_members);

static const SchemaMember log_line_members[] = {
  MEMBER("log", schema_string, "the text, with its carriage returns"),
  MEMBER("timestamp", schema_timestamp, "when it was written"),
  MEMBER("level", schema_enumeration, "UNKNOWN, TRACE, DEBUG, INFO, WARN, ERROR, FATAL or PANIC"),
  MEMBER("container", schema_string, "the container that wrote it"),
};
const Schema schema_log_line = OBJECT("LogLine", log_line_members);
static const Schema log_lines = LIST("LogLine[]", SCHEMA_ARRAY, schema_log_line);

static const SchemaMember task_logs_members[] = {
  MEMBER("logs", log_lines, "the task's lines"),
};
const Schema schema_task_logs = OBJECT("TaskLogs", task_logs_members);
static const Schema tasks_logs = LIST("logs of tasks", SCHEMA_MAP, schema_task_logs);

static const SchemaMember logs_members[] = {
  MEMBER("partitioner", log_lines, "the partitioner's lines"),
  MEMBER("assembler", log_lines, "the assembler's lines"),
  MEMBER("taskrunner", tasks_logs, "the tasks' lines, by task id"),
};
const Schema schema_logs = OBJECT("Logs", logs_members);

static const SchemaMember data_source_test_members[] = {
  MEMBER("dataSource", schema_data_source, "the data source to test"),
  MEMBER("listFiles", schema_boolean, "whether to list what is in it"),
};
const Schema schema_data_source_test = OBJECT("DataSourceTest", data_source_test_members);

static const SchemaMember file_members[] = {
  MEMBER("id", schema_string, "its id"),
  MEMBER("name", schema_string, "its name"),
  MEMBER("path", schema_string, "its path"),
  MEMBER("size", schema_integer, "bytes"),
};
const Schema schema_file = OBJECT("File", file_members);
static const Schema files = LIST("File[]", SCHEMA_ARRAY, schema_file);

static const Schema directories = LIST("Directory[]", SCHEMA_ARRAY, schema_directory);

static const SchemaMember directory_members[] = {
  MEMBER("name", schema_string, "its name"),
  MEMBER("path", schema_string, "its path"),
  MEMBER("directories", directories, "the directories in it"),
  MEMBER("files", files, "the files in it"),
};
const Schema schema_directory = OBJECT("Directory", directory_members);

static const Schema properties = LIST("properties", SCHEMA_MAP, schema_string);

static const SchemaMember data_source_info_members[] = {
  MEMBER("filename", schema_string, "the file's name"),
  MEMBER("path", schema_string, "its path"),
  MEMBER("size", schema_integer, "bytes; a string if above 2^63-1"),
  MEMBER("properties", properties, "its properties in the source, by name"),
  MEMBER("tempUrl", schema_string, "a signed URL of it: whoever has it can fetch the file"),
  MEMBER("files", schema_directory, "the contents of the source, if requested"),
};
const Schema schema_data_source_info = OBJECT("DataSourceInfo", data_source_info_members);

static const SchemaMember secret_members[] = {
  MEMBER("id", schema_string, "its id: `secret_id` in a data source's params"),
  MEMBER("name", schema_string, "its name"),
  MEMBER("secretType", schema_string, "what it is for: s3 or aws, gcp, storj, other"),
  MEMBER("accessKey", schema_string, "the account's access key"),
  MEMBER("expiresAt", schema_timestamp, "when it expires"),
  MEMBER("params", schema_any, "further details; the members are not documented"),
};
const Schema schema_secret = OBJECT("Secret", secret_members);
static const Schema secrets = LIST("Secret[]", SCHEMA_ARRAY, schema_secret);

static const SchemaMember new_secret_members[] = {
  REQUIRED_MEMBER("secret", schema_secret, "the secret, without an id"),
  REQUIRED_MEMBER("secretKey", schema_string, "the key itself, which no response contains"),
};
const Schema schema_new_secret = OBJECT("NewSecret", new_secret_members);

static const SchemaMember secret_response_members[] = {
  MEMBER("secret", schema_secret, "the secret, with its id"),
};
const Schema schema_secret_response = OBJECT("SecretResponse", secret_response_members);

static const SchemaMember secret_list_members[] = {
  MEMBER("secrets", secrets, "the account's secrets"),
};
const Schema schema_secret_list = OBJECT("SecretList", secret_list_members);

static const SchemaMember version_members[] = {
  MEMBER("major", schema_integer, "changes with incompatible versions"),
  MEMBER("minor", schema_integer, "changes with additions"),
  MEMBER("tag", schema_string, "its tag"),
};
const Schema schema_version = OBJECT("Version", version_members);

static const SchemaMember server_info_members[] = {
  MEMBER("version", schema_version, "the server's version"),
  MEMBER("messages", schema_any, "messages to users; their form is not documented"),
};
const Schema schema_server_info = OBJECT("ServerInfo", server_info_members);

static const SchemaMember event_members[] = {
  MEMBER("event", schema_string, "what happened; the names are not documented"),
  MEMBER("data", schema_any, "what it happened to, with \"@type\""),
};
const Schema schema_event = OBJECT("Event", event_members);

static const SchemaMember status_members[] = {
  MEMBER("code", schema_integer, "a status of gRPC"),
  MEMBER("message", schema_string, "what went wrong"),
  MEMBER("details", schema_any, "a list of objects with \"@type\""),
};
const Schema schema_status = OBJECT("Status", status_members);

static const SchemaMember event_item_members[] = {
  MEMBER("result", schema_event, "an event"),
  MEMBER("error", schema_status, "why the stream ended"),
};
const Schema schema_event_item = OBJECT("EventItem", event_item_members);

static const SchemaMember error_members[] = {
  MEMBER("code", schema_integer, "a status"),
  MEMBER("message", schema_string, "what went wrong"),
  MEMBER("description", schema_string, "the error in detail"),
};
const Schema schema_generic_error = OBJECT("GenericError", error_members);

static const SchemaMember generic_response_members[] = {
  MEMBER("ok", schema_boolean, "false if the request failed, whatever the status says"),
  MEMBER("requestId", schema_string, "identifies the request to the service's support"),
  MEMBER("message", schema_string, "what went wrong"),
  MEMBER("error", schema_generic_error, "the error in detail"),
};
const Schema schema_generic_response = OBJECT("GenericResponse", generic_response_members);

static const SchemaMember access_token_request_members[] = {
  REQUIRED_MEMBER("apiKey", schema_string, "the API key"),
};
const Schema schema_access_token_request = OBJECT("AccessTokenRequest", access_token_request_members);

static const SchemaMember access_token_members[] = {
  MEMBER("token", schema_string, "the Authorization of later requests"),
  MEMBER("expiresIn", schema_integer, "seconds"),
  MEMBER("scope", schema_string, "what it allows"),
};
const Schema schema_access_token = OBJECT("AccessToken", access_token_members);
