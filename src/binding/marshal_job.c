/*
** marshal_job.c: reads a response `{job, templateInfo}`.
**
** The values of the job's members stay on the Lua stack. No table is made for them, because a
** refresh moves them into the job's own table.
*/
#include <lauxlib.h>

#include "binding/marshal.h"
#include "binding/marshal_read.h"

typedef struct JobReader {
  Builder builder;
  JobMembers *members;
  const char *info;   /* the text of the templateInfo in the job, or NULL */
  size_t info_length; /* of that text */
  int outer_info;     /* stack index of the templateInfo next to the job, or 0 */
  int undeclared;     /* stack index of a table of the response's undeclared members, or 0 */
  bool has_job;
  bool is_object; /* the response is an object */
} JobReader;

/*
** Reads an undeclared member into a table, which is made for the first one: *table is its stack
** index, initially 0.
*/
static bool read_undeclared(Builder *builder, const JsonToken *name, int *table) {
  if (*table == 0) {
    lua_newtable(builder->L);
    *table = lua_gettop(builder->L);
  }
  return builder_add_undeclared(builder, name, *table);
}

/* Pushes the value of a declared member of the job; null leaves it absent. */
static bool read_job_member(JobReader *reader, size_t index) {
  Builder *builder = &reader->builder;
  JsonToken value;
  if (!json_value(&builder->reader, &value)) return false;
  if (value.type == JSON_NULL) return true;
  if (!builder_push_value(builder, &value, schema_job.members[index].type)) return false;
  reader->members->at[index] = lua_gettop(builder->L);
  if (value.type == JSON_OBJECT && index == SCHEMA_JOB_TEMPLATE_INFO) {
    reader->info = value.start;
    reader->info_length = (size_t)(builder->reader.at - value.start);
  }
  return true;
}

/* Reads the job after its opening bracket. */
static bool read_job(JobReader *reader) {
  Builder *builder = &reader->builder;
  MemberWalk walk;
  if (!builder_first_member(builder, &walk, &schema_job)) return false;
  while (walk.has_member) {
    const bool read = walk.member != NULL ? read_job_member(reader, walk.index)
                                          : read_undeclared(builder, &walk.name, &reader->members->others);
    if (!read || !builder_next_member(builder, &walk)) return false;
  }
  reader->has_job = true;
  return true;
}

/*
** Reads the templateInfo next to the job. It usually repeats the text of the one in the job, which
** is not read twice.
*/
static bool read_outer_info(JobReader *reader, const Schema *type) {
  Builder *builder = &reader->builder;
  JsonToken value;
  if (reader->info != NULL && json_skip_same(&builder->reader, reader->info, reader->info_length)) return true;
  if (!json_value(&builder->reader, &value)) return false;
  if (value.type == JSON_NULL) return true;
  if (!builder_push_value(builder, &value, type)) return false;
  reader->outer_info = lua_gettop(builder->L);
  return true;
}

static bool read_response_member(JobReader *reader, const MemberWalk *walk) {
  Builder *builder = &reader->builder;
  const SchemaMember *member = walk->member;
  JsonToken value;
  if (member == NULL) return read_undeclared(builder, &walk->name, &reader->undeclared);
  if (member->type != &schema_job) return read_outer_info(reader, member->type);
  if (!json_value(&builder->reader, &value)) return false;
  return value.type == JSON_OBJECT ? read_job(reader) : builder_push_value(builder, &value, &schema_any);
}

static bool read_response(JobReader *reader) {
  Builder *builder = &reader->builder;
  MemberWalk walk;
  JsonToken response;
  if (!json_value(&builder->reader, &response)) return false;
  reader->is_object = response.type == JSON_OBJECT;
  if (!reader->is_object) return builder_push_value(builder, &response, &schema_any) && json_finish(&builder->reader);
  if (!builder_first_member(builder, &walk, &schema_job_response)) return false;
  while (walk.has_member)
    if (!read_response_member(reader, &walk) || !builder_next_member(builder, &walk)) return false;
  return json_finish(&builder->reader);
}

/* Returns the outcome of a response that was read completely. */
static JobOutcome judge(const JobReader *reader) {
  lua_State *L = reader->builder.L;
  if (!reader->is_object) return JOB_NOT_OBJECT;
  if (reader->undeclared > 0) {
    const bool refused = lua_getfield(L, reader->undeclared, "ok") == LUA_TBOOLEAN && !lua_toboolean(L, -1);
    lua_pop(L, 1);
    if (refused) return JOB_NOT_OK;
  }
  return reader->has_job ? JOB_READ : JOB_MISSING;
}

JobOutcome marshal_read_job(lua_State *L, const char *text, size_t length, JobMembers *members) {
  const int base = lua_gettop(L);
  JobReader reader = {.members = members};
  *members = (JobMembers){0};
  builder_begin(&reader.builder, L, text, length, (int)schema_job.count + 4);
  const JobOutcome outcome = read_response(&reader) ? judge(&reader) : JOB_NOT_JSON;
  if (outcome != JOB_READ) lua_settop(L, base);
  if (outcome == JOB_NOT_JSON) builder_push_problem(&reader.builder);
  int *info = &members->at[SCHEMA_JOB_TEMPLATE_INFO];
  if (*info == 0) *info = reader.outer_info;
  return outcome;
}
