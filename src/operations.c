/*
** operations.c: the API's calls as data. A call is added by adding a row.
*/
#include "operations.h"

#include <stddef.h>
#include <string.h>

enum { REPEATABLE = true, ONCE_ONLY = false, WITH_TOKEN = true, WITHOUT_TOKEN = false };

/* clang-format off */
const Operation operations[] = {
  {"access_token", "POST", "/auth/access_token", &schema_access_token_request, NULL, REPEATABLE, WITHOUT_TOKEN,
   "Exchanges an API key for an access token"},
  {"sign_out", "POST", "/auth/signout", &schema_free_object, NULL, REPEATABLE, WITH_TOKEN,
   "Ends the life of the access token"},
  {"create_job", "POST", "/{service}/jobs", &schema_new_job, &schema_job_response, ONCE_ONLY, WITH_TOKEN,
   "Creates a job"},
  {"get_job", "GET", "/{service}/jobs/{jobId}", NULL, &schema_job_response, REPEATABLE, WITH_TOKEN,
   "Fetches a job"},
  {"set_datasource", "PATCH", "/{service}/jobs/{jobId}/datasource", &schema_job_data_source, &schema_job_response, REPEATABLE, WITH_TOKEN,
   "Sets a job's data source and destination"},
  {"set_params", "PATCH", "/{service}/jobs/{jobId}/params", &schema_job_params, &schema_job_response, REPEATABLE, WITH_TOKEN,
   "Sets or updates a job's parameters"},
  {"set_name", "PATCH", "/{service}/jobs/{jobId}/jobname", &schema_job_name, &schema_job_response, REPEATABLE, WITH_TOKEN,
   "Sets a job's name"},
  {"set_configs", "PATCH", "/{service}/jobs/{jobId}/configs", &schema_job_config, &schema_job_response, REPEATABLE, WITH_TOKEN,
   "Sets or updates a job's execution settings"},
  {NULL, NULL, NULL, NULL, NULL, false, false, NULL},
};
/* clang-format on */

const Operation *operation_find(const char *name) {
  for (const Operation *operation = operations; operation->name != NULL; operation++)
    if (strcmp(operation->name, name) == 0) return operation;
  return NULL;
}
