/*
** marshal_read.c: JSON -> Lua values, typed by schema.
**
** What is in an array or object waits on Lua's stack for its end: then it is known how much there is, and the table is made in its final size.
** The schema says how members are called, so that a declared name is never hashed. No Lua code runs in here; an allocation may run finalizers,
** though, which may read JSON themselves: that is why the workspace is taken from the registry while in use, and put back after.
*/
#include <lauxlib.h>
#include <string.h>

#include "binding/box.h"
#include "binding/marshal.h"
#include "json/read.h"

enum {
  KEEP_SCRATCH = 256 * 1024,
  MOST_WAITING = 32, /* items or members; of a container with more the rest is counted, and the table made */
  LEVEL_SLOTS = 2 * MOST_WAITING + 8, /* of Lua's stack, that a container takes at the most */
  SOME_LEVELS = 4                     /* for which room is made at once */
};

/* The memory of a reading, in a box so that an error leaks nothing. */
typedef struct Workspace {
  Buffer scratch; /* strings with their escapes resolved */
} Workspace;

typedef struct Builder {
  lua_State *L;
  JsonReader reader;
  Workspace *workspace;
  int array_metatable; /* stack index */
  size_t levels;       /* of containers in one another, for which Lua's stack has room */
} Builder;

static const char workspace_key = 'w'; /* registry: the workspace, nil while it is in use */

static const char workspace_class[] = "bytenite.workspace";

static int collect_workspace(lua_State *L) {
  buffer_free(&((Workspace *)lua_touserdata(L, 1))->scratch);
  return 0;
}

static Workspace *push_new_workspace(lua_State *L) {
  Workspace *workspace = lua_newuserdatauv(L, sizeof *workspace, 0);
  memset(workspace, 0, sizeof *workspace);
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

/* Puts the workspace at `index` back, without the memory of an unusually long string. */
static void keep_workspace(lua_State *L, int index, Workspace *workspace) {
  buffer_reset(&workspace->scratch, KEEP_SCRATCH);
  lua_pushvalue(L, index);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &workspace_key);
}

/*
** The functions that push values return false when the text is not JSON; the stack is the caller's to clear then.
*/
static bool push_value(Builder *builder, const Schema *schema);
static bool push_token(Builder *builder, const JsonToken *token, const Schema *schema);

static bool fail(Builder *builder, const JsonToken *token, const char *message) {
  return json_fail(&builder->reader, token->start, message);
}

/* The content of a string with escapes, which are resolved; valid until the next one. */
static const char *string_content(Builder *builder, const JsonToken *token, size_t *length) {
  Buffer *scratch = &builder->workspace->scratch;
  scratch->length = 0;
  if (!buffer_reserve(scratch, token->length)) raise_no_memory(builder->L);
  *length = json_unescape(token->start, token->length, scratch->data);
  return scratch->data;
}

static void push_string(Builder *builder, const JsonToken *token) {
  size_t length = token->length;
  const char *content = token->plain ? token->start : string_content(builder, token, &length);
  lua_pushlstring(builder->L, content, length);
}

/* Pushes a number as the kind of the schema wants it; false when it is beyond the range of a double. */
static bool push_number(lua_State *L, const JsonToken *token, bool plain, SchemaKind kind) {
  JsonNumber number;
  if (!json_number(token->start, token->length, plain, &number)) return false;
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
  bool plain;
  JsonNumber number;
  if (!token->plain || !json_is_number(token->start, token->length, &plain)) return false;
  const bool fits =
    json_number(token->start, token->length, plain, &number) && (kind == SCHEMA_NUMBER || number.is_integer);
  return fits && push_number(builder->L, token, plain, kind);
}

static bool is_numeric(SchemaKind kind) {
  return kind == SCHEMA_INTEGER || kind == SCHEMA_UINT32 || kind == SCHEMA_NUMBER;
}

