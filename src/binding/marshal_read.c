/*
** marshal_read.c: reads JSON into Lua values, typed by schema.
**
** Items and members wait on the Lua stack until their array or object ends, so that most tables are
** made in their final size; if there are many, the table is made earlier and grows. No Lua code
** runs.
*/
#include "binding/marshal_read.h"

#include <lauxlib.h>
#include <string.h>

#include "binding/box.h"
#include "binding/marshal.h"
#include "json/number.h"
#include "json/read.h"

enum {
  MAX_WAITING = 32,                  /* items or members */
  LEVEL_SLOTS = 2 * MAX_WAITING + 8, /* of the Lua stack, for an array or object */
  LEVELS_AT_ONCE = 4                 /* by which the Lua stack grows */
};

static bool fail(Builder *builder, const JsonToken *token, const char *message) {
  return json_fail(&builder->reader, token->start, message);
}

static bool read_value(Builder *builder, const Schema *schema) {
  JsonToken token;
  return json_value(&builder->reader, &token) && builder_push_value(builder, &token, schema);
}

/* Not inlined, because luaL_Buffer is too large for the frame of a function that calls itself. */
static __attribute__((noinline)) void push_unescaped(lua_State *L, const JsonToken *token) {
  luaL_Buffer content;
  char *out = luaL_buffinitsize(L, &content, token->length);
  luaL_pushresultsize(&content, json_unescape(token->start, token->length, out));
}

static void push_string(lua_State *L, const JsonToken *token) {
  if (token->is_plain)
    lua_pushlstring(L, token->start, token->length);
  else
    push_unescaped(L, token);
}

static bool is_integer_kind(SchemaKind kind) {
  return kind == SCHEMA_INTEGER || kind == SCHEMA_UINT32;
}

/*
** Pushes a number. If a declared integer is not an integer and a double would change its value,
** pushes its text.
*/
static bool push_number(Builder *builder, const JsonToken *token, SchemaKind kind) {
  lua_State *L = builder->L;
  JsonNumber number;
  const bool may_be_integer = is_integer_kind(kind) || (token->is_plain && kind != SCHEMA_NUMBER);
  if (!json_number(token->start, token->length, may_be_integer, &number))
    return fail(builder, token, "a number beyond the range of a double");
  if (number.is_integer)
    lua_pushinteger(L, number.integer);
  else if (is_integer_kind(kind) && !json_keeps_value(token->start, token->length, number.real))
    lua_pushlstring(L, token->start, token->length);
  else
    lua_pushnumber(L, number.real);
  return true;
}

/*
** Replaces the string on top of the stack by the declared number that it contains: the service
** sends 64-bit numbers as strings.
*/
static void convert_to_number(lua_State *L, SchemaKind kind) {
  size_t length;
  JsonNumber number;
  const char *text = lua_tolstring(L, -1, &length);
  if (!json_is_number(text, length)) return;
  const bool is_plain = strcspn(text, ".eE") == length;
  if (!json_number(text, length, is_plain && kind != SCHEMA_NUMBER, &number)) return;
  if (number.is_integer)
    lua_pushinteger(L, number.integer);
  else if (kind == SCHEMA_NUMBER)
    lua_pushnumber(L, number.real);
  else
    return;
  lua_replace(L, -2);
}

/* Makes room on the Lua stack for the array or object that was just opened. */
static void reserve_level(Builder *builder) {
  if (builder->reader.levels <= builder->levels) return;
  luaL_checkstack(builder->L, LEVELS_AT_ONCE * LEVEL_SLOTS, NULL);
  builder->levels += LEVELS_AT_ONCE;
}

/* Moves the `count` items on top of the stack into a new table in the slot below them. */
static void gather_items(lua_State *L, int count) {
  const int table = lua_gettop(L) - count;
  lua_createtable(L, count, 0);
  lua_replace(L, table);
  for (int i = count; i >= 1; i--)
    lua_rawseti(L, table, i);
}

static bool read_array(Builder *builder, const Schema *element) {
  lua_State *L = builder->L;
  lua_Integer count = 0;
  bool has_item;
  reserve_level(builder);
  lua_pushnil(L); /* the slot for the table */
  if (!json_first_item(&builder->reader, &has_item)) return false;
  while (has_item) {
    if (count == MAX_WAITING) gather_items(L, MAX_WAITING);
    if (!read_value(builder, element)) return false;
    count++;
    if (count > MAX_WAITING) lua_rawseti(L, -2, count);
    if (!json_next_item(&builder->reader, &has_item)) return false;
  }
  if (count <= MAX_WAITING) gather_items(L, (int)count);
  lua_pushvalue(L, builder->array_metatable);
  lua_setmetatable(L, -2);
  return true;
}

