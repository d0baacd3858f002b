/* What POSIX systems do their own way: streams, paths. The end point is in posix_endpoint.c, the start of a core in
 * posix_core.c, processes in posix_process.c. */
#define _GNU_SOURCE
#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#ifdef __APPLE__
#include <mach-o/dyld.h>
#endif

extern char **environ;

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
    char path[PATH_MAX];
    /* Of a folder that is out of reach the kernel tells something else. */
    return getcwd(path, sizeof path) && path[0] == '/' ? join(path, "", "") : NULL;
}

char *platform_own_path(void)
{
    char path[PATH_MAX];
#if defined(__linux__)
    ssize_t size = readlink("/proc/self/exe", path, sizeof path - 1);
    if (size <= 0)
        return NULL;
    path[size] = '\0';
    return access(path, F_OK) == 0 ? join(path, "", "") : NULL; /* it may have been replaced meanwhile */
#elif defined(__APPLE__)
    uint32_t size = sizeof path;
    return _NSGetExecutablePath(path, &size) == 0 ? realpath(path, NULL) : NULL;
#else
    return realpath("/proc/curproc/file", path) ? join(path, "", "") : NULL;
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

unsigned platform_columns(void)
{
    struct winsize size;
    return ioctl(2, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
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

bool platform_read_file(const char *path, Buffer *content)
{
    char piece[4096];
    ssize_t got;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    while ((got = read(file, piece, sizeof piece)) > 0 || (got < 0 && errno == EINTR))
        if (got > 0)
            buffer_append(content, piece, (size_t)got);
    close(file);
    return got == 0 && !content->failed;
}

const char *platform_base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static bool is_other_program(const char *path, const char *own_path)
{
    struct stat found, own;
    if (stat(path, &found) != 0 || !S_ISREG(found.st_mode) || access(path, X_OK) != 0)
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
        char candidate[PATH_MAX];
        if (length + strlen(command) + 3 < sizeof candidate) {
            memcpy(candidate, length ? at : ".", length ? length : 1);
            size_t end = length ? length : 1;
            candidate[end] = '/';
            memcpy(candidate + end + 1, command, strlen(command) + 1);
            if (is_other_program(candidate, own_path))
                return join(candidate, "", "");
        }
        if (!at[length])
            break;
        at += length + 1;
    }
    return NULL;
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

void platform_exit(int exit_code)
{
    _exit(exit_code);
}
