/*
** marshal_write.c: writes Lua values as JSON, checked by schema.
**
** The tables that are being written stay on the Lua stack with their keys, so the names in `path`
** stay alive. After a refusal the stack is unchanged, with a message on top. Tables are read raw:
** no metamethod runs.
*/
#include "binding/marshal_write.h"

#include <lauxlib.h>
#include <string.h>

#include "binding/box.h"
#include "binding/marshal.h"
#include "json/write.h"

static bool write_value(Writer *writer, int index, const Schema *schema);

static bool check_written(Writer *writer, JsonWritten written) {
  switch (written) {
    case JSON_WRITTEN: return true;
    case JSON_NOT_UTF8: return writer_refuse(writer, "cannot write a string that is not UTF-8");
    case JSON_NOT_FINITE: return writer_refuse(writer, "cannot write NaN or an infinity: JSON has no such numbers");
    case JSON_NO_MEMORY: break;
  }
  raise_no_memory(writer->L);
}

static bool write_literal(Writer *writer, const char *literal) {
  return check_written(writer, buffer_append_text(writer->out, literal) ? JSON_WRITTEN : JSON_NO_MEMORY);
}

static bool write_byte(Writer *writer, char byte) {
  return check_written(writer, buffer_append_byte(writer->out, byte) ? JSON_WRITTEN : JSON_NO_MEMORY);
}

static bool write_string(Writer *writer, int index) {
  size_t length;
  const char *text = lua_tolstring(writer->L, index, &length);
  return check_written(writer, json_write_string(writer->out, text, length));
}

static bool write_number(Writer *writer, int index) {
  lua_State *L = writer->L;
  if (lua_isinteger(L, index)) return check_written(writer, json_write_integer(writer->out, lua_tointeger(L, index)));
  return check_written(writer, json_write_real(writer->out, lua_tonumber(L, index)));
}

/* Enters a table. */
static bool enter(Writer *writer, int index) {
  if (writer->levels == writer->max_levels) return writer_refuse_depth(writer);
  luaL_checkstack(writer->L, 8, "too many levels of tables");
  Step *step = &writer->path[writer->levels++];
  step->table = lua_topointer(writer->L, index);
  step->schema = NULL;
  return true;
}

static Step *last_step(Writer *writer) {
  return &writer->path[writer->levels - 1];
}

static bool leave(Writer *writer, char bracket) {
  writer->levels--;
  return write_byte(writer, bracket);
}

/* Returns true if every key of the table is one of 1..count. */
static bool has_only_items(lua_State *L, int index, lua_Integer count) {
  lua_Integer keys = 0;
  for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
    keys++;
    if (lua_isinteger(L, -2) && lua_tointeger(L, -2) >= 1 && lua_tointeger(L, -2) <= count) continue;
    lua_pop(L, 2);
    return false;
  }
  return keys == count;
}

static bool write_items(Writer *writer, int index, const Schema *element) {
  lua_State *L = writer->L;
  const lua_Integer count = (lua_Integer)lua_rawlen(L, index);
  if (!has_only_items(L, index, count)) return writer_refuse_keys(writer, index);
  if (!enter(writer, index)) return false;
  if (!write_byte(writer, '[')) return false;
  for (lua_Integer i = 1; i <= count; i++) {
    if (i > 1 && !write_byte(writer, ',')) return false;
    last_step(writer)->name = NULL;
    last_step(writer)->index = i;
    lua_rawgeti(L, index, i);
    if (!write_value(writer, lua_gettop(L), element)) return false;
    lua_pop(L, 1);
  }
  return leave(writer, ']');
}

static bool write_array(Writer *writer, int index, const Schema *element) {
  if (lua_istable(writer->L, index)) return write_items(writer, index, element);
  return write_literal(writer, "[]"); /* lua-cjson's empty_array is not a table */
}

