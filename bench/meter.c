/*
** meter.c: measures a program.
**
**   meter SECONDS PROGRAM [ARGUMENT...]
**
** Runs the program, which must end within SECONDS, and prints its microseconds of processor time
** (user and system) and of wall time. Every row of the benchmark is measured by this, from outside,
** and thus in the same way.
*/
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { CANNOT_RUN = 127 }; /* like a shell */

static long long microseconds_of(struct timeval time) {
  return (long long)time.tv_sec * 1000000 + time.tv_usec;
}

static long long processor_time_of_children(void) {
  struct rusage usage;
  getrusage(RUSAGE_CHILDREN, &usage);
  return microseconds_of(usage.ru_utime) + microseconds_of(usage.ru_stime);
}

static long long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (long long)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

/* Becomes the program. An alarm survives exec: it ends the program even if this process is gone. */
static void become(unsigned int seconds, char **command) {
  alarm(seconds);
  execvp(command[0], command);
  perror(command[0]);
  _exit(CANNOT_RUN);
}

/* Waits for the program to succeed. */
static int outcome_of(pid_t program, const char *name) {
  int status;
  if (waitpid(program, &status, 0) != program) {
    perror("waitpid");
    return EXIT_FAILURE;
  }
  if (WIFSIGNALED(status)) fprintf(stderr, "%s: ended by signal %d\n", name, WTERMSIG(status));
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv) {
  const long seconds = argc > 2 ? strtol(argv[1], NULL, 10) : 0;
  if (seconds < 1 || seconds > 3600) {
    fputs("usage: meter SECONDS PROGRAM [ARGUMENT...]\n", stderr);
    return EXIT_FAILURE;
  }
  const long long begin = now();
  const pid_t program = fork();
  if (program == -1) {
    perror("fork");
    return EXIT_FAILURE;
  }
  if (program == 0) become((unsigned int)seconds, argv + 2);
  const int outcome = outcome_of(program, argv[2]);
  const long long end = now();
  if (outcome == EXIT_SUCCESS) printf("%lld %lld\n", processor_time_of_children(), end - begin);
  return outcome;
}
