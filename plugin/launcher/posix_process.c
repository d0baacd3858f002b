/* Processes on POSIX systems: the compiler with its streams captured, or in the launcher's place. */
#define _GNU_SOURCE
#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

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

/* A clock that nobody sets: only differences mean something. */
static uint64_t steady_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
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

/* ---- a terminal for a compiler whose caller has one: it looks at it for colours and for the width of lines ---- */

typedef struct {
    int master, slave;
} Terminal;

static bool open_terminal(Terminal *terminal)
{
    struct winsize size;
    struct termios modes;
    terminal->slave = -1;
    terminal->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (terminal->master < 0)
        return false;
    const char *name = grantpt(terminal->master) == 0 && unlockpt(terminal->master) == 0 ? ptsname(terminal->master) : NULL;
    if (name)
        terminal->slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (terminal->slave < 0 || tcgetattr(terminal->slave, &modes) != 0) {
        if (terminal->slave >= 0)
            close(terminal->slave);
        close(terminal->master);
        return false;
    }
    modes.c_oflag &= ~(tcflag_t)OPOST; /* the caller's terminal turns \n into \r\n itself */
    tcsetattr(terminal->slave, TCSANOW, &modes);
    if (ioctl(2, TIOCGWINSZ, &size) == 0)
        ioctl(terminal->slave, TIOCSWINSZ, &size);
    fcntl(terminal->master, F_SETFL, O_NONBLOCK);
    return true;
}

static void close_terminal(const Terminal *terminal)
{
    close(terminal->slave);
    close(terminal->master);
}

/* Reads what is there, waiting some milliseconds for it. */
static void drain_terminal(const Terminal *terminal, Buffer *buffer, int wait_ms)
{
    char piece[4096];
    ssize_t got;
    struct pollfd wait = {.fd = terminal->master, .events = POLLIN};
    if (poll(&wait, 1, wait_ms) <= 0)
        return;
    while ((got = read(terminal->master, piece, sizeof piece)) > 0 || (got < 0 && errno == EINTR))
        if (got > 0)
            buffer_append(buffer, piece, (size_t)got);
}

/* What was written reaches the other side some time later: a mark behind it tells that all is there. */
static void drain_to_end(const Terminal *terminal, Buffer *buffer)
{
    bool is_marked = write(terminal->slave, "", 1) == 1;
    for (int turn = 0; is_marked && turn < 200; turn++) {
        drain_terminal(terminal, buffer, 5);
        if (buffer->size && buffer->data[buffer->size - 1] == '\0') {
            buffer->size--;
            return;
        }
    }
    buffer->failed = true;
}

/* ---- the compiler ---- */

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

/* Waits for the process, not for the end of its streams: a helper that it leaves may keep them. What goes to a terminal
 * is read meanwhile, for it holds only some kilobytes. */
static int wait_for_end(pid_t child, const Terminal *terminal, Buffer *buffer)
{
    int status = 0;
    if (!terminal) {
        while (waitpid(child, &status, 0) < 0 && errno == EINTR)
            ;
        return status;
    }
    for (;;) {
        pid_t ended = waitpid(child, &status, WNOHANG);
        if (ended == child || (ended < 0 && errno != EINTR)) {
            drain_to_end(terminal, buffer);
            return status;
        }
        drain_terminal(terminal, buffer, 5);
    }
}

static void note_end(int status, Outcome *outcome)
{
    outcome->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    outcome->exit_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static bool run_captured(const char *program, char *const *argv, uint64_t not_before_ns, const Terminal *terminal,
                         const int streams[2], Outcome *outcome)
{
    struct sigaction before[FORWARDED];
    outcome->started_ns = wait_for_file_clock(not_before_ns);
    uint64_t began_ns = steady_ns();
    pid_t child = spawn(program, argv, streams[0], streams[1], before);
    running_child = child;
    if (child > 0)
        note_end(wait_for_end(child, terminal, &outcome->standard_error), outcome);
    outcome->spent_ns = steady_ns() - began_ns;
    running_child = 0;
    for (int i = 0; i < FORWARDED; i++)
        sigaction(forwarded[i], &before[i], NULL);
    return child > 0;
}

bool platform_run(const char *program, char *const *argv, uint64_t not_before_ns, unsigned flags, Outcome *outcome)
{
    Terminal terminal;
    bool same_stream = (flags & FLAG_SAME_STREAM) != 0, has_terminal = (flags & FLAG_STDERR_IS_TERMINAL) != 0;
    if (has_terminal && !open_terminal(&terminal))
        return false;
    int error = has_terminal ? terminal.slave : -1;
    int output = has_terminal && same_stream ? terminal.slave : capture_file();
    if (error < 0)
        error = same_stream ? output : capture_file();
    int streams[2] = {output, error};
    bool is_run = output >= 0 && error >= 0 &&
                  run_captured(program, argv, not_before_ns, has_terminal ? &terminal : NULL, streams, outcome);
    if (is_run && output != error)
        collect(output, &outcome->standard_output);
    if (is_run && !has_terminal)
        collect(error, output == error ? &outcome->standard_output : &outcome->standard_error);
    if (is_run && has_terminal && same_stream) {
        outcome->standard_output = outcome->standard_error;
        outcome->standard_error = (Buffer){0};
    }
    if (output >= 0 && output != error)
        close(output);
    if (has_terminal)
        close_terminal(&terminal);
    else if (error >= 0)
        close(error);
    return is_run && !outcome->standard_output.failed && !outcome->standard_error.failed;
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
