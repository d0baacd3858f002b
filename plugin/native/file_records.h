/* Whether files are what they were: one call for all the files of a unit.
 *
 * The form of a record is that of util/file_records.py, which does the same where this is not built. A library for
 * ctypes and no module of Python: it needs none of Python's headers, fits every Python, and ctypes gives up Python's lock
 * while it runs.
 *
 * Why: os.stat makes an object and takes the lock again for each file, while other threads want it. */
#ifndef CLCACHE_FILE_RECORDS_H
#define CLCACHE_FILE_RECORDS_H

#include "exported.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Sizes of what is not there, and of what can't be looked at: the negative number of the error. */
#define MISSING INT64_MIN

/* The first byte of a record: what of a file counts, as the module above tells. */
enum { KIND_FILE = 'f', KIND_LINK = 'l', KIND_WHICH_FILE = 'w', KIND_WHICH_NAME = 'n' };

typedef struct {
    int64_t size, mtime_ns, ctime_ns;
    uint64_t file, device;
} Signature;

/* The signature of what a path in UTF-8 (on POSIX systems any bytes) leads to now. */
Signature signature_of(const char *path);

/* The same of what has that name, a symbolic link itself; whether it is one. */
Signature signature_of_name(const char *path, int *is_link);

/* Whether each of so many records holds; a record is a kind, a signature and a path that ends with a zero byte. */
EXPORTED int file_records_hold(const char *const *records, size_t count);

/* The signatures of so many paths that stand one behind the other, each with a zero byte at its end; where there is room
 * for it, of what has the names, and whether each is a link. */
EXPORTED void file_signatures(const char *paths, size_t count, Signature *found, unsigned char *are_links);

#endif
