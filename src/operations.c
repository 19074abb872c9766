/*
** operations.c: the API's calls as data. A call is added by adding a row.
*/
#include "operations.h"

#include <stddef.h>
#include <string.h>

enum { REPEATABLE = true, ONCE_ONLY = false, WITH_TOKEN = true, WITHOUT_TOKEN = false };

/* clang-format off */
const Operation operations[] = {
  {"access_token", "POST", "/auth/access_token", "AccessTokenRequest", NULL, REPEATABLE, WITHOUT_TOKEN,
   "Exchanges an API key for an access token"},
  {"sign_out", "POST", "/auth/signout", "object", NULL, REPEATABLE, WITH_TOKEN,
   "Ends the life of the access token"},
  {"create_job", "POST", "/{service}/jobs", "NewJob", "JobResponse", ONCE_ONLY, WITH_TOKEN,
   "Creates a job"},
  {"get_job", "GET", "/{service}/jobs/{jobId}", NULL, "JobResponse", REPEATABLE, WITH_TOKEN,
   "Fetches a job"},
  {"set_datasource", "PATCH", "/{service}/jobs/{jobId}/datasource", "JobDataSource", "JobResponse", REPEATABLE, WITH_TOKEN,
   "Sets a job's data source and destination"},
  {"set_params", "PATCH", "/{service}/jobs/{jobId}/params", "JobParams", "JobResponse", REPEATABLE, WITH_TOKEN,
   "Sets or updates a job's parameters"},
  {"set_name", "PATCH", "/{service}/jobs/{jobId}/jobname", "JobName", "JobResponse", REPEATABLE, WITH_TOKEN,
   "Sets a job's name"},
  {"set_configs", "PATCH", "/{service}/jobs/{jobId}/configs", "JobConfig", "JobResponse", REPEATABLE, WITH_TOKEN,
   "Sets or updates a job's execution settings"},
  {NULL, NULL, NULL, NULL, NULL, false, false, NULL},
};
/* clang-format on */

const Operation *operation_find(const char *name) {
  for (const Operation *operation = operations; operation->name != NULL; operation++)
    if (strcmp(operation->name, name) == 0) return operation;
  return NULL;
}
