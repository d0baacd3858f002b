/* Outputs of a hit: put in place as a compiler would, by the rules of core/outputs.py and storage/artifacts.py. */
#define _GNU_SOURCE
#include "standing.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#ifdef __linux__
#include <sys/syscall.h>
#endif
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { MOST_PIECES = 512, COPY_BYTES = 1 << 16 };

uint64_t steady_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

bool write_whole(int file, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t put = write(file, data, size);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return false;
        data += put;
        size -= (size_t)put;
    }
    return true;
}

/* A file that is there is ours to write; a link, a device or anything else is left to the compiler, and so is an empty
 * file that a new one would take more from: gcc's assembler writes that in place. */
static bool can_write(const StandingOutput *output)
{
    struct stat status;
    if (lstat(output->path, &status) != 0)
        return errno == ENOENT;
    if (!S_ISREG(status.st_mode) || access(output->path, W_OK) != 0)
        return false;
    bool is_bare = status.st_nlink == 1 && (status.st_mode & 07777) == output->mode;
    return !output->artifact || is_bare || status.st_size > 0;
}

/* ---- a new file, a copy of an artifact ---- */

static bool has_signature(int file, const Signature *signature)
{
    Signature now = signature_of_file(file);
    return memcmp(&now, signature, sizeof now) == 0;
}

/* Copies in the kernel where it can: there a file system with shared extents copies nothing. */
static bool copy_content(int reader, int writer, size_t size)
{
    size_t done = 0;
#ifdef __linux__
    while (done < size) {
        ssize_t count = copy_file_range(reader, NULL, writer, NULL, size - done, 0);
        if (count <= 0)
            break;
        done += (size_t)count;
    }
#endif
    char *piece = done < size ? malloc(COPY_BYTES) : NULL;
    while (piece && done < size) {
        ssize_t got = read(reader, piece, COPY_BYTES);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0 || !write_whole(writer, piece, (size_t)got))
            break;
        done += (size_t)got;
    }
    free(piece);
    return done == size;
}

static bool copy_to(const StandingOutput *output, const char *path)
{
    int reader = open(output->artifact, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    /* Of the open file: what has its name now is what is copied. */
    int writer = reader >= 0 && has_signature(reader, &output->signature)
                     ? open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)
                     : -1;
    bool is_made = writer >= 0 && fchmod(writer, output->mode) == 0 &&
                   copy_content(reader, writer, (size_t)output->signature.size);
    if (reader >= 0)
        close(reader);
    if (writer >= 0 && close(writer) != 0)
        is_made = false;
    if (writer >= 0 && !is_made)
        unlink(path);
    return is_made;
}

/* Lets two files have each other's name, in one step; false where that can't be, or one is not there. */
static bool exchange(const char *first, const char *second)
{
#ifdef SYS_renameat2
    enum { EXCHANGE = 2 }; /* Source: linux/fs.h, RENAME_EXCHANGE */
    return syscall(SYS_renameat2, AT_FDCWD, first, AT_FDCWD, second, EXCHANGE) == 0;
#else
    (void)first, (void)second;
    return false;
#endif
}

/* Puts a new file in the place of an old one without a moment in which there is none. Unlike a rename over it that makes
 * no file system write the new one to the disk at once. */
static bool put_in_the_place_of(const char *old_file, const char *new_file)
{
    if (!exchange(new_file, old_file))
        return false;
    /* Some file systems know no exchange and do not say so: there the old one is gone already. */
    if (unlink(new_file) == 0 || errno == ENOENT)
        return true;
    exchange(new_file, old_file); /* a folder, which came meanwhile */
    return false;
}

static bool put_copy(const StandingOutput *output)
{
    char temporary[PATH_MAX];
    int size = snprintf(temporary, sizeof temporary, "%s.clcache-%lx-%llx.tmp", output->path, (unsigned long)getpid(),
                        (unsigned long long)steady_ns());
    if (size < 0 || (size_t)size >= sizeof temporary || !copy_to(output, temporary))
        return false;
    if (output->unlinks_first && put_in_the_place_of(output->path, temporary))
        return true;
    if (output->unlinks_first)
        unlink(output->path);
    if (rename(temporary, output->path) == 0)
        return true;
    unlink(temporary);
    return false;
}

/* ---- a file that is written over ---- */

static int open_to_write_over(const StandingOutput *output)
{
    int file = open(output->path, O_RDWR | O_CLOEXEC);
    if (file >= 0 || errno != ENOENT)
        return file;
    file = open(output->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, output->mode);
    if (file >= 0 && fchmod(file, output->mode) != 0) {
        close(file);
        return -1;
    }
    return file;
}

static size_t size_of(const StandingOutput *output)
{
    size_t size = 0;
    for (size_t i = 0; i < output->count; i++)
        size += output->sizes[i];
    return size;
}

static bool has_content(int file, const StandingOutput *output, size_t size)
{
    char *content = malloc(size ? size : 1);
    bool same = content && pread(file, content, size, 0) == (ssize_t)size;
    size_t at = 0;
    for (size_t i = 0; same && i < output->count; at += output->sizes[i++])
        same = memcmp(content + at, output->pieces[i], output->sizes[i]) == 0;
    free(content);
    return same;
}

static bool write_pieces(int file, const StandingOutput *output)
{
    for (size_t at = 0; at < output->count;) {
        struct iovec pieces[MOST_PIECES];
        size_t wanted = 0;
        int count = 0;
        for (; at + (size_t)count < output->count && count < MOST_PIECES; count++) {
            pieces[count].iov_base = (char *)output->pieces[at + (size_t)count];
            pieces[count].iov_len = output->sizes[at + (size_t)count];
            wanted += pieces[count].iov_len;
        }
        if (writev(file, pieces, count) != (ssize_t)wanted)
            return false; /* written anew by who comes next */
        at += (size_t)count;
    }
    return true;
}

static bool write_over(const StandingOutput *output)
{
    struct stat status;
    size_t size = size_of(output);
    int file = open_to_write_over(output);
    if (file < 0)
        return false;
    bool is_done = fstat(file, &status) == 0;
    /* One that is emptied first ext4 starts to write to the disk when it is closed. */
    if (is_done && status.st_size && !((size_t)status.st_size == size && has_content(file, output, size)))
        is_done = ftruncate(file, 0) == 0;
    is_done = is_done && write_pieces(file, output);
    if (is_done && !size) /* of nothing over nothing the time alone tells that it was written */
        is_done = futimens(file, NULL) == 0;
    return close(file) == 0 && is_done;
}

bool put_in_place(const StandingOutput *outputs, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!can_write(&outputs[i]))
            return false;
    for (size_t i = 0; i < count; i++)
        if (!(outputs[i].artifact ? put_copy(&outputs[i]) : write_over(&outputs[i])))
            return false;
    return true;
}
