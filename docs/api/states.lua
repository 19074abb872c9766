--- The states of a job, in order, without the JOB_STATE_ before each. What has come to its end is in
--- lua/bytenite/jobs/states.lua.
return {
  { "NEW", "a draft: it may still be changed" },
  { "STARTED", "accepted to run" },
  { "UPLOADING", "on its way to a partitioner" },
  { "PARTITIONING", "the partitioner is running" },
  { "PARTITIONED", "the chunks exist, the tasks are running" },
  { "TASKS_COMPLETED", "all tasks are done" },
  { "MERGING", "the assembler is running" },
  { "MERGED", "the assembler is done" },
  { "DOWNLOADING", "the output is on its way to its destination" },
  { "COMPLETE", "final: the job succeeded" },
  { "FAILED", "final: the job failed; see `errorMessage`" },
}
