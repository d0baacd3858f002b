/* Signatures by stat() and lstat(). */
#include "file_records.h"

#include <errno.h>
#include <sys/stat.h>

static int64_t nanoseconds(struct timespec time)
{
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static Signature failure(void)
{
    Signature now = {0};
    now.size = errno == ENOENT ? MISSING : -(int64_t)errno;
    return now;
}

static Signature signature_in(const struct stat *status)
{
    Signature now = {0};
    now.size = status->st_size;
#ifdef __APPLE__
    now.mtime_ns = nanoseconds(status->st_mtimespec);
    now.ctime_ns = nanoseconds(status->st_ctimespec);
#else
    now.mtime_ns = nanoseconds(status->st_mtim);
    now.ctime_ns = nanoseconds(status->st_ctim);
#endif
    now.file = status->st_ino;
    now.device = (uint64_t)status->st_dev;
    return now;
}

Signature signature_of(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 ? signature_in(&status) : failure();
}

Signature signature_of_name(const char *path, int *is_link)
{
    struct stat status;
    if (lstat(path, &status) != 0)
        return failure();
    *is_link = S_ISLNK(status.st_mode);
    return signature_in(&status);
}

Signature signature_of_file(int file)
{
    struct stat status;
    return fstat(file, &status) == 0 ? signature_in(&status) : failure();
}
