/*
** operations.c: the API's calls as data. To add a call, add a row.
*/
#include "api/operations.h"

#include <stddef.h>
#include <string.h>

enum { REPEATABLE = true, ONCE_ONLY = false, WITH_TOKEN = true, WITHOUT_TOKEN = false };

/* clang-format off */
const Operation operations[] = {
  /* Exchanges an API key for an access token */
  {"access_token", "POST", "/auth/access_token", NULL, &schema_access_token_request,
   &schema_access_token, REPEATABLE, WITHOUT_TOKEN},
  /* Ends the life of the access token */
  {"sign_out", "POST", "/auth/signout", NULL, &schema_free_object, &schema_generic_response,
   REPEATABLE, WITH_TOKEN},
  /* Tells the server's version and messages */
  {"info", "GET", "/{service}/info", NULL, NULL, &schema_server_info, REPEATABLE, WITH_TOKEN},
  /* Creates a job */
  {"create_job", "POST", "/{service}/jobs", NULL, &schema_new_job, &schema_job_response,
   ONCE_ONLY, WITH_TOKEN},
  /* Lists jobs, a page at a time */
  {"list_jobs", "GET", "/{service}/jobs", &schema_job_list_request, NULL, &schema_job_page,
   REPEATABLE, WITH_TOKEN},
  /* Lists the jobs that match filters, a page at a time */
  {"filter_jobs", "POST", "/{service}/jobs/filter", NULL, &schema_job_filter_request,
   &schema_job_page, REPEATABLE, WITH_TOKEN},
  /* Counts the running tasks of jobs */
  {"running_tasks", "POST", "/{service}/jobs/runningTasks", NULL, &schema_running_tasks_request,
   &schema_running_tasks, REPEATABLE, WITH_TOKEN},
  /* Lists job templates, a page at a time */
  {"list_templates", "GET", "/{service}/jobs/templates", &schema_template_list_request, NULL,
   &schema_template_page, REPEATABLE, WITH_TOKEN},
  /* Fetches a job */
  {"get_job", "GET", "/{service}/jobs/{jobId}", NULL, NULL, &schema_job_response, REPEATABLE,
   WITH_TOKEN},
  /* Deletes a job */
  {"delete", "DELETE", "/{service}/jobs/{jobId}", NULL, NULL, &schema_generic_response,
   REPEATABLE, WITH_TOKEN},
  /* Sets a job's data source and destination */
  {"set_datasource", "PATCH", "/{service}/jobs/{jobId}/datasource", NULL,
   &schema_job_data_source, &schema_job_response, REPEATABLE, WITH_TOKEN},
  /* Sets or updates a job's parameters */
  {"set_params", "PATCH", "/{service}/jobs/{jobId}/params", NULL, &schema_job_params,
   &schema_job_response, REPEATABLE, WITH_TOKEN},
  /* Sets a job's name */
  {"set_name", "PATCH", "/{service}/jobs/{jobId}/jobname", NULL, &schema_job_name,
   &schema_job_response, REPEATABLE, WITH_TOKEN},
  /* Sets or updates a job's execution settings */
  {"set_configs", "PATCH", "/{service}/jobs/{jobId}/configs", NULL, &schema_job_config,
   &schema_job_response, REPEATABLE, WITH_TOKEN},
  /* Tells the service that a job's input is uploaded */
  {"upload_completed", "PATCH", "/{service}/jobs/{jobId}/uploadcompleted", NULL, NULL,
   &schema_generic_response, ONCE_ONLY, WITH_TOKEN},
  /* Runs a job */
  {"run", "POST", "/{service}/jobs/{jobId}/run", NULL, &schema_run_request,
   &schema_generic_response, ONCE_ONLY, WITH_TOKEN},
  /* Aborts a job */
  {"abort", "POST", "/{service}/jobs/{jobId}/abort", NULL, NULL, &schema_generic_response,
   ONCE_ONLY, WITH_TOKEN},
  /* Lists a job's results */
  {"results", "GET", "/{service}/jobs/{jobId}/results", NULL, NULL, &schema_job_results,
   REPEATABLE, WITH_TOKEN},
  /* Fetches a job's logs */
  {"logs", "POST", "/{service}/logs", NULL, &schema_logs_request, &schema_logs, REPEATABLE,
   WITH_TOKEN},
  /* Tries a data source out */
  {"test_datasource", "POST", "/{service}/datasource/test", NULL, &schema_data_source_test,
   &schema_data_source_info, REPEATABLE, WITH_TOKEN},
  /* Streams what happens */
  {"events", "GET", "/{service}/events", NULL, NULL, &schema_event_item, REPEATABLE, WITH_TOKEN},
  /* Stores a secret for data sources */
  {"create_secret", "POST", "/auth/secrets", NULL, &schema_new_secret, &schema_secret_response,
   ONCE_ONLY, WITH_TOKEN},
  /* Lists the secrets, without their keys */
  {"list_secrets", "GET", "/auth/secrets", NULL, NULL, &schema_secret_list, REPEATABLE, WITH_TOKEN},
  /* Deletes a secret */
  {"delete_secret", "DELETE", "/auth/secrets/{secretType}/{secretId}", NULL, NULL,
   &schema_generic_response, REPEATABLE, WITH_TOKEN},
  {NULL, NULL, NULL, NULL, NULL, NULL, false, false},
};
/* clang-format on */

bool operation_is_sent_once(const Operation *operation) {
  return !operation->repeatable || strcmp(operation->method, "DELETE") == 0;
}

const Operation *operation_at(long long number) {
  const long long count = (long long)(sizeof operations / sizeof operations[0]) - 1;
  return number >= 1 && number <= count ? &operations[number - 1] : NULL;
}
