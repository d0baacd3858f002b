/* Signatures by stat(). */
#include "file_records.h"

#include <errno.h>
#include <sys/stat.h>

static int64_t nanoseconds(struct timespec time)
{
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

Signature signature_of(const char *path)
{
    Signature now = {0};
    struct stat status;
    if (stat(path, &status) != 0) {
        now.size = errno == ENOENT ? MISSING : -(int64_t)errno;
        return now;
    }
    now.size = status.st_size;
#ifdef __APPLE__
    now.mtime_ns = nanoseconds(status.st_mtimespec);
    now.ctime_ns = nanoseconds(status.st_ctimespec);
#else
    now.mtime_ns = nanoseconds(status.st_mtim);
    now.ctime_ns = nanoseconds(status.st_ctim);
#endif
    now.file = status.st_ino;
    now.device = (uint64_t)status.st_dev;
    return now;
}
