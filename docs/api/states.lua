--- The states of a job, in order, without the JOB_STATE_ before each. What has come to its end is in
--- lua/bytenite/jobs/states.lua.
return {
  { "NEW", "a draft: it may still be changed" },
  { "STARTED", "accepted to run" },
  { "UPLOADING", "on its way to a partitioner" },
  { "PARTITIONING", "the partitioner works" },
  { "PARTITIONED", "the chunks are there, the tasks run" },
  { "TASKS_COMPLETED", "all tasks are done" },
  { "MERGING", "the assembler works" },
  { "MERGED", "the assembler is done" },
  { "DOWNLOADING", "the output goes to its destination" },
  { "COMPLETE", "final: it went well" },
  { "FAILED", "final: it did not; see `errorMessage`" },
}