/* Makes room on Lua's stack for the container that was just opened. */
static void enter(Builder *builder) {
  if (builder->reader.depth <= builder->levels) return;
  luaL_checkstack(builder->L, SOME_LEVELS * LEVEL_SLOTS, NULL);
  builder->levels += SOME_LEVELS;
}

/* Moves the `count` values on the top, which are an array's first items, into a new table with room for `size`, at the place below them. */
static void gather_items(lua_State *L, int count, size_t size) {
  const int table = lua_gettop(L) - count;
  lua_createtable(L, (int)size, 0);
  lua_replace(L, table);
  for (int i = count; i >= 1; i--)
    lua_rawseti(L, table, i);
}

static bool push_array(Builder *builder, const Schema *element) {
  lua_State *L = builder->L;
  lua_Integer count = 0;
  bool has_item;
  enter(builder);
  lua_pushnil(L); /* keeps a place for the table */
  if (!json_first_item(&builder->reader, &has_item)) return false;
  while (has_item) {
    if (count == MOST_WAITING) gather_items(L, MOST_WAITING, MOST_WAITING + json_count_rest(&builder->reader));
    if (!push_value(builder, element)) return false;
    count++;
    if (count > MOST_WAITING) lua_rawseti(L, -2, count);
    if (!json_next_item(&builder->reader, &has_item)) return false;
  }
  if (count <= MOST_WAITING) gather_items(L, (int)count, (size_t)count);
  lua_pushvalue(L, builder->array_metatable);
  lua_setmetatable(L, -2);
  return true;
}

/* The members of an object that is being read: pairs of name and value on top of the stack, or in the object's table. */
typedef struct Members {
  int table;      /* stack index of the table or of the slot reserved for it */
  int waiting;    /* number of pairs above the slot */
  bool has_table; /* no pairs wait any more */
  uint64_t marks; /* the marks of the names in free pairs */
} Members;

/* Begins with an object; pushes the place of its table. */
static void begin_members(Builder *builder, Members *members) {
  enter(builder);
  lua_pushnil(builder->L);
  members->table = lua_gettop(builder->L);
  members->waiting = 0;
  members->has_table = false;
  members->marks = 0;
}

/* Moves the members that wait into a new table with room for `more` others. */
static void gather_members(Builder *builder, Members *members, size_t more) {
  lua_State *L = builder->L;
  lua_createtable(L, 0, members->waiting + (int)more);
  lua_replace(L, members->table);
  for (; members->waiting > 0; members->waiting--)
    lua_rawset(L, members->table);
  members->has_table = true;
}

/* Adds the member whose name and value are on the top. */
static void add_member(Builder *builder, Members *members) {
  if (members->has_table) {
    lua_rawset(builder->L, members->table);
    return;
  }
  members->waiting++;
  if (members->waiting == MOST_WAITING) gather_members(builder, members, json_count_rest(&builder->reader));
}

/* Ends an object: all members are in its table. */
static void end_members(Builder *builder, Members *members) {
  if (!members->has_table) gather_members(builder, members, 0);
}

/* Returns one of 64 bits; equal names have equal marks. */
static uint64_t mark_of(lua_State *L, int index) {
  size_t length;
  const unsigned char *name = (const unsigned char *)lua_tolstring(L, index, &length);
  if (length == 0) return 1;
  return UINT64_C(1) << ((length + name[0] * 5U + name[length - 1] * 11U) % 64);
}

/* Returns true if the object already has a member with the name on top of the stack; most new names have a new mark. */
static bool is_repeated(const Builder *builder, Members *members) {
  lua_State *L = builder->L;
  if (members->has_table) return marshal_has_key(L, members->table);
  const uint64_t mark = mark_of(L, -1);
  if ((members->marks & mark) != 0)
    for (int i = 0; i < members->waiting; i++)
      if (lua_rawequal(L, -1, members->table + 1 + 2 * i)) return true;
  members->marks |= mark;
  return false;
}

