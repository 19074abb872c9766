/*
** marshal_read.c: JSON -> Lua values, typed by schema.
**
** The tokens say how large each table gets and the schema how its members are called, so a table is made once in its
** final size and a declared name is never hashed. No Lua code runs in here; an allocation may run finalizers, though,
** which may read JSON themselves: that is why the tokens are taken from the registry while in use, and put back after.
*/
#include <lauxlib.h>
#include <string.h>

#include "box.h"
#include "json_read.h"
#include "marshal.h"

enum { KEEP_TOKENS = 64 * 1024, KEEP_SCRATCH = 256 * 1024 };

/* The memory of a reading, in a box so that an error leaks nothing. */
typedef struct Workspace {
  JsonTokens tokens;
  Buffer scratch; /* strings with their escapes resolved */
} Workspace;

typedef struct Builder {
  lua_State *L;
  const char *text;
  Workspace *workspace;
  int array_metatable; /* stack index */
  size_t next;         /* index of the token to build from */
  int slots; /* stack index: where the members of a job go instead of a table; 0: into a table, like any object's */
  JsonProblem problem;
} Builder;

static const char workspace_key = 'w'; /* registry: the workspace, nil while it is in use */

static bool push_value(Builder *builder, const Schema *schema);

static const char workspace_class[] = "bytenite.workspace";

static int collect_workspace(lua_State *L) {
  Workspace *workspace = lua_touserdata(L, 1);
  json_tokens_free(&workspace->tokens);
  buffer_free(&workspace->scratch);
  return 0;
}

static Workspace *push_new_workspace(lua_State *L) {
  Workspace *workspace = lua_newuserdatauv(L, sizeof *workspace, 0);
  *workspace = (Workspace){0};
  luaL_setmetatable(L, workspace_class);
  return workspace;
}

void marshal_register_workspace(lua_State *L) {
  class_register(L, workspace_class, NULL, collect_workspace);
}

/* Pushes the workspace and leaves nil in its place, for whoever else reads before it is put back. */
static Workspace *push_workspace(lua_State *L) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &workspace_key) == LUA_TNIL) {
    lua_pop(L, 1);
    return push_new_workspace(L);
  }
  lua_pushnil(L);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &workspace_key);
  return lua_touserdata(L, -1);
}

/* Puts the workspace at `index` back, without the memory of an unusually large text. */
static void keep_workspace(lua_State *L, int index, Workspace *workspace) {
  if (workspace->tokens.capacity > KEEP_TOKENS) json_tokens_free(&workspace->tokens);
  buffer_reset(&workspace->scratch, KEEP_SCRATCH);
  lua_pushvalue(L, index);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &workspace_key);
}

static const JsonToken *next_token(Builder *builder) {
  return &builder->workspace->tokens.items[builder->next];
}

static bool fail(Builder *builder, const JsonToken *token, const char *message) {
  builder->problem = (JsonProblem){message, token->start};
  return false;
}

/* The content of a string, its escapes resolved; valid until the next string with escapes. */
static const char *string_content(Builder *builder, const JsonToken *token, size_t *length) {
  const char *text = builder->text + token->start;
  *length = token->length;
  if (token->plain) return text;
  Buffer *scratch = &builder->workspace->scratch;
  scratch->length = 0;
  if (!buffer_reserve(scratch, token->length)) raise_no_memory(builder->L);
  *length = json_unescape(text, token->length, scratch->data);
  return scratch->data;
}

static void push_string(Builder *builder, const JsonToken *token) {
  size_t length;
  const char *content = string_content(builder, token, &length);
  lua_pushlstring(builder->L, content, length);
}

/* Pushes a number's text as the kind of the schema wants it; false when it is beyond the range of a double. */
static bool push_number(lua_State *L, const char *text, size_t length, bool plain, SchemaKind kind) {
  JsonNumber number;
  if (!json_number(text, length, plain, &number)) return false;
  lua_Integer integer;
  if (kind == SCHEMA_NUMBER)
    lua_pushnumber(L, number.is_integer ? (lua_Number)number.integer : number.real);
  else if (number.is_integer)
    lua_pushinteger(L, number.integer);
  else if ((kind == SCHEMA_INTEGER || kind == SCHEMA_UINT32) && lua_numbertointeger(number.real, &integer) &&
           (lua_Number)integer == number.real)
    lua_pushinteger(L, integer);
  else
    lua_pushnumber(L, number.real);
  return true;
}

