/* Preloaded: delays a thread that sets a handler for SIGILL as the addon does, so that others come
   in between. */
#define _GNU_SOURCE 1
#include <dlfcn.h>
#include <signal.h>
#include <stddef.h>
#include <time.h>

int sigaction(int signal, const struct sigaction* action, struct sigaction* previous) {
  int (*next)(int, const struct sigaction*, struct sigaction*) =
      (int (*)(int, const struct sigaction*, struct sigaction*))dlsym(RTLD_NEXT, "sigaction");
  int result = next(signal, action, previous);
  if (signal == SIGILL && action != NULL && (action->sa_flags & SA_SIGINFO) != 0) {
    struct timespec pause = {0, 200000000};
    nanosleep(&pause, NULL);
  }
  return result;
}
