/*
** marshal_names.c: refuses undeclared members that look like mistakes. The server would silently
** drop a misspelled member, or one in the wrong table.
*/
#include <lauxlib.h>
#include <string.h>

#include "base/suggest.h"
#include "binding/marshal_write.h"

/* Returns the declared member with a name, or NULL. */
static const SchemaMember *find_member(const Schema *schema, const char *name, size_t length) {
  size_t next = 0;
  return schema_member(schema, name, length, &next);
}

/* Returns the member of jobs that the whole value is for; NULL if it is another object. */
static const SchemaMember *own_member(const Writer *writer) {
  for (size_t i = 0; i < schema_job.count; i++)
    if (schema_job.members[i].type == writer->schema) return &schema_job.members[i];
  return NULL;
}

/*
** Replaces the table on the top of the stack by its value under a key. Returns false if the value
** is not a table.
*/
static bool descend(lua_State *L, const Step *step) {
  if (step->name != NULL)
    lua_pushlstring(L, step->name, step->length);
  else
    lua_pushinteger(L, step->index);
  lua_rawget(L, -2);
  lua_remove(L, -2);
  return lua_istable(L, -1);
}

/*
** Pushes the table that the job has in the place of the table entered last. Returns false if there
** is none.
*/
static bool push_counterpart(Writer *writer) {
  lua_State *L = writer->L;
  const SchemaMember *own = own_member(writer);
  lua_pushnil(L);
  if (writer->job == 0 || (own == NULL && writer->levels == 1)) return false;
  lua_pushvalue(L, writer->job);
  lua_replace(L, -2);
  bool found = true;
  if (own != NULL) found = descend(L, &(Step){.name = own->name, .length = own->length});
  for (int level = 0; found && level < writer->levels - 1; level++)
    found = descend(L, &writer->path[level]);
  return found;
}

/* Returns whether the job has a member in the same place: then the service has sent it. */
static bool is_held(Writer *writer, const char *name, size_t length) {
  lua_State *L = writer->L;
  const int top = lua_gettop(L);
  bool held = false;
  if (push_counterpart(writer)) {
    lua_pushlstring(L, name, length);
    held = lua_rawget(L, -2) != LUA_TNIL;
  }
  lua_settop(L, top);
  return held;
}

/*
** Returns the declared object among the members of a schema that declares a name itself, or NULL.
*/
static const SchemaMember *find_below(const Schema *schema, const char *name, size_t length) {
  for (size_t i = 0; i < schema->count; i++) {
    const Schema *type = schema->members[i].type;
    if (type->kind == SCHEMA_OBJECT && find_member(type, name, length) != NULL) return &schema->members[i];
  }
  return NULL;
}

static const SchemaMember *find_near(const Schema *schema, const char *name, size_t length) {
  for (size_t i = 0; i < schema->count; i++)
    if (suggest_near(name, length, schema->members[i].name, schema->members[i].length)) return &schema->members[i];
  return NULL;
}

/* Returns whether the object around the table entered last declares a name. */
static bool is_declared_above(const Writer *writer, const char *name, size_t length) {
  if (writer->levels >= 2) {
    const Schema *around = writer->path[writer->levels - 2].schema;
    return around != NULL && find_member(around, name, length) != NULL;
  }
  return own_member(writer) != NULL && find_member(&schema_job, name, length) != NULL;
}

/*
** Pushes what is wrong with a member that is declared one level higher. For the value of a member
** of the job, the object around it is the job.
*/
static void push_misplaced_above(const Writer *writer, const char *name) {
  lua_State *L = writer->L;
  const SchemaMember *own = writer->levels == 1 ? own_member(writer) : NULL;
  if (own == NULL)
    lua_pushfstring(L, "unknown member \"%s\": it belongs one level higher", name);
  else if (strcmp(own->name, name) == 0)
    lua_pushfstring(L, "unknown member \"%s\": pass the members of %s themselves", name, name);
  else
    lua_pushfstring(L, "unknown member \"%s\": it belongs to the job, not to its %s", name, own->name);
}

/* Pushes what is wrong with an undeclared member. Returns false if nothing is. */
static bool push_problem(const Writer *writer, const Schema *schema, const char *name, size_t length) {
  lua_State *L = writer->L;
  const SchemaMember *below = find_below(schema, name, length);
  if (below != NULL) {
    lua_pushfstring(L, "unknown member \"%s\": it belongs in \"%s\"", name, below->name);
    return true;
  }
  if (is_declared_above(writer, name, length)) {
    push_misplaced_above(writer, name);
    return true;
  }
  const SchemaMember *near = find_near(schema, name, length);
  if (near == NULL) return false;
  lua_pushfstring(L, "unknown member \"%s\": did you mean \"%s\"?", name, near->name);
  return true;
}

bool writer_check_name(Writer *writer, const Schema *schema, const char *name, size_t length) {
  if (!push_problem(writer, schema, name, length)) return true;
  if (is_held(writer, name, length)) {
    lua_pop(writer->L, 1);
    return true;
  }
  writer->levels--; /* the message names the place of the table */
  return writer_refuse_with_top(writer);
}

/* Pushes the names of all declared members: "a, b, c". */
static void push_names(lua_State *L, const Schema *schema) {
  luaL_Buffer names;
  luaL_buffinit(L, &names);
  for (size_t i = 0; i < schema->count; i++) {
    if (i > 0) luaL_addstring(&names, ", ");
    luaL_addstring(&names, schema->members[i].name);
  }
  luaL_pushresult(&names);
}

bool writer_check_params(Writer *writer, int index, const Schema *schema) {
  lua_State *L = writer->L;
  const int top = lua_gettop(L);
  for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
    size_t length;
    const char *name = lua_tolstring(L, -2, &length); /* all keys are strings: they have been checked */
    if (is_held(writer, name, length)) continue;
    writer->levels--;
    push_names(L, schema);
    lua_pushfstring(L, "unknown member \"%s\": expected at least one of %s", name, lua_tostring(L, -1));
    return writer_refuse_with_top(writer);
  }
  lua_settop(L, top);
  return true;
}