/* Pushes a declared number that came as a string, as the service prints 64-bit ones; false leaves it the string it is. */
static bool push_number_in_string(Builder *builder, const JsonToken *token, SchemaKind kind) {
  const char *text = builder->text + token->start;
  bool plain;
  JsonNumber number;
  if (!token->plain || !json_is_number(text, token->length, &plain)) return false;
  const bool fits = json_number(text, token->length, plain, &number) && (kind == SCHEMA_NUMBER || number.is_integer);
  return fits && push_number(builder->L, text, token->length, plain, kind);
}

static bool is_numeric(SchemaKind kind) {
  return kind == SCHEMA_INTEGER || kind == SCHEMA_UINT32 || kind == SCHEMA_NUMBER;
}

static void set_array_metatable(Builder *builder) {
  lua_pushvalue(builder->L, builder->array_metatable);
  lua_setmetatable(builder->L, -2);
}

static bool push_array(Builder *builder, const JsonToken *token, const Schema *element) {
  lua_State *L = builder->L;
  const lua_Integer count = token->count;
  lua_createtable(L, (int)count, 0);
  for (lua_Integer i = 1; i <= count; i++) {
    if (!push_value(builder, element)) return false;
    lua_rawseti(L, -2, i);
  }
  set_array_metatable(builder);
  return true;
}

static bool is_container(const JsonToken *token) {
  return token->type >= JSON_ARRAY;
}

/* The token behind a value and all inside it. */
static const JsonToken *skip(const JsonToken *token) {
  return token + 1 + (is_container(token) ? token->length : 0);
}

/* Sets a member under a name no schema knows, from the token of the name and the one behind it. */
static bool set_free_member(Builder *builder, const JsonToken *name, const Schema *element) {
  lua_State *L = builder->L;
  push_string(builder, name);
  lua_pushvalue(L, -1);
  const bool repeated = lua_rawget(L, -3) != LUA_TNIL;
  lua_pop(L, 1);
  if (repeated) return fail(builder, name, "a repeated member");
  if (!push_value(builder, element)) return false;
  lua_rawset(L, -3);
  return true;
}

static bool push_free_object(Builder *builder, const JsonToken *token, const Schema *element) {
  const uint32_t count = token->count;
  lua_createtable(builder->L, 0, (int)count);
  for (uint32_t i = 0; i < count; i++) {
    const JsonToken *name = next_token(builder);
    builder->next++;
    if (!set_free_member(builder, name, element)) return false;
  }
  return true;
}

/* How many members of an object, whose token is given, are not null: the others take no place in the table. */
static int count_present(const JsonToken *token) {
  int present = 0;
  const JsonToken *name = token + 1;
  for (uint32_t i = 0; i < token->count; i++, name = skip(name + 1))
    if (name[1].type != JSON_NULL) present++;
  return present;
}

/* The value of an object's member, or NULL; only a name without escapes is found. */
static const JsonToken *find_member(const Builder *builder, const JsonToken *object, const char *name) {
  const size_t length = strlen(name);
  const JsonToken *member = object + 1;
  for (uint32_t i = 0; i < object->count; i++, member = skip(member + 1))
    if (member->plain && member->length == length && memcmp(builder->text + member->start, name, length) == 0)
      return member + 1;
  return NULL;
}

static bool has_same_text(const Builder *builder, const JsonToken *a, const JsonToken *b) {
  return a->type == JSON_OBJECT && b->type == JSON_OBJECT && a->end - a->start == b->end - b->start &&
         memcmp(builder->text + a->start, builder->text + b->start, a->end - a->start) == 0;
}

