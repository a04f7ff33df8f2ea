/*
 * `run` after the build: makes the shared state, runs the program under the library, passes
 * signals on, and cleans up. Its exit status is the program's.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "state.h"

enum { STATUS_USAGE = 64, STATUS_PANIC = 70 };

static const char* const call_names[TB_CALLS] = {
    "register_handler", "unregister_handler", "create_fd",
    "register_sender",  "unregister_sender",  "wait",
    "register_self",    "alt_stack",          "ipi_fd"};
static volatile pid_t program;
static volatile sig_atomic_t panicked;
static int state_fd = -1; /* open and locked for as long as this process lives */

static void usage(const char* problem) {
  if (problem != NULL) fprintf(stderr, "run: %s\n", problem);
  fputs(
      "usage: run [options] -- program [arguments]\n"
      "  --abi=uintr-next|rfc-v1     the kernel interface (default uintr-next)\n"
      "  --stats=FILE                write counters as JSON at the end\n"
      "  --delay-notification=USEC   a post is noticed that much later\n"
      "  --late-delivery             deliver on return from a system call or at a timer tick only\n"
      "  --refuse-waiting-flags      a kernel without CONFIG_X86_UINTR_BLOCKING\n"
      "  --lose-blocked-wakeups      accept the WAITING flags, but never wake a blocked receiver\n"
      "  --no-delivery               everything registers, no interrupt ever arrives\n"
      "  --racy-registration         two threads in register_sender at once can get the same "
      "index\n",
      stderr);
  exit(problem != NULL ? STATUS_USAGE : 0);
}

static void pass_on(int sig, siginfo_t* info, void* context) {
  (void)context;
  if (sig == TB_SIG_PANIC)
    panicked = 1;
  else if (info->si_code != SI_KERNEL && program > 0) /* the terminal has told the program itself */
    kill(program, sig);
}

/* Tells whether the pid still belongs to this run: it may have been reused. */
static int maps_state(int pid, const char* dir) {
  char path[64], line[PATH_MAX + 128];
  int found = 0;
  snprintf(path, sizeof path, "/proc/%d/maps", pid);
  FILE* f = fopen(path, "re");
  while (f != NULL && !found && fgets(line, sizeof line, f) != NULL)
    found = strstr(line, dir) != NULL;
  if (f != NULL) fclose(f);
  return found;
}

static void kill_run(const struct tb_state* s, const char* dir) {
  for (int i = 0; i < TB_MAX_PROC; i++)
    if (s->proc[i] > 0 && maps_state(s->proc[i], dir)) kill(s->proc[i], SIGKILL);
}

static struct tb_state* map_state(int fd) {
  struct tb_state* s = mmap(NULL, sizeof *s, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  return s != MAP_FAILED ? s : NULL;
}

static void remove_dir(const char* path) {
  DIR* dir = opendir(path);
  if (dir != NULL) {
    struct dirent* e;
    while ((e = readdir(dir)) != NULL)
      if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
        unlinkat(dirfd(dir), e->d_name, 0);
    closedir(dir);
  }
  rmdir(path);
}

/*
 * Ends a run whose supervisor was killed. Its program died with the supervisor, but perhaps not all
 * children did. The lock shows supervisors that live in other pid namespaces and share the
 * directory.
 */
static void end_abandoned(const char* path) {
  char file[PATH_MAX + 8];
  struct stat st;
  snprintf(file, sizeof file, "%s/state", path);
  int fd = open(file, O_RDWR | O_CLOEXEC);
  if (fd < 0) return;
  if (flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &st) == 0 && st.st_uid == getuid()) {
    struct tb_state* s = st.st_size == (off_t)sizeof *s ? map_state(fd) : NULL;
    if (s != NULL && s->magic == TB_MAGIC) kill_run(s, path);
    if (s != NULL) munmap(s, sizeof *s);
    remove_dir(path);
  }
  close(fd);
}

