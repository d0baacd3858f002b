/* The start of a core on POSIX systems: one, whoever else wants one, and apart from its caller. */
#define _GNU_SOURCE
#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { START_LIMIT_MS = 10000 };

static long long now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool answers(const char *endpoint)
{
    Connection connection = platform_connect(endpoint);
    if (connection < 0)
        return false;
    platform_disconnect(connection);
    return true;
}

/* Becomes the core: no stream, no folder, no handle of the caller, a session of its own. */
static void become_core(const char *core_program, const char *endpoint, int ready)
{
    char descriptor[16];
    sigset_t none;
    if (setsid() < 0 || fork() != 0)
        _exit(0);
    if (chdir("/") != 0)
        _exit(1);
    umask(077);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    for (int signal_number = 1; signal_number < 32; signal_number++)
        signal(signal_number, SIG_DFL);
    int nothing = open("/dev/null", O_RDWR);
    for (int fd = 0; fd < 3; fd++)
        dup2(nothing, fd);
    int kept = dup2(ready, 3);
#if defined(__linux__) && defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 34)
    if (close_range(4, ~0u, 0) != 0)
#endif
        for (long fd = sysconf(_SC_OPEN_MAX) - 1; fd > 3; fd--)
            close((int)fd);
    for (char **entry = environ; *entry;) {
        if (strncmp(*entry, "PYTHON", 6) != 0) {
            entry++;
            continue;
        }
        for (char **rest = entry; *rest; rest++)
            rest[0] = rest[1];
    }
    snprintf(descriptor, sizeof descriptor, "%d", kept);
    char *argv[] = {(char *)core_program, "serve", (char *)endpoint, descriptor, NULL};
    execv(core_program, argv);
    _exit(1);
}

/* Waits for the byte that says the core listens. */
static bool wait_ready(int ready, long long until_ms)
{
    char byte;
    for (;;) {
        struct pollfd wait = {.fd = ready, .events = POLLIN};
        long long left = until_ms - now_ms();
        if (left <= 0)
            return false;
        int count = poll(&wait, 1, (int)left);
        if (count < 0 && errno == EINTR)
            continue;
        return count > 0 && read(ready, &byte, 1) == 1;
    }
}

static bool start_one(const char *core_program, const char *endpoint, long long until_ms)
{
    int ready[2];
    if (pipe(ready) != 0)
        return false;
    fcntl(ready[0], F_SETFD, FD_CLOEXEC);
    pid_t child = fork();
    if (child == 0)
        become_core(core_program, endpoint, ready[1]);
    close(ready[1]);
    bool started = child > 0 && wait_ready(ready[0], until_ms);
    close(ready[0]);
    if (child > 0)
        while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
            ;
    return started;
}

bool platform_start_core(const char *core_program, const char *endpoint)
{
    long long until_ms = now_ms() + START_LIMIT_MS;
    char *lock_path = join(endpoint, ".start", "");
    int lock = lock_path ? open(lock_path, O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600) : -1;
    bool started = false;
    if (lock < 0)
        return false;
    while (flock(lock, LOCK_EX | LOCK_NB) != 0 && now_ms() < until_ms) {
        struct timespec pause = {0, 2000000};
        nanosleep(&pause, NULL);
    }
    if (now_ms() < until_ms)
        started = answers(endpoint) || start_one(core_program, endpoint, until_ms);
    close(lock);
    return started;
}
