#include "file_records.h"

static int holds(const char *record)
{
    Signature known, now = signature_of(record + sizeof known);
    memcpy(&known, record, sizeof known);
    return memcmp(&known, &now, sizeof now) == 0;
}

int file_records_hold(const char *const *records, size_t count)
{
    size_t at = 0;
    while (at < count && holds(records[at]))
        at++;
    return at == count;
}
