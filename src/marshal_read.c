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
#include "bytes.h"
#include "json_read.h"
#include "marshal.h"
#include "recent.h"

enum {
  KEEP_TOKENS = 64 * 1024,
  KEEP_SCRATCH = 256 * 1024,
  SLOTS_PER_LEVEL = 6, /* of Lua's stack, that a table takes while it is built, and what is pushed for its members */
  FEW_MEMBERS = 32     /* whose names are compared one by one */
};

/* The memory of a reading, in a box so that an error leaks nothing. */
typedef struct Workspace {
  JsonTokens tokens;
  Recent recent;  /* its table is the box's user value */
  Buffer scratch; /* strings with their escapes resolved */
} Workspace;

typedef struct Builder {
  lua_State *L;
  const char *text;
  Workspace *workspace;
  int array_metatable; /* stack indices */
  int recent;
  JsonProblem problem;
} Builder;

static const char workspace_key = 'w'; /* registry: the workspace, nil while it is in use */

static const char workspace_class[] = "bytenite.workspace";

static int collect_workspace(lua_State *L) {
  Workspace *workspace = lua_touserdata(L, 1);
  json_tokens_free(&workspace->tokens);
  buffer_free(&workspace->scratch);
  return 0;
}

static Workspace *push_new_workspace(lua_State *L) {
  Workspace *workspace = lua_newuserdatauv(L, sizeof *workspace, 1);
  memset(workspace, 0, sizeof *workspace);
  luaL_setmetatable(L, workspace_class);
  recent_push_table(L);
  lua_setiuservalue(L, -2, 1);
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

/*
** The functions that push values take the token to begin with and return the one to go on with: behind the value and all inside it.
** NULL when they failed; the stack is the caller's to clear then.
*/
static const JsonToken *push_value(Builder *builder, const JsonToken *token, const Schema *schema);

static const JsonToken *fail(Builder *builder, const JsonToken *token, const char *message) {
  builder->problem = (JsonProblem){message, token->start};
  return NULL;
}

/* The content of a string with escapes, which are resolved; valid until the next one. */
static const char *string_content(Builder *builder, const JsonToken *token, size_t *length) {
  const char *text = builder->text + token->start;
  Buffer *scratch = &builder->workspace->scratch;
  scratch->length = 0;
  if (!buffer_reserve(scratch, token->length)) raise_no_memory(builder->L);
  *length = json_unescape(text, token->length, scratch->data);
  return scratch->data;
}

static void push_string(Builder *builder, const JsonToken *token) {
  size_t length = token->length;
  const char *content = token->plain ? builder->text + token->start : string_content(builder, token, &length);
  recent_push(builder->L, &builder->workspace->recent, builder->recent, content, length);
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

static const JsonToken *push_array(Builder *builder, const JsonToken *token, const Schema *element) {
  lua_State *L = builder->L;
  const lua_Integer count = token->count;
  lua_createtable(L, (int)count, 0);
  token++;
  for (lua_Integer i = 1; i <= count; i++) {
    token = push_value(builder, token, element);
    if (token == NULL) return NULL;
    lua_rawseti(L, -2, i);
  }
  lua_pushvalue(L, builder->array_metatable);
  lua_setmetatable(L, -2);
  return token;
}

/* Whether two stretches of the text, from the tokens' starts on, are the same. */
static bool has_same_text(const Builder *builder, const JsonToken *a, uint32_t a_length, const JsonToken *b,
                          uint32_t b_length) {
  return a_length == b_length && bytes_are_same(builder->text + a->start, builder->text + b->start, a_length);
}

/* The names met so far in an object: the first ones are compared as text, which is cheaper than to ask the table. */
typedef struct Names {
  const JsonToken *met[FEW_MEMBERS];
  uint32_t count;
  uint64_t marks; /* a bit for each of them; several may share one */
  bool are_plain;
} Names;

/* A bit that names of different length or ends mostly do not share. */
static uint64_t mark_of(const Builder *builder, const JsonToken *name) {
  const char *text = builder->text + name->start;
  if (name->length == 0) return 1;
  const uint32_t code = name->length * 5 + (unsigned char)text[0] * 3 + (unsigned char)text[name->length - 1];
  return UINT64_C(1) << (code % 64);
}

/* Takes note of a name; false when it, or one before it, cannot be compared as text: because of escapes, or there are too many. */
static bool note_name(const Builder *builder, Names *names, const JsonToken *name, bool *is_repeated) {
  if (!names->are_plain || !name->plain || names->count == FEW_MEMBERS) return names->are_plain = false;
  const uint64_t mark = mark_of(builder, name);
  if ((names->marks & mark) != 0)
    for (uint32_t i = 0; i < names->count; i++)
      if (has_same_text(builder, names->met[i], names->met[i]->length, name, name->length)) *is_repeated = true;
  names->marks |= mark;
  names->met[names->count++] = name;
  return true;
}

/* Whether the table below the name on the top, which stays, has a member of that name. */
static bool has_member(lua_State *L) {
  lua_pushvalue(L, -1);
  const bool present = lua_rawget(L, -3) != LUA_TNIL;
  lua_pop(L, 1);
  return present;
}

/* Sets a member under a name no schema knows, in the table on the top; `names` of those that were set before, NULL: ask the table. */
static const JsonToken *set_free_member(Builder *builder, const JsonToken *name, const Schema *element, Names *names) {
  bool is_repeated = false;
  push_string(builder, name);
  if (names == NULL || !note_name(builder, names, name, &is_repeated)) is_repeated = has_member(builder->L);
  if (is_repeated) return fail(builder, name, "a repeated member");
  const JsonToken *next = push_value(builder, name + 1, element);
  if (next != NULL) lua_rawset(builder->L, -3);
  return next;
}

static const JsonToken *push_free_object(Builder *builder, const JsonToken *object, const Schema *element) {
  const uint32_t count = object->count;
  const JsonToken *token = object + 1;
  Names names;
  names.count = 0;
  names.marks = 0;
  names.are_plain = true;
  lua_createtable(builder->L, 0, (int)count);
  for (uint32_t i = 0; i < count && token != NULL; i++)
    token = set_free_member(builder, token, element, &names);
  return token;
}

/* The token behind a value and all inside it. */
static const JsonToken *skip(const JsonToken *token) {
  return token + 1 + (token->type >= JSON_ARRAY ? token->length : 0);
}

/* How many members of an object are not null: the others take no place in the table. */
static int count_present(const JsonToken *object) {
  int present = 0;
  const JsonToken *name = object + 1;
  for (uint32_t i = 0; i < object->count; i++, name = skip(name + 1))
    if (name[1].type != JSON_NULL) present++;
  return present;
}

/* The declared members of an object that were met so far. */
typedef struct Declared {
  const Schema *schema;
  size_t expected; /* which is looked at first */
  uint64_t seen;
} Declared;

/* Finds the declared member of a name; *member is NULL for another. False: repeated. */
static bool find_declared(Builder *builder, const JsonToken *name, Declared *declared, const SchemaMember **member) {
  size_t length = name->length;
  const char *content = name->plain ? builder->text + name->start : string_content(builder, name, &length);
  *member = schema_member(declared->schema, content, length, &declared->expected);
  if (*member == NULL) return true;
  const uint64_t bit = UINT64_C(1) << (*member - declared->schema->members);
  if ((declared->seen & bit) != 0) return fail(builder, name, "a repeated member") != NULL;
  declared->seen |= bit;
  return true;
}

/* Sets a declared member; null leaves it absent. The names are on the top, over the table. */
static const JsonToken *set_declared_member(Builder *builder, const JsonToken *value, const SchemaMember *member,
                                            size_t index) {
  if (value->type == JSON_NULL) return value + 1;
  lua_rawgeti(builder->L, -1, (lua_Integer)index + 1);
  const JsonToken *next = push_value(builder, value, member->type);
  if (next != NULL) lua_rawset(builder->L, -4);
  return next;
}

/* Sets a member that is not declared; stack as above. */
static const JsonToken *set_other_member(Builder *builder, const JsonToken *name) {
  lua_pushvalue(builder->L, -2);
  const JsonToken *next = set_free_member(builder, name, &schema_any, NULL);
  if (next != NULL) lua_pop(builder->L, 1);
  return next;
}

static const JsonToken *push_declared_object(Builder *builder, const JsonToken *object, const Schema *schema) {
  lua_State *L = builder->L;
  Declared declared = {.schema = schema};
  const JsonToken *token = object + 1;
  lua_createtable(L, 0, count_present(object));
  marshal_push_names(L, schema);
  for (uint32_t i = 0; i < object->count && token != NULL; i++) {
    const SchemaMember *member;
    if (!find_declared(builder, token, &declared, &member)) return NULL;
    token = member != NULL ? set_declared_member(builder, token + 1, member, (size_t)(member - schema->members))
                           : set_other_member(builder, token);
  }
  lua_settop(L, -2); /* the names; nothing that matters when it failed */
  return token;
}

static const JsonToken *push_object(Builder *builder, const JsonToken *token, const Schema *schema) {
  if (schema->kind == SCHEMA_OBJECT) return push_declared_object(builder, token, schema);
  return push_free_object(builder, token, schema->kind == SCHEMA_MAP ? schema->element : &schema_any);
}

static const JsonToken *push_value(Builder *builder, const JsonToken *token, const Schema *schema) {
  lua_State *L = builder->L;
  switch ((JsonType)token->type) {
    case JSON_NULL: marshal_push_null(L); return token + 1;
    case JSON_FALSE: lua_pushboolean(L, 0); return token + 1;
    case JSON_TRUE: lua_pushboolean(L, 1); return token + 1;
    case JSON_NUMBER:
      if (push_number(L, builder->text + token->start, token->length, token->plain, schema->kind)) return token + 1;
      return fail(builder, token, "a number beyond the range of a double");
    case JSON_STRING:
      if (!is_numeric(schema->kind) || !push_number_in_string(builder, token, schema->kind)) push_string(builder, token);
      return token + 1;
    case JSON_ARRAY: return push_array(builder, token, schema->kind == SCHEMA_ARRAY ? schema->element : &schema_any);
    case JSON_OBJECT: return push_object(builder, token, schema);
  }
  return NULL;
}

/*
** Takes the tokens of a text, and room on Lua's stack for all that is built from them, and `slots` more. Pushes three values. Returns the
** first token, or NULL when it is not JSON.
*/
static const JsonToken *begin(Builder *builder, size_t length, size_t slots) {
  lua_State *L = builder->L;
  luaL_checkstack(L, 8, NULL);
  builder->workspace = push_workspace(L);
  marshal_push_array_metatable(L);
  builder->array_metatable = lua_gettop(L);
  lua_getiuservalue(L, -2, 1);
  builder->recent = builder->array_metatable + 1;
  JsonTokens *tokens = &builder->workspace->tokens;
  if (!json_read(tokens, builder->text, length, &builder->problem)) return NULL;
  luaL_checkstack(L, (int)((tokens->depth + 1) * SLOTS_PER_LEVEL + slots), NULL);
  return tokens->items;
}

/* Puts away what `begin` took, which lies from `base` on; where it was no JSON pushes what is wrong in its place. */
static void end(Builder *builder, int base, bool read) {
  lua_State *L = builder->L;
  keep_workspace(L, base, builder->workspace);
  if (read) return;
  lua_settop(L, base - 1);
  const JsonProblem *problem = &builder->problem;
  if (problem->message == NULL) raise_no_memory(L);
  lua_pushfstring(L, "%s at byte %I", problem->message, (lua_Integer)problem->offset + 1);
}

bool marshal_read(lua_State *L, const char *text, size_t length, const Schema *schema) {
  const int base = lua_gettop(L) + 1;
  Builder builder = {.L = L, .text = text};
  const JsonToken *token = begin(&builder, length, 0);
  const bool read = token != NULL && push_value(&builder, token, schema) != NULL;
  end(&builder, base, read);
  if (read) {
    lua_replace(L, base);
    lua_settop(L, base);
  }
  return read;
}

/* Sets a member that is not declared in a table of such, which is made for the first one: *others is its stack index, 0 before. */
static const JsonToken *set_other(Builder *builder, const JsonToken *name, int *others) {
  lua_State *L = builder->L;
  if (*others == 0) {
    lua_newtable(L);
    *others = lua_gettop(L);
  }
  lua_pushvalue(L, *others);
  const JsonToken *next = set_free_member(builder, name, &schema_any, NULL);
  if (next != NULL) lua_pop(L, 1);
  return next;
}

/* The reading of an answer `{job, templateInfo}`. */
typedef struct JobReader {
  Builder builder;
  JobMembers *members;
  const JsonToken *info; /* the template's description in the job; NULL: none */
  int info_beside;       /* stack index of the one beside the job; 0: none */
  int others;            /* stack index of a table of the answer's members that are not declared; 0: none */
  bool has_job;
} JobReader;

static size_t info_index(void) {
  return schema_index(&schema_job, "templateInfo");
}

/* Pushes the values of a job's members: no table is made only to be copied. */
static const JsonToken *push_job(JobReader *reader, const JsonToken *job) {
  Builder *builder = &reader->builder;
  Declared declared = {.schema = &schema_job};
  const size_t info = info_index();
  const JsonToken *token = job + 1;
  for (uint32_t i = 0; i < job->count && token != NULL; i++) {
    const SchemaMember *member;
    if (!find_declared(builder, token, &declared, &member)) return NULL;
    if (member == NULL) {
      token = set_other(builder, token, &reader->members->others);
    } else if (token[1].type == JSON_NULL) {
      token += 2;
    } else {
      const size_t index = (size_t)(member - schema_job.members);
      if (index == info) reader->info = token + 1;
      token = push_value(builder, token + 1, member->type);
      reader->members->at[index] = lua_gettop(builder->L);
    }
  }
  reader->has_job = true;
  return token;
}

/*
** Pushes the template's description that stands beside the job. As a rule it is the one in the job again, to the letter, whose value is
** there already.
*/
static const JsonToken *push_info_beside(JobReader *reader, const JsonToken *info, const Schema *type) {
  const Builder *builder = &reader->builder;
  const JsonToken *first = reader->info;
  if (info->type == JSON_NULL) return info + 1;
  if (first != NULL && first->type == JSON_OBJECT && info->type == JSON_OBJECT &&
      has_same_text(builder, first, first->end - first->start, info, info->end - info->start))
    return skip(info);
  const JsonToken *next = push_value(&reader->builder, info, type);
  reader->info_beside = lua_gettop(builder->L);
  return next;
}

/* Pushes the values of the answer's members. */
static const JsonToken *push_answer(JobReader *reader, const JsonToken *answer) {
  Builder *builder = &reader->builder;
  Declared declared = {.schema = &schema_job_response};
  const JsonToken *token = answer + 1;
  if (answer->type != JSON_OBJECT) return push_value(builder, answer, &schema_any);
  for (uint32_t i = 0; i < answer->count && token != NULL; i++) {
    const SchemaMember *member;
    if (!find_declared(builder, token, &declared, &member)) return NULL;
    if (member == NULL)
      token = set_other(builder, token, &reader->others);
    else if (member->type != &schema_job)
      token = push_info_beside(reader, token + 1, member->type);
    else if (token[1].type == JSON_OBJECT)
      token = push_job(reader, token + 1);
    else
      token = push_value(builder, token + 1, &schema_any);
  }
  return token;
}

/* What the answer comes to, all of which was read. */
static JobAnswer judge(const JobReader *reader, const JsonToken *answer) {
  lua_State *L = reader->builder.L;
  if (answer->type != JSON_OBJECT) return JOB_NOT_OBJECT;
  if (reader->others > 0) {
    const bool refused = lua_getfield(L, reader->others, "ok") == LUA_TBOOLEAN && !lua_toboolean(L, -1);
    lua_pop(L, 1);
    if (refused) return JOB_NOT_OK;
  }
  return reader->has_job ? JOB_READ : JOB_MISSING;
}

JobAnswer marshal_read_job(lua_State *L, const char *text, size_t length, JobMembers *members) {
  const int base = lua_gettop(L) + 1;
  JobReader reader = {.builder = {.L = L, .text = text}, .members = members};
  *members = (JobMembers){0};
  const JsonToken *answer = begin(&reader.builder, length, schema_job.count + 4);
  const bool read = answer != NULL && push_answer(&reader, answer) != NULL;
  const JobAnswer outcome = read ? judge(&reader, answer) : JOB_NOT_JSON;
  end(&reader.builder, base, read);
  if (read && outcome != JOB_READ) lua_settop(L, base - 1);
  int *info = &members->at[info_index()];
  if (*info == 0) *info = reader.info_beside;
  return outcome;
}
