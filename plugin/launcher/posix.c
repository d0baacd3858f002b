/* What POSIX systems do their own way: processes, streams, paths. The end point is in posix_endpoint.c. */
#define _GNU_SOURCE
#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef __APPLE__
#include <mach-o/dyld.h>
#endif

extern char **environ;
int launcher_main(int argc, char **argv);

const char *platform_environment(const char *name)
{
    return getenv(name);
}

char **platform_environment_block(void)
{
    return environ;
}

char *platform_working_folder(void)
{
    return getcwd(NULL, 0);
}

char *platform_own_path(void)
{
#ifdef __APPLE__
    char path[PATH_MAX];
    uint32_t size = sizeof path;
    return _NSGetExecutablePath(path, &size) == 0 ? realpath(path, NULL) : NULL;
#else
    return realpath("/proc/self/exe", NULL);
#endif
}

unsigned platform_umask(void)
{
    mode_t mask = umask(077);
    umask(mask);
    return (unsigned)mask;
}

unsigned platform_flags(void)
{
    struct stat output, error;
    unsigned flags = 0;
    if (fstat(1, &output) == 0 && fstat(2, &error) == 0 && output.st_dev == error.st_dev &&
        output.st_ino == error.st_ino && output.st_rdev == error.st_rdev)
        flags |= FLAG_SAME_STREAM;
    if (isatty(2))
        flags |= FLAG_STDERR_IS_TERMINAL;
    return flags;
}

bool platform_identity(const char *path, Identity *identity)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return false;
    identity->device = (uint64_t)status.st_dev;
    identity->file = (uint64_t)status.st_ino;
    return true;
}

bool platform_is_program(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode) && access(path, X_OK) == 0;
}

uint64_t platform_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

FILE *platform_open(const char *path)
{
    return fopen(path, "rb");
}

const char *platform_base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static bool is_other_program(const char *path, const char *own_path)
{
    struct stat found, own;
    if (!platform_is_program(path) || stat(path, &found) != 0)
        return false;
    if (stat(own_path, &own) != 0)
        return true;
    if (found.st_dev == own.st_dev && found.st_ino == own.st_ino)
        return false;
    return found.st_size != own.st_size || !has_same_content(path, own_path);
}

char *platform_find_program(const char *command, const char *own_path)
{
    const char *path = getenv("PATH");
    if (strchr(command, '/'))
        return is_other_program(command, own_path) ? join(command, "", "") : NULL;
    for (const char *at = path ? path : "/bin:/usr/bin"; *command;) {
        size_t length = strcspn(at, ":");
        char folder[PATH_MAX];
        if (length < sizeof folder) {
            memcpy(folder, at, length);
            folder[length] = '\0';
            char *candidate = length ? join(folder, "/", command) : join("./", command, "");
            if (candidate && is_other_program(candidate, own_path))
                return candidate;
            free(candidate);
        }
        if (!at[length])
            break;
        at += length + 1;
    }
    return NULL;
}

/* ---- running the compiler ---- */

static volatile sig_atomic_t running_child;
static const int forwarded[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};
enum { FORWARDED = sizeof forwarded / sizeof *forwarded };

static void forward(int signal_number)
{
    /* A signal of the terminal reaches the compiler by itself; a second one does no harm. */
    if (running_child > 0)
        kill((pid_t)running_child, signal_number);
}

static int capture_file(void)
{
#ifdef __linux__
    int file = memfd_create("clcache", MFD_CLOEXEC);
    if (file >= 0)
        return file;
#endif
    char name[] = "/tmp/clcache-XXXXXX";
    int named = mkstemp(name);
    if (named >= 0) {
        unlink(name);
        fcntl(named, F_SETFD, FD_CLOEXEC);
    }
    return named;
}

static void collect(int file, Buffer *buffer)
{
    char piece[65536];
    off_t at = 0;
    ssize_t got;
    while ((got = pread(file, piece, sizeof piece, at)) > 0) {
        buffer_append(buffer, piece, (size_t)got);
        at += got;
    }
    if (got < 0)
        buffer->failed = true;
}

/* The clock that stamps files; it stands still for some milliseconds. */
static uint64_t file_clock_ns(void)
{
#ifdef CLOCK_REALTIME_COARSE
    struct timespec now;
    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
#else
    return platform_now_ns();
#endif
}

/* An input saved before this launcher began must have an older stamp than anything saved while the compiler runs. */
static uint64_t wait_for_file_clock(uint64_t not_before_ns)
{
    uint64_t now = file_clock_ns();
    for (int turn = 0; now <= not_before_ns && turn < 100; turn++) {
        struct timespec pause = {0, 200000};
        nanosleep(&pause, NULL);
        now = file_clock_ns();
    }
    return now;
}

static pid_t spawn(const char *program, char *const *argv, int output, int error, struct sigaction *before)
{
    pid_t child = -1;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t defaults;
    sigemptyset(&defaults);
    struct sigaction action = {.sa_handler = forward, .sa_flags = SA_RESTART};
    for (int i = 0; i < FORWARDED; i++) {
        sigaction(forwarded[i], NULL, &before[i]);
        if (before[i].sa_handler == SIG_IGN)
            continue;
        sigaction(forwarded[i], &action, NULL);
        sigaddset(&defaults, forwarded[i]);
    }
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, output, 1);
    posix_spawn_file_actions_adddup2(&actions, error, 2);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    if (posix_spawn(&child, program, &actions, &attributes, argv, environ) != 0)
        child = -1;
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return child;
}

bool platform_run(const char *program, char *const *argv, uint64_t not_before_ns, bool same_stream, Outcome *outcome)
{
    struct sigaction before[FORWARDED];
    int status = 0;
    int output = capture_file();
    int error = same_stream ? output : capture_file();
    if (output < 0 || error < 0)
        return false;
    outcome->started_ns = wait_for_file_clock(not_before_ns);
    pid_t child = spawn(program, argv, output, error, before);
    running_child = child;
    if (child > 0)
        while (waitpid(child, &status, 0) < 0 && errno == EINTR)
            ;
    running_child = 0;
    for (int i = 0; i < FORWARDED; i++)
        sigaction(forwarded[i], &before[i], NULL);
    if (child > 0) {
        outcome->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
        outcome->exit_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
        collect(output, &outcome->standard_output);
        if (error != output)
            collect(error, &outcome->standard_error);
    }
    close(output);
    if (error != output)
        close(error);
    return child > 0 && !outcome->standard_output.failed && !outcome->standard_error.failed;
}

void platform_write(int stream, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t put = write(stream, data, size);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return;
        data += put;
        size -= (size_t)put;
    }
}

void platform_become(const char *program, char *const *argv)
{
    execv(program, argv);
}

void platform_end(int exit_code, int signal_number)
{
    if (signal_number) {
        struct rlimit none = {0, 0};
        setrlimit(RLIMIT_CORE, &none); /* the compiler has left its core file already */
        signal(signal_number, SIG_DFL);
        raise(signal_number);
    }
    _exit(exit_code);
}

int main(int argc, char **argv)
{
    return launcher_main(argc, argv);
}
