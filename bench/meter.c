/*
** meter.c: what a program costs.
**
**   meter SECONDS PROGRAM [ARGUMENT...]
**
** Runs the program, which must end within SECONDS, and prints the microseconds of processor time it took (user and
** system) and those that passed. Every row of the benchmark is measured from outside, by this, and so in the same way.
*/
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { CANNOT_RUN = 127 }; /* what a shell says, too */

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

/* Becomes the program. An alarm outlives exec: the program is ended by it, whatever becomes of this process. */
static void become(unsigned int seconds, char **command) {
  alarm(seconds);
  execvp(command[0], command);
  perror(command[0]);
  _exit(CANNOT_RUN);
}

/* Waits for the program to end well. */
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
