/* The end point on POSIX systems: its private place, and the connection. */
#define _GNU_SOURCE
#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum { ANSWER_LIMIT_S = 30 }; /* the first request with a compiler probes it and reads it whole */

/* Writes a number's digits, at least so many, and the end of a text; returns where that is. */
static char *write_number(char *to, uint64_t number, unsigned base, int least)
{
    char digits[20];
    int count = 0;
    for (; number || count < least; number /= base)
        digits[count++] = "0123456789abcdef"[number % base];
    while (count)
        *to++ = digits[--count];
    *to = '\0';
    return to;
}

/* A folder that only this user can enter; allocated, NULL when there is none. */
static char *private_folder(void)
{
    char user[24];
    struct stat status;
    const char *base = getenv("XDG_RUNTIME_DIR");
    if (!base || base[0] != '/' || stat(base, &status) != 0 || status.st_uid != geteuid() ||
        strlen(base) > sizeof((struct sockaddr_un *)0)->sun_path - 72)
        base = "/tmp";
    write_number(user, geteuid(), 10, 1);
    char *folder = join(base, "/clcache-", user);
    if (!folder || (mkdir(folder, 0700) != 0 && errno != EEXIST))
        return NULL;
    bool is_private = lstat(folder, &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == geteuid() &&
                      (status.st_mode & 077) == 0;
    return is_private ? folder : NULL;
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
    char number[24];
    Identity space = {0, 0};
    const char *given = getenv("CLCACHE_SOCKET");
    if (given && *given && strlen(given) < sizeof((struct sockaddr_un *)0)->sun_path)
        return join(given, "", "");
    char *folder = private_folder();
    if (!folder)
        return NULL;
    if (given && *given) {
        write_number(number, hash_text(given), 16, 16);
        return join(folder, "/s", number);
    }
    /* Another mount namespace sees other files under the same names. */
    platform_identity("/proc/self/ns/mnt", &space);
    write_number(number, space.file, 16, 1);
    return join(folder, "/" CLCACHE_BUILD "-", number);
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
#ifdef SOCK_CLOEXEC
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
#else
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    fcntl(fd, F_SETFD, FD_CLOEXEC);
#endif
    if (fd < 0)
        return -1;
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