/* Pushes the name of a member that is not declared; false if it is repeated. */
static bool push_free_name(Builder *builder, Members *members, const JsonToken *name) {
  push_string(builder, name);
  return !is_repeated(builder, members) || fail(builder, name, "a repeated member");
}

/* Reads a member that is not declared, from the value on. */
static bool read_free_member(Builder *builder, Members *members, const JsonToken *name, const Schema *element) {
  if (!push_free_name(builder, members, name) || !push_value(builder, element)) return false;
  add_member(builder, members);
  return true;
}

static bool push_free_object(Builder *builder, const Schema *element) {
  Members members;
  JsonToken name;
  bool has_member;
  begin_members(builder, &members);
  if (!json_first_member(&builder->reader, &has_member, &name)) return false;
  while (has_member) {
    if (!read_free_member(builder, &members, &name, element)) return false;
    if (!json_next_member(&builder->reader, &has_member, &name)) return false;
  }
  end_members(builder, &members);
  return true;
}

/* The members of an object that is being read by its schema. */
typedef struct Declared {
  const Schema *schema;
  size_t expected;            /* the declared one that is looked for first */
  uint64_t seen;              /* a bit for each declared one that was met */
  bool has_member;            /* one is due, from its value on: */
  const SchemaMember *member; /* NULL: none that is declared */
  JsonToken name;             /* of one that is not */
} Declared;

/* Finds out which member a name is of. False: one that is repeated. */
static bool find_declared(Builder *builder, Declared *declared) {
  const JsonToken *name = &declared->name;
  size_t length = name->length;
  const char *content = name->plain ? name->start : string_content(builder, name, &length);
  declared->member = schema_member(declared->schema, content, length, &declared->expected);
  if (declared->member == NULL) return true;
  const uint64_t bit = UINT64_C(1) << (declared->member - declared->schema->members);
  if ((declared->seen & bit) != 0) return fail(builder, name, "a repeated member");
  declared->seen |= bit;
  return true;
}

/* Reads the first member's name, behind the opening bracket. */
static bool first_declared(Builder *builder, Declared *declared) {
  if (!json_first_member(&builder->reader, &declared->has_member, &declared->name)) return false;
  return !declared->has_member || find_declared(builder, declared);
}

/* Reads the next member's name, behind a member. */
static bool next_declared(Builder *builder, Declared *declared) {
  if (!json_next_member(&builder->reader, &declared->has_member, &declared->name)) return false;
  return !declared->has_member || find_declared(builder, declared);
}

/* Reads a declared member, from the value on; null leaves it absent. The names are below the slot of the table. */
static bool read_declared_member(Builder *builder, Members *members, const Declared *declared) {
  lua_State *L = builder->L;
  JsonToken value;
  if (!json_value(&builder->reader, &value)) return false;
  if (value.type == JSON_NULL) return true;
  lua_rawgeti(L, members->table - 1, (declared->member - declared->schema->members) + 1);
  if (!push_token(builder, &value, declared->member->type)) return false;
  add_member(builder, members);
  return true;
}

static bool push_declared_object(Builder *builder, const Schema *schema) {
  lua_State *L = builder->L;
  Declared declared = {.schema = schema};
  Members members;
  marshal_push_names(L, schema);
  begin_members(builder, &members);
  if (!first_declared(builder, &declared)) return false;
  while (declared.has_member) {
    const bool read = declared.member != NULL ? read_declared_member(builder, &members, &declared)
                                              : read_free_member(builder, &members, &declared.name, &schema_any);
    if (!read || !next_declared(builder, &declared)) return false;
  }
  end_members(builder, &members);
  lua_replace(L, members.table - 1); /* the names */
  return true;
}

static bool push_object(Builder *builder, const Schema *schema) {
  if (schema->kind == SCHEMA_OBJECT) return push_declared_object(builder, schema);
  return push_free_object(builder, schema->kind == SCHEMA_MAP ? schema->element : &schema_any);
}

