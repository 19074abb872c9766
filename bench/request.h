/*
** request.h: the request that every row of the benchmark sends: the job, and its new data source.
** bytenite_loop.lua has the same values; check.lua verifies in every run that all rows send the
** same.
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