/*
** A job's answer carries the template's description twice, inside the job and beside it, mostly to the letter. Where it does, the
** value of the first, which is in its slot, is taken again: pushes it and moves past the second.
*/
static bool push_repeated(Builder *builder, const JsonToken *object, const SchemaMember *member) {
  if (member->repeats == NULL || builder->slots == 0) return false;
  const JsonToken *token = next_token(builder);
  const JsonToken *outer = find_member(builder, object, member->repeats);
  const JsonToken *first =
    outer != NULL && outer < token && outer->type == JSON_OBJECT ? find_member(builder, outer, member->name) : NULL;
  if (first == NULL || !has_same_text(builder, first, token)) return false;
  lua_pushvalue(builder->L, builder->slots + (int)schema_index(&schema_job, member->name));
  builder->next += 1 + token->length;
  return true;
}

static bool push_job_into_slots(Builder *builder);

/* Pushes the value of a declared member. */
static bool push_member(Builder *builder, const JsonToken *object, const SchemaMember *member) {
  if (builder->slots > 0 && member->type == &schema_job && next_token(builder)->type == JSON_OBJECT)
    return push_job_into_slots(builder);
  return push_repeated(builder, object, member) || push_value(builder, member->type);
}

/* Finds the declared member that the next token names and moves past the name; *member is NULL for another. False: repeated. */
static bool find_declared(Builder *builder, const Schema *schema, size_t *expected, uint64_t *seen,
                          const SchemaMember **member) {
  const JsonToken *name = next_token(builder);
  size_t length;
  const char *content = string_content(builder, name, &length);
  *member = schema_member(schema, content, length, expected);
  builder->next++;
  if (*member == NULL) return true;
  const uint64_t bit = UINT64_C(1) << (*member - schema->members);
  if ((*seen & bit) != 0) return fail(builder, name, "a repeated member");
  *seen |= bit;
  return true;
}

/* Sets a declared member from the token behind its name; null leaves it absent. The table is on the top, over the names. */
static bool set_declared_member(Builder *builder, const JsonToken *object, const SchemaMember *member, size_t index) {
  lua_State *L = builder->L;
  if (next_token(builder)->type == JSON_NULL) {
    builder->next++;
    return true;
  }
  lua_rawgeti(L, -2, (lua_Integer)index + 1);
  if (!push_member(builder, object, member)) return false;
  lua_rawset(L, -3);
  return true;
}

static bool push_declared_object(Builder *builder, const JsonToken *token, const Schema *schema) {
  const uint32_t count = token->count;
  size_t expected = 0;
  uint64_t seen = 0;
  marshal_push_names(builder->L, schema);
  lua_createtable(builder->L, 0, count_present(token));
  for (uint32_t i = 0; i < count; i++) {
    const JsonToken *name = next_token(builder);
    const SchemaMember *member;
    if (!find_declared(builder, schema, &expected, &seen, &member)) return false;
    const bool set = member != NULL ? set_declared_member(builder, token, member, (size_t)(member - schema->members))
                                    : set_free_member(builder, name, &schema_any);
    if (!set) return false;
  }
  lua_remove(builder->L, -2);
  return true;
}

/* Sets an undeclared member of the job in the table behind the slots, which is made for the first one. */
static bool set_other(Builder *builder, const JsonToken *name) {
  lua_State *L = builder->L;
  const int others = builder->slots + (int)schema_job.count;
  if (lua_isnil(L, others)) {
    lua_newtable(L);
    lua_replace(L, others);
  }
  lua_pushvalue(L, others);
  if (!set_free_member(builder, name, &schema_any)) return false;
  lua_pop(L, 1);
  return true;
}

static const char in_slots = 's'; /* its address stands for a job that is in the slots */

/* Reads the job, an object, into the slots: no table is made only to be copied. Pushes a stand-in for it. */
static bool push_job_into_slots(Builder *builder) {
  lua_State *L = builder->L;
  const uint32_t count = next_token(builder)->count;
  size_t expected = 0;
  uint64_t seen = 0;
  builder->next++;
  for (uint32_t i = 0; i < count; i++) {
    const JsonToken *name = next_token(builder);
    const SchemaMember *member;
    if (!find_declared(builder, &schema_job, &expected, &seen, &member)) return false;
    if (member == NULL) {
      if (!set_other(builder, name)) return false;
    } else if (next_token(builder)->type == JSON_NULL) {
      builder->next++;
    } else {
      if (!push_value(builder, member->type)) return false;
      lua_replace(L, builder->slots + (int)(member - schema_job.members));
    }
  }
  lua_pushlightuserdata(L, (void *)&in_slots);
  return true;
}