/* Pushes the value that a token begins. */
static bool push_token(Builder *builder, const JsonToken *token, const Schema *schema) {
  lua_State *L = builder->L;
  switch (token->type) {
    case JSON_NULL: marshal_push_null(L); return true;
    case JSON_FALSE: lua_pushboolean(L, 0); return true;
    case JSON_TRUE: lua_pushboolean(L, 1); return true;
    case JSON_NUMBER:
      return push_number(L, token, token->plain, schema->kind) ||
             fail(builder, token, "a number beyond the range of a double");
    case JSON_STRING:
      if (!is_numeric(schema->kind) || !push_number_in_string(builder, token, schema->kind)) push_string(builder, token);
      return true;
    case JSON_ARRAY: return push_array(builder, schema->kind == SCHEMA_ARRAY ? schema->element : &schema_any);
    case JSON_OBJECT: return push_object(builder, schema);
  }
  return false;
}

static bool push_value(Builder *builder, const Schema *schema) {
  JsonToken token;
  return json_value(&builder->reader, &token) && push_token(builder, &token, schema);
}

/* Begins with a text; makes room for `slots` values on Lua's stack. Pushes two. */
static void begin(Builder *builder, const char *text, size_t length, size_t slots) {
  lua_State *L = builder->L;
  luaL_checkstack(L, (int)slots + 8, NULL);
  json_begin(&builder->reader, text, length);
  builder->workspace = push_workspace(L);
  marshal_push_array_metatable(L);
  builder->array_metatable = lua_gettop(L);
  builder->levels = 0;
}

/* Puts away what `begin` took, which lies from `base` on; where the text was no JSON pushes what is wrong in its place. */
static void end(Builder *builder, int base, bool read) {
  lua_State *L = builder->L;
  keep_workspace(L, base, builder->workspace);
  if (read) return;
  lua_settop(L, base - 1);
  const JsonProblem *problem = &builder->reader.problem;
  lua_pushfstring(L, "%s at byte %I", problem->message, (lua_Integer)problem->offset + 1);
}

bool marshal_read(lua_State *L, const char *text, size_t length, const Schema *schema) {
  const int base = lua_gettop(L) + 1;
  Builder builder;
  builder.L = L;
  begin(&builder, text, length, 0);
  const bool read = push_value(&builder, schema) && json_finish(&builder.reader);
  end(&builder, base, read);
  if (read) {
    lua_replace(L, base);
    lua_settop(L, base);
  }
  return read;
}

/* Reads a member that is not declared into a table of such, which is made for the first one: *others is its stack index, 0 before. */
static bool read_other(Builder *builder, const JsonToken *name, int *others) {
  lua_State *L = builder->L;
  if (*others == 0) {
    lua_newtable(L);
    *others = lua_gettop(L);
  }
  Members members = {.table = *others, .has_table = true};
  return read_free_member(builder, &members, name, &schema_any);
}

/* The reading of an answer `{job, templateInfo}`. */
typedef struct JobReader {
  Builder builder;
  JobMembers *members;
  size_t info_index;  /* of the template's description among the job's members */
  const char *info;   /* the text of the template's description in the job; NULL: none */
  size_t info_length; /* of that */
  int info_beside;    /* stack index of the one beside the job; 0: none */
  int others;         /* stack index of a table of the answer's members that are not declared; 0: none */
  bool has_job;
  bool is_object; /* the answer is one */
} JobReader;

/* Pushes the value of a job's declared member; null leaves it absent. */
static bool push_job_member(JobReader *reader, const SchemaMember *member) {
  Builder *builder = &reader->builder;
  const size_t index = (size_t)(member - schema_job.members);
  JsonToken value;
  if (!json_value(&builder->reader, &value)) return false;
  if (value.type == JSON_NULL) return true;
  if (!push_token(builder, &value, member->type)) return false;
  reader->members->at[index] = lua_gettop(builder->L);
  if (value.type == JSON_OBJECT && index == reader->info_index) {
    reader->info = value.start;
    reader->info_length = (size_t)(builder->reader.at - value.start);
  }
  return true;
}

