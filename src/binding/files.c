/*
** files.c: writes files safely.
**
** Paths are opened part by part, each relative to the descriptor of its folder, and no part may be
** a symbolic link. So a planted link cannot lead out of the folder, not even during the write. A
** file is written under a temporary name and renamed when it is complete.
*/
/* openat and its relatives are POSIX; file times in nanoseconds are an extension on some systems */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "binding/files.h"

#include <errno.h>
#include <fcntl.h>
#include <lauxlib.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "binding/box.h"

static const char folder_class[] = "bytenite.folder";
static const char file_class[] = "bytenite.file";

enum { CLOSED = -1, LONGEST_NAME = 255, TEMPORARY_NAME = 48, TRIES = 10000 };

/* Permissions of new files and folders, before the process's umask. */
enum { FOLDER_MODE = 0777, FILE_MODE = 0666, PRIVATE_FOLDER_MODE = 0700, PRIVATE_FILE_MODE = 0600, NO_CREATION = 0 };

typedef struct Folder {
  int descriptor;
  bool is_private; /* new files and folders are for their owner only */
} Folder;

/* A file that is being written. */
typedef struct File {
  int folder; /* descriptors */
  int descriptor;
  pid_t process; /* that created it: a forked child must not remove the file */
  bool is_temporary;
  long long size; /* bytes written */
  char temporary[TEMPORARY_NAME];
  char name[LONGEST_NAME + 1];
} File;

/* Returns nil, the system's message for errno, and errno, as Lua's own functions for files do. */
static int return_errno(lua_State *L) {
  const int code = errno;
  lua_pushnil(L);
  lua_pushstring(L, strerror(code));
  lua_pushinteger(L, code);
  return 3;
}

static mode_t folder_mode(const Folder *folder) {
  return folder->is_private ? PRIVATE_FOLDER_MODE : FOLDER_MODE;
}

/* Closes a descriptor, if it is open. Keeps errno. */
static void close_descriptor(int *descriptor) {
  const int problem = errno;
  if (*descriptor != CLOSED) close(*descriptor);
  *descriptor = CLOSED;
  errno = problem;
}

static int folder_collect(lua_State *L) {
  close_descriptor(&((Folder *)class_check(L, 1, folder_class))->descriptor);
  return 0;
}

/* Creates the parents of a folder. Ignores errors, because opening the folder will report them. */
static void make_parents(const char *path, mode_t mode, Buffer *parent) {
  for (const char *slash = path; (slash = strchr(slash, '/')) != NULL; slash++) {
    buffer_reset(parent, SIZE_MAX);
    if (slash > path && buffer_append(parent, path, (size_t)(slash - path))) mkdir(parent->data, mode);
  }
}

int files_folder(lua_State *L) {
  const char *path = luaL_checkstring(L, 1);
  const bool is_private = lua_toboolean(L, 2);
  const mode_t mode = is_private ? PRIVATE_FOLDER_MODE : FOLDER_MODE;
  Buffer *parent = buffer_push(L);
  make_parents(path, mode, parent);
  buffer_free(parent);
  Folder *folder = lua_newuserdatauv(L, sizeof *folder, 0);
  *folder = (Folder){.descriptor = CLOSED, .is_private = is_private};
  luaL_setmetatable(L, folder_class);
  if (mkdir(path, mode) != 0 && errno != EEXIST) return return_errno(L);
  folder->descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return folder->descriptor != CLOSED ? 1 : return_errno(L);
}

/* Pushes nil and the reason why a file could not be created. */
static int return_walk_problem(lua_State *L) {
  if (errno != ENOTDIR && errno != ELOOP) return return_errno(L);
  lua_pushliteral(L, "a part of its path is a file or a symbolic link");
  return return_problem(L);
}