/* Starts a member, with a comma unless it is the first, and stores its name in the path. */
static bool begin_member(Writer *writer, const char *name, size_t length, bool *first) {
  Step *step = last_step(writer);
  step->name = name;
  step->length = length;
  if (*first) {
    *first = false;
    return true;
  }
  return write_byte(writer, ',');
}

/* Writes an undeclared member, whose key and value are on top of the stack. */
static bool write_free_member(Writer *writer, const Schema *type, bool *first) {
  lua_State *L = writer->L;
  const int value = lua_gettop(L);
  size_t length;
  const char *name = lua_tolstring(L, value - 1, &length);
  return begin_member(writer, name, length, first) && write_string(writer, value - 1) && write_byte(writer, ':') &&
         write_value(writer, value, type);
}

/* Writes the members of a free-form object or map. */
static bool write_free_members(Writer *writer, int index, const Schema *element) {
  lua_State *L = writer->L;
  bool first = true;
  for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
    if (lua_type(L, -2) != LUA_TSTRING) {
      writer->levels--;
      return writer_refuse_keys(writer, index);
    }
    if (!write_free_member(writer, element, &first)) return false;
  }
  return true;
}

/*
** Stack indices of the values of an object's declared members, in the order of the declaration; 0
** for absent ones.
*/
typedef struct Places {
  int at[SCHEMA_MAX_MEMBERS];
  bool has_others, has_declared;
} Places;

/*
** Takes the key and value that lua_next has pushed. Refuses a key that is not a name or looks
** misspelled, and a member that occurs twice: then a finalizer has changed the table. Leaves the
** value of a declared member on the stack, with the key below it and again above it, where lua_next
** needs it.
*/
static bool place_member(Writer *writer, int index, const Schema *schema, size_t *expected, Places *places) {
  lua_State *L = writer->L;
  if (lua_type(L, -2) != LUA_TSTRING) {
    writer->levels--;
    return writer_refuse_keys(writer, index);
  }
  size_t length;
  const char *name = lua_tolstring(L, -2, &length);
  const SchemaMember *member = schema_member(schema, name, length, expected);
  if (member == NULL) {
    places->has_others = true;
    lua_pop(L, 1);
    return writer_check_name(writer, schema, name, length);
  }
  if (places->at[*expected - 1] != 0) {
    writer->levels--;
    return writer_refuse(writer, "cannot write a table that is changed meanwhile");
  }
  places->has_declared = true;
  places->at[*expected - 1] = lua_gettop(L);
  lua_pushvalue(L, -2);
  return true;
}

/* Pushes the values of the declared members, and checks that all required ones are present. */
static bool place_members(Writer *writer, int index, const Schema *schema, Places *places) {
  lua_State *L = writer->L;
  size_t expected = 0;
  memset(places->at, 0, schema->count * sizeof places->at[0]);
  places->has_others = places->has_declared = false;
  luaL_checkstack(L, 2 * (int)schema->count + 8, "too many levels of tables");
  lua_pushnil(L);
  while (lua_next(L, index))
    if (!place_member(writer, index, schema, &expected, places)) return false;
  for (size_t i = 0; i < schema->count; i++) {
    if (places->at[i] != 0 || !schema->members[i].required) continue;
    writer->levels--;
    lua_pushfstring(L, "member \"%s\" is required", schema->members[i].name);
    return writer_refuse_with_top(writer);
  }
  return true;
}

/* Writes the undeclared members. */
static bool write_others(Writer *writer, int index, const Schema *schema, bool *first) {
  lua_State *L = writer->L;
  for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
    size_t next = 0;
    size_t length;
    const char *name = lua_tolstring(L, -2, &length);
    if (schema_member(schema, name, length, &next) != NULL) continue;
    if (!write_free_member(writer, &schema_any, first)) return false;
  }
  return true;
}