/*
** The members of an object that is being read: pairs of name and value on top of the stack, later
** in the object's table.
*/
typedef struct Members {
  int table;                        /* stack index of the table or of the slot for it, which is below the pairs */
  int waiting;                      /* number of pairs on the stack */
  bool has_table;                   /* no pairs are on the stack */
  unsigned char marks[MAX_WAITING]; /* of the waiting undeclared names: equal names have equal marks */
} Members;

/* Starts an object; pushes the slot for its table. */
static void begin_members(Builder *builder, Members *members) {
  reserve_level(builder);
  lua_pushnil(builder->L);
  members->table = lua_gettop(builder->L);
  members->waiting = 0;
  members->has_table = false;
  memset(members->marks, 0, sizeof members->marks); /* marks of declared names stay zero */
}

/* Moves the pairs on the stack into a new table. */
static void gather_members(lua_State *L, Members *members) {
  lua_createtable(L, 0, members->waiting);
  lua_replace(L, members->table);
  for (; members->waiting > 0; members->waiting--)
    lua_rawset(L, members->table);
  members->has_table = true;
}

/* Adds the pair on top of the stack. */
static void add_member(lua_State *L, Members *members) {
  if (members->has_table) {
    lua_rawset(L, members->table);
    return;
  }
  members->waiting++;
  if (members->waiting == MAX_WAITING) gather_members(L, members);
}

static void end_members(lua_State *L, Members *members) {
  if (!members->has_table) gather_members(L, members);
}

/* Returns a byte that is equal for equal names, whether they are written with escapes or not. */
static unsigned char mark_of(lua_State *L, const JsonToken *name) {
  const char *text = name->start;
  size_t length = name->length;
  if (!name->is_plain) text = lua_tolstring(L, -1, &length);
  if (length == 0) return 0;
  const size_t first = (unsigned char)text[0];
  const size_t last = (unsigned char)text[length - 1];
  return (unsigned char)(length + first * 5 + last * 11);
}

/*
** Returns true if a waiting member has the name on top of the stack. Only names with equal marks
** are compared.
*/
static bool is_waiting(lua_State *L, Members *members, unsigned char mark) {
  for (int i = 0; i < members->waiting; i++)
    if (members->marks[i] == mark && lua_rawequal(L, -1, members->table + 1 + 2 * i)) return true;
  members->marks[members->waiting] = mark;
  return false;
}

/* Pushes the name of an undeclared member. */
static bool push_name(Builder *builder, Members *members, const JsonToken *name) {
  lua_State *L = builder->L;
  push_string(L, name);
  const bool is_repeated =
    members->has_table ? marshal_has_key(L, members->table) : is_waiting(L, members, mark_of(L, name));
  return !is_repeated || fail(builder, name, "a repeated member");
}

/*
** Reads an undeclared member after its name. Inline: a function of its own would add a frame to
** the stack for every level of nesting.
*/
static inline __attribute__((always_inline)) bool read_undeclared(Builder *builder, Members *members,
                                                                  const JsonToken *name, const Schema *element) {
  if (!push_name(builder, members, name) || !read_value(builder, element)) return false;
  add_member(builder->L, members);
  return true;
}

bool builder_add_undeclared(Builder *builder, const JsonToken *name, int table) {
  Members members = {.table = table, .has_table = true};
  return read_undeclared(builder, &members, name, &schema_any);
}

static bool read_free_object(Builder *builder, const Schema *element) {
  Members members;
  JsonToken name;
  bool has_member;
  begin_members(builder, &members);
  if (!json_first_member(&builder->reader, &has_member, &name)) return false;
  while (has_member) {
    if (!read_undeclared(builder, &members, &name, element)) return false;
    if (!json_next_member(&builder->reader, &has_member, &name)) return false;
  }
  end_members(builder->L, &members);
  return true;
}

/* Finds the declaration of the current member, whose name may have escapes. */
static const SchemaMember *find_member(lua_State *L, MemberWalk *walk) {
  const JsonToken *name = &walk->name;
  if (name->is_plain) return schema_member(walk->schema, name->start, name->length, &walk->next);
  size_t length;
  push_unescaped(L, name);
  const char *text = lua_tolstring(L, -1, &length);
  const SchemaMember *member = schema_member(walk->schema, text, length, &walk->next);
  lua_pop(L, 1);
  return member;
}

