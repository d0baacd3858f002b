/* The end point on POSIX systems: its private place, the connection, and the start of a core. */
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
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum {
    ANSWER_LIMIT_S = 30, /* the first request with a compiler probes it and reads it whole */
    START_LIMIT_MS = 10000
};

/* A folder that only this user can enter; allocated, NULL when there is none. */
static char *private_folder(void)
{
    char name[64];
    struct stat status;
    const char *base = getenv("XDG_RUNTIME_DIR");
    if (!base || base[0] != '/' || stat(base, &status) != 0 || status.st_uid != geteuid() ||
        strlen(base) > sizeof((struct sockaddr_un *)0)->sun_path - 72)
        base = "/tmp";
    snprintf(name, sizeof name, "/clcache-%lu", (unsigned long)geteuid());
    char *folder = join(base, name, "");
    if (!folder)
        return NULL;
    if (mkdir(folder, 0700) != 0 && errno != EEXIST) {
        free(folder);
        return NULL;
    }
    if (lstat(folder, &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == geteuid() &&
        (status.st_mode & 077) == 0)
        return folder;
    free(folder);
    return NULL;
}

static uint64_t hash_text(const char *text)
{
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 1099511628211u;
    return hash;
}

char *platform_endpoint(void)
{
    char name[80];
    Identity space = {0, 0};
    const char *given = getenv("CLCACHE_SOCKET");
    if (given && *given && strlen(given) < sizeof((struct sockaddr_un *)0)->sun_path)
        return join(given, "", "");
    char *folder = private_folder();
    if (!folder)
        return NULL;
    if (given && *given) {
        snprintf(name, sizeof name, "/s%016llx", (unsigned long long)hash_text(given));
    } else {
        /* Another mount namespace sees other files under the same names. */
        platform_identity("/proc/self/ns/mnt", &space);
        snprintf(name, sizeof name, "/%s-%llx", CLCACHE_BUILD, (unsigned long long)space.file);
    }
    char *endpoint = join(folder, name, "");
    free(folder);
    return endpoint;
}

static bool is_own_peer(int socket_fd)
{
#ifdef __linux__
    struct ucred peer;
    socklen_t size = sizeof peer;
    return getsockopt(socket_fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == geteuid();
#else
    uid_t user;
    gid_t group;
    return getpeereid(socket_fd, &user, &group) == 0 && user == geteuid();
#endif
}

Connection platform_connect(const char *endpoint)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct timeval limit = {ANSWER_LIMIT_S, 0};
    if (strlen(endpoint) >= sizeof address.sun_path)
        return -1;
    memcpy(address.sun_path, endpoint, strlen(endpoint) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd < 0)
        return -1;
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0 && is_own_peer(fd))
        return fd;
    close(fd);
    return -1;
}

void platform_disconnect(Connection connection)
{
    close((int)connection);
}

bool platform_send(Connection connection, const char *data, size_t size)
{
    int flags = 0;
#ifdef MSG_NOSIGNAL
    flags = MSG_NOSIGNAL;
#endif
    while (size > 0) {
        ssize_t put = send((int)connection, data, size, flags);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return false;
        data += put;
        size -= (size_t)put;
    }
    return true;
}

bool platform_receive(Connection connection, char *data, size_t size)
{
    while (size > 0) {
        ssize_t got = recv((int)connection, data, size, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        data += got;
        size -= (size_t)got;
    }
    return true;
}

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
    free(lock_path);
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