static void remove_stale(const char* base) {
  DIR* dir = opendir(base);
  struct dirent* e;
  while (dir != NULL && (e = readdir(dir)) != NULL) {
    int pid = 0;
    char path[PATH_MAX];
    if (sscanf(e->d_name, "uintr-testbed.%d.", &pid) == 1 && pid > 0 && kill(pid, 0) < 0 &&
        errno == ESRCH) {
      snprintf(path, sizeof path, "%s/%s", base, e->d_name);
      end_abandoned(path);
    }
  }
  if (dir != NULL) closedir(dir);
}

static struct tb_state* make_state(char dir[PATH_MAX]) {
  const char* tmp = getenv("TMPDIR");
  const char* bases[] = {"/dev/shm", tmp != NULL ? tmp : "/tmp", "/tmp"};
  char real[PATH_MAX];
  for (unsigned i = 0; i < 3; i++) {
    if (realpath(bases[i], real) == NULL || strlen(real) > 60) continue;
    remove_stale(real);
    snprintf(dir, PATH_MAX, "%.60s/uintr-testbed.%d.XXXXXX", real, (int)getpid());
    if (mkdtemp(dir) == NULL) continue;
    char path[PATH_MAX + 8];
    snprintf(path, sizeof path, "%s/state", dir);
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    struct stat st;
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 &&
        ftruncate(fd, sizeof(struct tb_state)) == 0 && fstat(fd, &st) == 0) {
      struct tb_state* s = map_state(fd);
      if (s != NULL) {
        state_fd = fd;
        s->magic = TB_MAGIC;
        s->size = sizeof *s;
        s->supervisor = getpid();
        s->dev = st.st_dev;
        return s;
      }
    }
    remove_dir(dir);
  }
  perror("run: cannot create the shared state");
  exit(71);
}

static void write_stats(const char* file, const struct tb_state* s) {
  FILE* f = fopen(file, "we");
  if (f == NULL) {
    fprintf(stderr, "run: %s: %s\n", file, strerror(errno));
    return;
  }
  const struct tb_stats* t = &s->stats;
  fprintf(f,
          "{\n  \"abi\": \"%s\",\n  \"senduipi\": %lu,\n  \"notifications\": %lu,\n  \"wakeups\": "
          "%lu,\n"
          "  \"deliveries\": %lu,\n  \"uiret\": %lu,\n  \"stui\": %lu,\n  \"clui\": %lu,\n  "
          "\"testui\": %lu,\n"
          "  \"programSystemCalls\": %lu,\n  \"systemCalls\": {",
          s->abi == TB_ABI_RFC ? "rfc-v1" : "uintr-next", t->senduipi, t->notifications, t->wakeups,
          t->deliveries, t->uiret, t->stui, t->clui, t->testui, t->syscalls);
  for (int i = 0; i < TB_CALLS; i++)
    fprintf(f, "%s\n    \"%s\": %lu", i ? "," : "", call_names[i], t->call[i]);
  fputs("\n  }\n}\n", f);
  fclose(f);
}

/* Puts our library first, and removes other builds of it: this may be a run inside a run. */
static void prepare_environment(const char* library, const char* dir) {
  char link[PATH_MAX];
  if (strpbrk(library, ": ") != NULL) { /* they separate the names in LD_PRELOAD */
    snprintf(link, sizeof link, "%.100s/" TB_LIBRARY_NAME, dir);
    if (symlink(library, link) == 0) library = link;
  }
  const char* before = getenv("LD_PRELOAD");
  char others[PATH_MAX] = "", preload[PATH_MAX * 2];
  snprintf(others, sizeof others, "%s", before != NULL ? before : "");
  int n = snprintf(preload, sizeof preload, "%s", library);
  for (char* one = strtok(others, ": "); one != NULL; one = strtok(NULL, ": "))
    if (strstr(one, TB_LIBRARY_NAME) == NULL)
      n += snprintf(preload + n, sizeof preload - (size_t)n, ":%s", one);
  setenv("LD_PRELOAD", preload, 1);
  setenv(TB_ENV_STATE, dir, 1);
}