/* Looks up the member whose name was just read. */
static inline bool check_member(Builder *builder, MemberWalk *walk) {
  if (!walk->has_member) return true;
  walk->member = find_member(builder->L, walk);
  if (walk->member == NULL) return true;
  walk->index = walk->next - 1;
  const uint64_t bit = UINT64_C(1) << walk->index;
  if ((walk->seen & bit) != 0) return fail(builder, &walk->name, "a repeated member");
  walk->seen |= bit;
  return true;
}

bool builder_first_member(Builder *builder, MemberWalk *walk, const Schema *schema) {
  walk->schema = schema;
  walk->next = 0;
  walk->seen = 0;
  return json_first_member(&builder->reader, &walk->has_member, &walk->name) && check_member(builder, walk);
}

bool builder_next_member(Builder *builder, MemberWalk *walk) {
  return json_next_member(&builder->reader, &walk->has_member, &walk->name) && check_member(builder, walk);
}

/*
** Reads a declared member after its name; null leaves it absent. The table of names is below the
** slot for the object's.
*/
static bool read_declared(Builder *builder, Members *members, const MemberWalk *walk) {
  JsonToken value;
  if (!json_value(&builder->reader, &value)) return false;
  if (value.type == JSON_NULL) return true;
  lua_rawgeti(builder->L, members->table - 1, (lua_Integer)walk->index + 1);
  if (!builder_push_value(builder, &value, walk->member->type)) return false;
  add_member(builder->L, members);
  return true;
}

static bool read_declared_object(Builder *builder, const Schema *schema) {
  lua_State *L = builder->L;
  Members members;
  MemberWalk walk;
  marshal_push_names(L, schema);
  begin_members(builder, &members);
  if (!builder_first_member(builder, &walk, schema)) return false;
  while (walk.has_member) {
    const bool read = walk.member != NULL ? read_declared(builder, &members, &walk)
                                          : read_undeclared(builder, &members, &walk.name, &schema_any);
    if (!read || !builder_next_member(builder, &walk)) return false;
  }
  end_members(L, &members);
  lua_replace(L, members.table - 1);
  return true;
}

static bool read_object(Builder *builder, const Schema *schema) {
  if (schema->kind == SCHEMA_OBJECT) return read_declared_object(builder, schema);
  return read_free_object(builder, schema->kind == SCHEMA_MAP ? schema->element : &schema_any);
}

bool builder_push_value(Builder *builder, const JsonToken *token, const Schema *schema) {
  lua_State *L = builder->L;
  switch (token->type) {
    case JSON_NULL: marshal_push_null(L); return true;
    case JSON_FALSE: lua_pushboolean(L, 0); return true;
    case JSON_TRUE: lua_pushboolean(L, 1); return true;
    case JSON_NUMBER: return push_number(builder, token, schema->kind);
    case JSON_STRING:
      push_string(L, token);
      if (is_integer_kind(schema->kind) || schema->kind == SCHEMA_NUMBER) convert_to_number(L, schema->kind);
      return true;
    case JSON_ARRAY: return read_array(builder, schema->kind == SCHEMA_ARRAY ? schema->element : &schema_any);
    case JSON_OBJECT: return read_object(builder, schema);
  }
  return false;
}

void builder_begin(Builder *builder, lua_State *L, const char *text, size_t length, int slots) {
  luaL_checkstack(L, slots + 8, NULL);
  builder->L = L;
  builder->levels = 0;
  json_begin(&builder->reader, text, length);
  marshal_push_array_metatable(L);
  builder->array_metatable = lua_gettop(L);
}

void builder_push_problem(const Builder *builder) {
  const JsonProblem *problem = &builder->reader.problem;
  lua_pushfstring(builder->L, "%s at byte %I", problem->message, (lua_Integer)problem->offset + 1);
}

bool marshal_read(lua_State *L, const char *text, size_t length, const Schema *schema) {
  const int base = lua_gettop(L) + 1;
  Builder builder;
  builder_begin(&builder, L, text, length, 0);
  const bool read = read_value(&builder, schema) && json_finish(&builder.reader);
  if (!read) builder_push_problem(&builder);
  lua_replace(L, base);
  lua_settop(L, base);
  return read;
}
