/*
** request.h: the one request that every row of the benchmark sends: which job, and which data source it gets.
** bytenite_loop.lua names the same values; check.lua proves, in every run, that all rows send the same.
*/
#ifndef BENCH_REQUEST_H
#define BENCH_REQUEST_H

#define SOURCE_TYPE "type.googleapis.com/bytenite.data_source.HttpDataSource"
#define SOURCE_URL "https://files.example.org/batches/7/in.txt"

/* The same as JSON. */
#define REQUEST_BODY \
  "{\"dataSource\":{\"dataSourceDescriptor\":\"url\",\"params\":{" \
  "\"@type\":\"" SOURCE_TYPE "\",\"url\":\"" SOURCE_URL "\"}}," \
  "\"dataDestination\":{\"dataSourceDescriptor\":\"bucket\"}}"

#endif