int main(int argc, char** argv) {
  struct tb_knobs knobs = {0};
  uint32_t abi = TB_ABI_NEXT;
  const char *stats = NULL, *library = argc > 1 ? argv[1] : NULL;
  int i = 2;
  for (; i < argc && strcmp(argv[i], "--") != 0; i++) {
    const char* o = argv[i];
    char* end = NULL;
    if (strcmp(o, "--abi=uintr-next") == 0)
      abi = TB_ABI_NEXT;
    else if (strcmp(o, "--abi=rfc-v1") == 0)
      abi = TB_ABI_RFC;
    else if (strncmp(o, "--stats=", 8) == 0 && o[8])
      stats = o + 8;
    else if (strncmp(o, "--delay-notification=", 21) == 0 && o[21]) {
      knobs.delay_ns = strtoull(o + 21, &end, 10) * 1000;
      if (*end != 0) usage("--delay-notification takes microseconds");
    } else if (strcmp(o, "--late-delivery") == 0)
      knobs.late = 1;
    else if (strcmp(o, "--refuse-waiting-flags") == 0)
      knobs.refuse_waiting = 1;
    else if (strcmp(o, "--lose-blocked-wakeups") == 0)
      knobs.lose_wakeups = 1;
    else if (strcmp(o, "--no-delivery") == 0)
      knobs.no_delivery = 1;
    else if (strcmp(o, "--racy-registration") == 0)
      knobs.racy_registration = 1;
    else if (strcmp(o, "--help") == 0)
      usage(NULL);
    else
      usage("unknown option, or no -- before the program");
  }
  if (library == NULL || i + 1 >= argc) usage("no program");

  char dir[PATH_MAX];
  struct tb_state* state = make_state(dir);
  state->abi = abi;
  state->knobs = knobs;

  static const int passed[] = {SIGHUP,  SIGINT,  SIGQUIT, SIGTERM,  SIGUSR1,     SIGUSR2,
                               SIGALRM, SIGCONT, SIGPIPE, SIGWINCH, TB_SIG_PANIC};
  sigset_t set, before;
  sigemptyset(&set);
  for (unsigned k = 0; k < sizeof passed / sizeof *passed; k++) sigaddset(&set, passed[k]);
  sigprocmask(SIG_BLOCK, &set, &before); /* blocked until the program's pid is known */

  fflush(NULL);
  pid_t parent = getpid();
  program = fork();
  if (program < 0) {
    perror("run: fork");
    remove_dir(dir);
    return 71;
  }
  if (program == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* the program must not outlive its supervisor */
    if (getppid() != parent) _exit(71);
    sigprocmask(SIG_SETMASK, &before, NULL);
    prepare_environment(library, dir);
    execvp(argv[i + 1], argv + i + 1);
    fprintf(stderr, "run: %s: %s\n", argv[i + 1], strerror(errno));
    _exit(errno == ENOENT ? 127 : 126);
  }

  struct sigaction action = {0};
  action.sa_sigaction = pass_on;
  action.sa_flags = SA_SIGINFO;
  sigfillset(&action.sa_mask);
  for (unsigned k = 0; k < sizeof passed / sizeof *passed; k++) sigaction(passed[k], &action, NULL);
  /* Only the program decides when its pipes close. */
  int null = open("/dev/null", O_RDWR);
  if (null >= 0) {
    dup2(null, 0);
    dup2(null, 1);
    if (null > 2) close(null);
  }
  if (state_fd > 3) close_range(3, (unsigned)state_fd - 1, 0);
  close_range((unsigned)state_fd + 1, ~0u, 0);
  sigprocmask(SIG_SETMASK, &before, NULL);

  int status = 0;
  while (waitpid(program, &status, 0) < 0 && errno == EINTR)
    if (panicked) kill_run(state, dir);
  if (atomic_load(&state->panic)) kill_run(state, dir);
  if (stats != NULL) write_stats(stats, state);
  remove_dir(dir);

  if (atomic_load(&state->panic)) {
    fputs("run: every process of this run was killed\n", stderr);
    return STATUS_PANIC;
  }
  if (WIFSIGNALED(status)) {
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none); /* the program has dumped its own core */
    signal(WTERMSIG(status), SIG_DFL);
    sigemptyset(&set);
    sigaddset(&set, WTERMSIG(status));
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    kill(getpid(), WTERMSIG(status));
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