/*
** Opens a folder inside a folder, and creates it with a mode unless that is NO_CREATION. Returns
** CLOSED on failure.
*/
static int open_inner(int parent, const char *name, mode_t mode) {
  if (mode != NO_CREATION && mkdirat(parent, name, mode) != 0 && errno != EEXIST) return CLOSED;
  return openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* Copies one part of a path. Returns false if it is empty, too long, "." or "..". */
static bool copy_part(char *part, const char *path, size_t length) {
  if (length == 0 || length > LONGEST_NAME) return false;
  memcpy(part, path, length);
  part[length] = '\0';
  return strcmp(part, ".") != 0 && strcmp(part, "..") != 0;
}

/*
** Opens the folder that contains a file, or will contain it, and sets the file's folder and name.
** Creates missing folders with a mode unless that is NO_CREATION.
*/
static bool walk(File *file, const Folder *from, const char *path, mode_t mode) {
  errno = EINVAL;
  file->folder = fcntl(from->descriptor, F_DUPFD_CLOEXEC, 0);
  while (file->folder != CLOSED) {
    const size_t length = strcspn(path, "/");
    if (!copy_part(file->name, path, length)) {
      errno = length > LONGEST_NAME ? ENAMETOOLONG : EINVAL;
      return false;
    }
    path += length;
    if (*path == '\0') return true;
    path++;
    const int inner = open_inner(file->folder, file->name, mode);
    close_descriptor(&file->folder);
    file->folder = inner;
  }
  return false;
}

/*
** Gets the status of the current owner of the file's name; does not follow a symbolic link. Returns
** false if the name is free.
*/
static bool find_occupant(const File *file, struct stat *status) {
  return fstatat(file->folder, file->name, status, AT_SYMLINK_NOFOLLOW) == 0;
}

/*
** Creates a file under an unused temporary name. A file that will replace another one is private
** until it gets the mode of that file.
*/
static bool open_temporary(File *file, mode_t wanted) {
  struct stat occupant;
  const mode_t mode = find_occupant(file, &occupant) && S_ISREG(occupant.st_mode) ? PRIVATE_FILE_MODE : wanted;
  for (int i = 1; i <= TRIES && !file->is_temporary; i++) {
    snprintf(file->temporary, sizeof file->temporary, ".bytenite-%ld-%d.part", (long)file->process, i);
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    file->descriptor = openat(file->folder, file->temporary, flags, mode);
    file->is_temporary = file->descriptor != CLOSED;
    if (!file->is_temporary && errno != EEXIST) break;
  }
  return file->is_temporary;
}

static const char *check_path(lua_State *L) {
  size_t length;
  const char *path = luaL_checklstring(L, 2, &length);
  luaL_argcheck(L, strlen(path) == length, 2, "a NUL in it");
  return path;
}

/*
** folder:create(path): creates a file below the folder, and its parents. Returns the file, or nil
** and the reason.
*/
static int folder_create(lua_State *L) {
  const Folder *folder = class_check(L, 1, folder_class);
  const char *path = check_path(L);
  File *file = lua_newuserdatauv(L, sizeof *file, 0);
  *file = (File){.folder = CLOSED, .descriptor = CLOSED, .process = getpid()};
  luaL_setmetatable(L, file_class);
  const mode_t mode = folder->is_private ? PRIVATE_FILE_MODE : FILE_MODE;
  if (walk(file, folder, path, folder_mode(folder)) && open_temporary(file, mode)) return 1;
  close_descriptor(&file->folder); /* now, not when the file is collected */
  return return_walk_problem(L);
}

/*
** folder:kind(path): returns "file", "folder" or "other" for a path below the folder, and the size
** of a file in bytes; nil if the path does not exist; false and the reason if that is unknown.
*/
static int folder_kind(lua_State *L) {
  const Folder *folder = class_check(L, 1, folder_class);
  File file = {.folder = CLOSED, .descriptor = CLOSED};
  struct stat status;
  const bool is_there = walk(&file, folder, check_path(L), NO_CREATION) && find_occupant(&file, &status);
  close_descriptor(&file.folder);
  if (is_there) {
    lua_pushstring(L, S_ISREG(status.st_mode) ? "file" : S_ISDIR(status.st_mode) ? "folder" : "other");
    lua_pushinteger(L, (lua_Integer)status.st_size);
    return 2;
  }
  if (errno == ENOENT) return 0;
  return_walk_problem(L);
  lua_pushboolean(L, 0);
  lua_replace(L, -3);
  return 2;
}

/*
** folder:make(path): creates a folder below the folder, and its parents. Returns true, or nil and
** the reason.
*/
static int folder_make(lua_State *L) {
  const Folder *folder = class_check(L, 1, folder_class);
  const mode_t mode = folder_mode(folder);
  File file = {.folder = CLOSED, .descriptor = CLOSED};
  int made = CLOSED;
  if (walk(&file, folder, check_path(L), mode)) made = open_inner(file.folder, file.name, mode);
  close_descriptor(&file.folder);
  if (made == CLOSED) return return_walk_problem(L);
  close_descriptor(&made);
  lua_pushboolean(L, 1);
  return 1;
}

/* file:discard(): closes and removes the file. Does nothing after a commit. */
static int file_discard(lua_State *L) {
  File *file = class_check(L, 1, file_class);
  if (file->is_temporary && file->process == getpid()) unlinkat(file->folder, file->temporary, 0);
  file->is_temporary = false;
  close_descriptor(&file->descriptor);
  close_descriptor(&file->folder);
  return 0;
}

static bool write_all(int descriptor, const char *bytes, size_t count) {
  while (count > 0) {
    const ssize_t written = write(descriptor, bytes, count);
    if (written < 0 && errno != EINTR) return false;
    if (written <= 0) continue;
    bytes += written;
    count -= (size_t)written;
  }
  return true;
}

/* file:write(bytes): returns true, or nil and the reason. */
static int file_write(lua_State *L) {
  File *file = class_check(L, 1, file_class);
  size_t count;
  const char *bytes = luaL_checklstring(L, 2, &count);
  if (!write_all(file->descriptor, bytes, count)) return return_errno(L);
  file->size += (long long)count;
  lua_pushboolean(L, 1);
  return 1;
}

/* file:size(): returns the number of bytes written. */
static int file_size(lua_State *L) {
  lua_pushinteger(L, ((const File *)class_check(L, 1, file_class))->size);
  return 1;
}

/* file:restart(): truncates the file. Returns true, or nil and the reason. */
static int file_restart(lua_State *L) {
  File *file = class_check(L, 1, file_class);
  if (ftruncate(file->descriptor, 0) != 0 || lseek(file->descriptor, 0, SEEK_SET) != 0) return return_errno(L);
  file->size = 0;
  lua_pushboolean(L, 1);
  return 1;
}

/* Pushes a text that identifies a file on this system. */
static void push_identity(lua_State *L, const struct stat *status) {
  char text[64];
  snprintf(text, sizeof text, "%ju:%ju", (uintmax_t)status->st_dev, (uintmax_t)status->st_ino);
  lua_pushstring(L, text);
}

/* file:occupant(): returns the identity of the file that has the name now, or nil. */
static int file_occupant(lua_State *L) {
  const File *file = class_check(L, 1, file_class);
  struct stat status;
  if (!find_occupant(file, &status)) return 0;
  push_identity(L, &status);
  return 1;
}

static bool replace_name(const File *file) {
  return renameat(file->folder, file->temporary, file->folder, file->name) == 0;
}

/*
** Gives the file its name unless the name is in use. A hard link cannot replace anything; if the
** file system has no hard links, a file that appears at this moment would be replaced.
*/
static bool take_name(File *file) {
  if (linkat(file->folder, file->temporary, file->folder, file->name, 0) == 0)
    return unlinkat(file->folder, file->temporary, 0) == 0;
  if (errno == EEXIST) return false;
  struct stat status;
  if (find_occupant(file, &status)) {
    errno = EEXIST;
    return false;
  }
  return replace_name(file);
}

/* Gives the file the mode of the file that it will replace. */
static bool keep_mode(const File *file) {
  struct stat status;
  if (!find_occupant(file, &status) || !S_ISREG(status.st_mode)) return true;
  return fchmod(file->descriptor, status.st_mode & 0777) == 0;
}

/*
** file:commit(replaces): gives the file its name. If it `replaces` an existing file, it gets the
** mode of that file; a symbolic link is replaced, not followed. Otherwise fails if the name is in
** use. Returns the file's identity, or nil and the reason.
*/
static int file_commit(lua_State *L) {
  File *file = class_check(L, 1, file_class);
  const bool replaces = lua_toboolean(L, 2);
  struct stat status;
  if (fstat(file->descriptor, &status) != 0 || (replaces && !keep_mode(file))) return return_errno(L);
  const int closed = close(file->descriptor); /* network file systems report a full disk here */
  file->descriptor = CLOSED;
  if (closed != 0) return return_errno(L);
  if (!(replaces ? replace_name(file) : take_name(file))) return return_errno(L);
  file->is_temporary = false;
  push_identity(L, &status);
  return 1;
}

#ifdef __APPLE__
#define CHANGED(status) ((status).st_mtimespec)
#else
#define CHANGED(status) ((status).st_mtim)
#endif

/* Gets the status of the file or path at stack index 1. Returns false and sets errno on failure. */
static bool get_status(lua_State *L, struct stat *status) {
  if (lua_type(L, 1) == LUA_TSTRING) return stat(lua_tostring(L, 1), status) == 0;
  const luaL_Stream *stream = luaL_checkudata(L, 1, LUA_FILEHANDLE);
  luaL_argcheck(L, stream->closef != NULL, 1, "a closed file");
  return fstat(fileno(stream->f), status) == 0;
}

int files_stamp(lua_State *L) {
  struct stat status;
  if (!get_status(L, &status)) return return_errno(L);
  if (!S_ISREG(status.st_mode)) {
    lua_pushliteral(L, "it is no regular file");
    return return_problem(L);
  }
  char text[96];
  snprintf(text, sizeof text, "%jd %jd.%09ld", (intmax_t)status.st_size, (intmax_t)CHANGED(status).tv_sec,
           (long)CHANGED(status).tv_nsec);
  lua_pushinteger(L, (lua_Integer)status.st_size);
  lua_pushstring(L, text);
  return 2;
}

int files_permissions(lua_State *L) {
  struct stat status;
  if (!get_status(L, &status)) return return_errno(L);
  lua_pushinteger(L, (lua_Integer)(status.st_mode & 07777));
  return 1;
}

static const luaL_Reg folder_methods[] = {
  {"create", folder_create},
  {"kind", folder_kind},
  {"make", folder_make},
  {NULL, NULL},
};

static const luaL_Reg file_methods[] = {
  {"write", file_write},
  {"size", file_size},
  {"restart", file_restart},
  {"occupant", file_occupant},
  {"commit", file_commit},
  {"discard", file_discard},
  {NULL, NULL},
};

void files_register(lua_State *L) {
  class_register(L, folder_class, folder_methods, &(ClassEndings){.collect = folder_collect, .close = folder_collect});
  class_register(L, file_class, file_methods, &(ClassEndings){.collect = file_discard, .close = file_discard});
}