/* Pushes the values of a job's members, behind its opening bracket: no table is made only to be copied. */
static bool push_job(JobReader *reader) {
  Builder *builder = &reader->builder;
  Declared declared = {.schema = &schema_job};
  if (!first_declared(builder, &declared)) return false;
  while (declared.has_member) {
    const bool read = declared.member != NULL ? push_job_member(reader, declared.member)
                                              : read_other(builder, &declared.name, &reader->members->others);
    if (!read || !next_declared(builder, &declared)) return false;
  }
  reader->has_job = true;
  return true;
}

/*
** Pushes the template's description that stands beside the job. As a rule it is the one in the job again, to the letter, whose value is
** there already.
*/
static bool push_info_beside(JobReader *reader, const Schema *type) {
  Builder *builder = &reader->builder;
  JsonToken value;
  if (reader->info != NULL && json_skip_same(&builder->reader, reader->info, reader->info_length)) return true;
  if (!json_value(&builder->reader, &value)) return false;
  if (value.type == JSON_NULL) return true;
  if (!push_token(builder, &value, type)) return false;
  reader->info_beside = lua_gettop(builder->L);
  return true;
}

/* Pushes the values of the answer's member. */
static bool push_answer_member(JobReader *reader, const Declared *declared) {
  Builder *builder = &reader->builder;
  const SchemaMember *member = declared->member;
  JsonToken value;
  if (member == NULL) return read_other(builder, &declared->name, &reader->others);
  if (member->type != &schema_job) return push_info_beside(reader, member->type);
  if (!json_value(&builder->reader, &value)) return false;
  return value.type == JSON_OBJECT ? push_job(reader) : push_token(builder, &value, &schema_any);
}

/* Pushes the values of the answer's members. */
static bool push_answer(JobReader *reader) {
  Builder *builder = &reader->builder;
  Declared declared = {.schema = &schema_job_response};
  JsonToken answer;
  if (!json_value(&builder->reader, &answer)) return false;
  reader->is_object = answer.type == JSON_OBJECT;
  if (!reader->is_object) return push_token(builder, &answer, &schema_any) && json_finish(&builder->reader);
  if (!first_declared(builder, &declared)) return false;
  while (declared.has_member)
    if (!push_answer_member(reader, &declared) || !next_declared(builder, &declared)) return false;
  return json_finish(&builder->reader);
}

/* What the answer comes to, all of which was read. */
static JobAnswer judge(const JobReader *reader) {
  lua_State *L = reader->builder.L;
  if (!reader->is_object) return JOB_NOT_OBJECT;
  if (reader->others > 0) {
    const bool refused = lua_getfield(L, reader->others, "ok") == LUA_TBOOLEAN && !lua_toboolean(L, -1);
    lua_pop(L, 1);
    if (refused) return JOB_NOT_OK;
  }
  return reader->has_job ? JOB_READ : JOB_MISSING;
}

JobAnswer marshal_read_job(lua_State *L, const char *text, size_t length, JobMembers *members) {
  const int base = lua_gettop(L) + 1;
  JobReader reader = {.builder = {.L = L}, .members = members, .info_index = schema_index(&schema_job, "templateInfo")};
  *members = (JobMembers){0};
  begin(&reader.builder, text, length, schema_job.count + 4);
  const bool read = push_answer(&reader);
  const JobAnswer outcome = read ? judge(&reader) : JOB_NOT_JSON;
  end(&reader.builder, base, read);
  if (read && outcome != JOB_READ) lua_settop(L, base - 1);
  int *info = &members->at[reader.info_index];
  if (*info == 0) *info = reader.info_beside;
  return outcome;
}