/* Writes the declared members in the order of their declaration, then the undeclared ones. */
static bool write_declared_members(Writer *writer, int index, const Schema *schema) {
  lua_State *L = writer->L;
  const int top = lua_gettop(L);
  Places places;
  bool first = true;
  last_step(writer)->schema = schema;
  if (!place_members(writer, index, schema, &places)) return false;
  if (places.has_others && schema == &schema_job_params && !places.has_declared &&
      !writer_check_params(writer, index, schema))
    return false;
  for (size_t i = 0; i < schema->count; i++) {
    const SchemaMember *member = &schema->members[i];
    if (places.at[i] == 0) continue;
    if (!begin_member(writer, member->name, member->length, &first)) return false;
    if (!check_written(writer, json_write_plain_name(writer->out, member->name, member->length))) return false;
    if (!write_value(writer, places.at[i], member->type)) return false;
  }
  lua_settop(L, top);
  return !places.has_others || write_others(writer, index, schema, &first);
}

static bool write_object(Writer *writer, int index, const Schema *schema) {
  if (!enter(writer, index)) return false;
  if (!write_byte(writer, '{')) return false;
  const Schema *element = schema->kind == SCHEMA_MAP ? schema->element : &schema_any;
  const bool written = schema->kind == SCHEMA_OBJECT ? write_declared_members(writer, index, schema)
                                                     : write_free_members(writer, index, element);
  return written && leave(writer, '}');
}

/* Refuses a possible null of another library: it must not be written as {}. */
static bool refuse_foreign(Writer *writer) {
  return writer_refuse(writer,
                       "cannot write a table with a mark of another JSON library: use bytenite.null or bytenite.array");
}

static bool refuse_hidden(Writer *writer) {
  return writer_refuse(writer, "cannot write a table with __pairs: copy it into a plain one");
}

static bool write_table(Writer *writer, int index) {
  switch (marshal_table_kind(writer->L, index)) {
    case TABLE_ARRAY: return write_array(writer, index, &schema_any);
    case TABLE_HIDDEN: return refuse_hidden(writer);
    case TABLE_FOREIGN: return refuse_foreign(writer);
    default: return write_object(writer, index, &schema_any);
  }
}

static bool write_any(Writer *writer, int index) {
  lua_State *L = writer->L;
  switch (lua_type(L, index)) {
    case LUA_TSTRING: return write_string(writer, index);
    case LUA_TNUMBER: return write_number(writer, index);
    case LUA_TBOOLEAN: return write_literal(writer, lua_toboolean(L, index) ? "true" : "false");
    case LUA_TTABLE: return write_table(writer, index);
    case LUA_TLIGHTUSERDATA:
      if (marshal_is_null(L, index)) return write_literal(writer, "null");
      if (marshal_is_array(L, index)) return write_array(writer, index, &schema_any);
      break;
    default: break;
  }
  lua_pushfstring(L, "cannot write a %s", luaL_typename(L, index));
  return writer_refuse_with_top(writer);
}

static bool write_declared_object(Writer *writer, int index, const Schema *schema) {
  const TableKind kind = lua_istable(writer->L, index) ? marshal_table_kind(writer->L, index) : TABLE_ARRAY;
  if (kind == TABLE_OBJECT) return write_object(writer, index, schema);
  if (kind == TABLE_HIDDEN) return refuse_hidden(writer);
  if (kind == TABLE_FOREIGN) return refuse_foreign(writer);
  return writer_refuse_type(writer, index, "an object (a table with named members)");
}

static bool write_declared_array(Writer *writer, int index, const Schema *schema) {
  lua_State *L = writer->L;
  if (!lua_istable(L, index) && !marshal_is_array(L, index)) return writer_refuse_type(writer, index, "a list");
  if (lua_istable(L, index) && marshal_table_kind(L, index) == TABLE_FOREIGN) return refuse_foreign(writer);
  return write_array(writer, index, schema->element);
}

