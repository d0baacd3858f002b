#include "file_records.h"

/* What of a signature counts for a kind of record; that of a failure counts as it is. */
static Signature of_kind(char kind, Signature now, int is_link)
{
    if (now.size < 0 || kind == KIND_FILE || kind == KIND_LINK)
        return now;
    now.size = 0;
    now.mtime_ns = 0;
    if (kind == KIND_WHICH_FILE || !is_link)
        now.ctime_ns = 0;
    return now;
}

static int holds(const char *record)
{
    char kind = record[0];
    Signature known;
    int is_link = 0;
    const char *path = record + 1 + sizeof known;
    memcpy(&known, record + 1, sizeof known);
    Signature now = kind == KIND_LINK || kind == KIND_WHICH_NAME ? signature_of_name(path, &is_link) : signature_of(path);
    now = of_kind(kind, now, is_link);
    return memcmp(&known, &now, sizeof now) == 0;
}

int file_records_hold(const char *const *records, size_t count)
{
    size_t at = 0;
    while (at < count && holds(records[at]))
        at++;
    return at == count;
}
