/* The calls that a launch makes until it has its answer, without the C library.
 *
 * Included before everything else (`-include`) in the sources that run before the C library is set up; see
 * linux_start.c. They use the usual names; what is not here they can't use, which the build finds out by linking them
 * without the C library. Elsewhere the same sources are compiled with the C library's own.
 */
#ifndef CLCACHE_LINUX_START_H
#define CLCACHE_LINUX_START_H
#define _GNU_SOURCE

/* What these declare comes first, so that the names below stay as they are here. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#ifndef PATH_MAX /* clang's own limits.h, without a C library, has none */
#define PATH_MAX 4096
#endif

extern int early_errno;
extern char **early_environment;

/* A system call; failures are -1 with early_errno. */
long early_call(long number, long a, long b, long c, long d, long e, long f);
size_t early_strlen(const char *text);
int early_strcmp(const char *first, const char *second);
int early_strncmp(const char *first, const char *second, size_t size);
char *early_strchr(const char *text, int letter);
char *early_strrchr(const char *text, int letter);
size_t early_strcspn(const char *text, const char *letters);
char *early_getenv(const char *name);
int early_isatty(int file);

#undef errno
#define errno early_errno
#define environ early_environment
#define strlen(text) early_strlen(text)
#define strcmp(first, second) early_strcmp(first, second)
#define strncmp(first, second, size) early_strncmp(first, second, size)
#define strchr(text, letter) early_strchr(text, letter)
#define strrchr(text, letter) early_strrchr(text, letter)
#define strcspn(text, letters) early_strcspn(text, letters)
#undef tolower
#define tolower(letter) ((letter) >= 'A' && (letter) <= 'Z' ? (letter) + 32 : (letter))
#define getenv(name) early_getenv(name)
#define isatty(file) early_isatty(file)

static inline int early_stat(const char *path, struct stat *status)
{
    return (int)early_call(SYS_newfstatat, (long)AT_FDCWD, (long)path, (long)status, (long)0, 0, 0);
}

static inline int early_lstat(const char *path, struct stat *status)
{
    return (int)early_call(SYS_newfstatat, (long)AT_FDCWD, (long)path, (long)status, (long)AT_SYMLINK_NOFOLLOW, 0, 0);
}

static inline int early_fstat(int file, struct stat *status)
{
    return (int)early_call(SYS_fstat, (long)file, (long)status, 0, 0, 0, 0);
}

static inline int early_access(const char *path, int mode)
{
    return (int)early_call(SYS_faccessat, (long)AT_FDCWD, (long)path, (long)mode, 0, 0, 0);
}

static inline ssize_t early_readlink(const char *path, char *text, size_t size)
{
    return (ssize_t)early_call(SYS_readlinkat, (long)AT_FDCWD, (long)path, (long)text, (long)size, 0, 0);
}

static inline int early_mkdir(const char *path, mode_t mode)
{
    return (int)early_call(SYS_mkdirat, (long)AT_FDCWD, (long)path, (long)mode, 0, 0, 0);
}

static inline long early_getcwd(char *path, size_t size)
{
    return (long)early_call(SYS_getcwd, (long)path, (long)size, 0, 0, 0, 0);
}

static inline int early_open(const char *path, int flags)
{
    return (int)early_call(SYS_openat, (long)AT_FDCWD, (long)path, (long)flags, 0, 0, 0);
}

static inline ssize_t early_read(int file, void *data, size_t size)
{
    return (ssize_t)early_call(SYS_read, (long)file, (long)data, (long)size, 0, 0, 0);
}

static inline ssize_t early_write(int file, const void *data, size_t size)
{
    return (ssize_t)early_call(SYS_write, (long)file, (long)data, (long)size, 0, 0, 0);
}

static inline int early_close(int file)
{
    return (int)early_call(SYS_close, (long)file, 0, 0, 0, 0, 0);
}

static inline int early_ioctl(int file, unsigned long request, void *data)
{
    return (int)early_call(SYS_ioctl, (long)file, (long)request, (long)data, 0, 0, 0);
}

static inline mode_t early_umask(mode_t mask)
{
    return (mode_t)early_call(SYS_umask, (long)mask, 0, 0, 0, 0, 0);
}

static inline uid_t early_geteuid(void)
{
    return (uid_t)early_call(SYS_geteuid, 0, 0, 0, 0, 0, 0);
}

static inline int early_clock_gettime(clockid_t clock, struct timespec *now)
{
    return (int)early_call(SYS_clock_gettime, (long)clock, (long)now, 0, 0, 0, 0);
}

static inline int early_socket(int family, int kind, int protocol)
{
    return (int)early_call(SYS_socket, (long)family, (long)kind, (long)protocol, 0, 0, 0);
}

static inline int early_connect(int file, const struct sockaddr *address, socklen_t size)
{
    return (int)early_call(SYS_connect, (long)file, (long)address, (long)size, 0, 0, 0);
}

static inline int early_setsockopt(int file, int level, int name, const void *value, socklen_t size)
{
    return (int)early_call(SYS_setsockopt, (long)file, (long)level, (long)name, (long)value, (long)size, 0);
}

static inline int early_getsockopt(int file, int level, int name, void *value, socklen_t *size)
{
    return (int)early_call(SYS_getsockopt, (long)file, (long)level, (long)name, (long)value, (long)size, 0);
}

static inline ssize_t early_send(int file, const void *data, size_t size, int flags)
{
    return (ssize_t)early_call(SYS_sendto, (long)file, (long)data, (long)size, (long)flags, 0, 0);
}

static inline ssize_t early_recv(int file, void *data, size_t size, int flags)
{
    return (ssize_t)early_call(SYS_recvfrom, (long)file, (long)data, (long)size, (long)flags, 0, 0);
}

static inline long early_exit(int code)
{
    return (long)early_call(SYS_exit_group, (long)code, 0, 0, 0, 0, 0);
}

#define stat(path, status) early_stat(path, status)
#define lstat(path, status) early_lstat(path, status)
#define fstat(file, status) early_fstat(file, status)
#define access(path, mode) early_access(path, mode)
#define readlink(path, text, size) early_readlink(path, text, size)
#define mkdir(path, mode) early_mkdir(path, mode)
#define getcwd(path, size) (early_getcwd(path, size) > 0)
#define open(path, flags) early_open(path, flags)
#define read(file, data, size) early_read(file, data, size)
#define write(file, data, size) early_write(file, data, size)
#define close(file) early_close(file)
#define ioctl(file, request, data) early_ioctl(file, request, data)
#define umask(mask) early_umask(mask)
#define geteuid() early_geteuid()
#define clock_gettime(clock, now) early_clock_gettime(clock, now)
#define socket(family, kind, protocol) early_socket(family, kind, protocol)
#define connect(file, address, size) early_connect(file, address, size)
#define setsockopt(file, level, name, value, size) early_setsockopt(file, level, name, value, size)
#define getsockopt(file, level, name, value, size) early_getsockopt(file, level, name, value, size)
#define send(file, data, size, flags) early_send(file, data, size, flags)
#define recv(file, data, size, flags) early_recv(file, data, size, flags)
#define _exit(code) early_exit(code)

#endif