/*
** Converts a string of decimal digits, which may have a minus sign. Returns false for any other
** string.
*/
static bool decimal_string(lua_State *L, int index, lua_Integer *integer) {
  size_t length;
  const char *text = lua_tolstring(L, index, &length);
  const size_t digits = length > 0 && text[0] == '-' ? 1 : 0;
  if (length == digits || strspn(text + digits, "0123456789") != length - digits) return false;
  int is_integer;
  if (lua_stringtonumber(L, text) == 0) return false;
  *integer = lua_tointegerx(L, -1, &is_integer);
  const bool exact = is_integer && lua_isinteger(L, -1); /* too many digits make a float */
  lua_pop(L, 1);
  return exact;
}

static bool write_declared_integer(Writer *writer, int index, const Schema *schema) {
  lua_State *L = writer->L;
  const bool is_uint32 = schema->kind == SCHEMA_UINT32;
  lua_Integer integer = 0;
  int known = 0;
  if (lua_type(L, index) == LUA_TNUMBER)
    integer = lua_tointegerx(L, index, &known);
  else if (lua_type(L, index) == LUA_TSTRING)
    known = decimal_string(L, index, &integer);
  if (!known || (is_uint32 && (integer < 0 || integer > UINT32_MAX)))
    return writer_refuse_type(writer, index, is_uint32 ? "an integer from 0 to 4294967295" : "an integer");
  if (lua_type(L, index) == LUA_TSTRING) return write_string(writer, index); /* the service accepts both */
  return check_written(writer, json_write_integer(writer->out, integer));
}

static bool write_declared_scalar(Writer *writer, int index, const Schema *schema) {
  lua_State *L = writer->L;
  const int type = lua_type(L, index);
  switch (schema->kind) {
    case SCHEMA_STRING:
      if (type == LUA_TSTRING) return write_string(writer, index);
      return writer_refuse_type(writer, index, "a string");
    case SCHEMA_ENUM:
      if (type == LUA_TSTRING || lua_isinteger(L, index)) return write_any(writer, index);
      return writer_refuse_type(writer, index, "a name");
    case SCHEMA_BOOLEAN:
      if (type == LUA_TBOOLEAN) return write_any(writer, index);
      return writer_refuse_type(writer, index, "true or false");
    case SCHEMA_NUMBER:
      if (type == LUA_TNUMBER) return write_number(writer, index);
      return writer_refuse_type(writer, index, "a number");
    default: return write_declared_integer(writer, index, schema);
  }
}

static bool write_value(Writer *writer, int index, const Schema *schema) {
  if (schema->kind == SCHEMA_ANY) return write_any(writer, index);
  if (marshal_is_null(writer->L, index) && writer->levels > 0) return write_literal(writer, "null");
  switch (schema->kind) {
    case SCHEMA_OBJECT:
    case SCHEMA_FREE_OBJECT:
    case SCHEMA_MAP: return write_declared_object(writer, index, schema);
    case SCHEMA_ARRAY: return write_declared_array(writer, index, schema);
    default: return write_declared_scalar(writer, index, schema);
  }
}

static bool write_text(lua_State *L, int index, const Schema *schema, int job, int max_levels, Buffer *out) {
  luaL_checkstack(L, 8, NULL);
  Writer writer; /* not initialised as a whole: the path is long */
  writer.L = L;
  writer.out = out;
  writer.base = lua_gettop(L);
  writer.job = job;
  writer.schema = schema;
  writer.max_levels = max_levels;
  writer.levels = 0;
  return write_value(&writer, lua_absindex(L, index), schema);
}

bool marshal_write(lua_State *L, int index, const Schema *schema, int job, Buffer *out) {
  return write_text(L, index, schema, job, MARSHAL_MAX_BODY_LEVELS, out);
}

bool marshal_encode(lua_State *L, int index, const Schema *schema, Buffer *out) {
  return write_text(L, index, schema, 0, MARSHAL_MAX_LEVELS, out);
}
