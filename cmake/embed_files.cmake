# embed_files.cmake: writes Lua files as arrays into a C header, for src/binding/embedded.c.
#
#   cmake -DROOT=lua "-DFILES=bytenite/init.lua|bytenite/client.lua" -DOUTPUT=embedded_files.h -P embed_files.cmake
cmake_minimum_required(VERSION 3.24)

string(REPLACE "|" ";" files "${FILES}")
list(SORT files)
set(texts "")
set(rows "")
set(number 0)
foreach(path ${files})
  math(EXPR number "${number} + 1")
  file(READ "${ROOT}/${path}" bytes HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
  string(REGEX REPLACE "(/init)?\\.lua$" "" name "${path}")
  string(REPLACE "/" "." name "${name}")
  string(APPEND texts "static const unsigned char text_${number}[] = {${bytes}};\n")
  string(APPEND rows "  {\"${name}\", \"@${path}\", text_${number}, sizeof text_${number}},\n")
endforeach()
file(WRITE "${OUTPUT}" "${texts}\nstatic const EmbeddedFile files[] = {\n${rows}  {NULL, NULL, NULL, 0},\n};\n")