static bool push_object(Builder *builder, const JsonToken *token, const Schema *schema) {
  if (schema->kind == SCHEMA_OBJECT) return push_declared_object(builder, token, schema);
  return push_free_object(builder, token, schema->kind == SCHEMA_MAP ? schema->element : &schema_any);
}

/* Pushes the value of the next token, and of all inside it. On failure the stack is the caller's to clear. */
static bool push_value(Builder *builder, const Schema *schema) {
  lua_State *L = builder->L;
  const JsonToken *token = next_token(builder);
  builder->next++;
  switch ((JsonType)token->type) {
    case JSON_NULL: marshal_push_null(L); return true;
    case JSON_FALSE: lua_pushboolean(L, 0); return true;
    case JSON_TRUE: lua_pushboolean(L, 1); return true;
    case JSON_NUMBER:
      if (push_number(L, builder->text + token->start, token->length, token->plain, schema->kind)) return true;
      return fail(builder, token, "a number beyond the range of a double");
    case JSON_STRING:
      if (!is_numeric(schema->kind) || !push_number_in_string(builder, token, schema->kind)) push_string(builder, token);
      return true;
    case JSON_ARRAY:
      luaL_checkstack(L, 8, NULL);
      return push_array(builder, token, schema->kind == SCHEMA_ARRAY ? schema->element : &schema_any);
    case JSON_OBJECT: luaL_checkstack(L, 8, NULL); return push_object(builder, token, schema);
  }
  return false;
}

static void push_problem(lua_State *L, const JsonProblem *problem) {
  if (problem->message == NULL) raise_no_memory(L);
  lua_pushfstring(L, "%s at byte %I", problem->message, (lua_Integer)problem->offset + 1);
}

/* Reads the text with a workspace of its own and pushes its value, or what is wrong; `slots` as in Builder. */
static bool read_text(lua_State *L, const char *text, size_t length, const Schema *schema, int slots) {
  luaL_checkstack(L, 8, NULL);
  const int box = lua_gettop(L) + 1;
  Workspace *workspace = push_workspace(L);
  marshal_push_array_metatable(L);
  Builder builder = {.L = L, .text = text, .workspace = workspace, .array_metatable = box + 1, .slots = slots};
  const bool read = json_read(&workspace->tokens, text, length, &builder.problem) && push_value(&builder, schema);
  if (!read) push_problem(L, &builder.problem);
  keep_workspace(L, box, workspace);
  lua_replace(L, box);
  lua_settop(L, box);
  return read;
}

bool marshal_read(lua_State *L, const char *text, size_t length, const Schema *schema) {
  return read_text(L, text, length, schema, 0);
}

/* What the answer on the top, whose job is in the slots, comes to. */
static JobAnswer judge(lua_State *L) {
  if (!lua_istable(L, -1) || marshal_is_array(L, -1)) return JOB_NOT_OBJECT;
  const bool refused = lua_getfield(L, -1, "ok") == LUA_TBOOLEAN && !lua_toboolean(L, -1);
  lua_pop(L, 1);
  if (refused) return JOB_NOT_OK;
  lua_getfield(L, -1, "job");
  const bool has_job = lua_touserdata(L, -1) == (void *)&in_slots;
  lua_pop(L, 1);
  return has_job ? JOB_READ : JOB_MISSING;
}

JobAnswer marshal_read_job(lua_State *L, const char *text, size_t length) {
  const int slots = lua_gettop(L) + 1;
  const int count = (int)schema_job.count + 1;
  luaL_checkstack(L, count, NULL);
  lua_settop(L, slots - 1 + count);
  if (!read_text(L, text, length, &schema_job_response, slots)) {
    lua_replace(L, slots);
    lua_settop(L, slots);
    return JOB_NOT_JSON;
  }
  const int info = slots + (int)schema_index(&schema_job, "templateInfo");
  const JobAnswer answer = judge(L);
  if (answer == JOB_READ && lua_isnil(L, info)) {
    lua_getfield(L, -1, "templateInfo");
    lua_replace(L, info);
  }
  lua_settop(L, answer == JOB_READ ? slots - 1 + count : slots - 1);
  return answer;
}
