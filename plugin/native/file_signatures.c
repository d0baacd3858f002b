/* The signatures of many files, for who wants to know them and not whether they are what they were. */
#include "file_records.h"

void file_signatures(const char *paths, size_t count, Signature *found, unsigned char *are_links)
{
    for (size_t at = 0; at < count; at++, paths += strlen(paths) + 1) {
        int is_link = 0;
        found[at] = are_links ? signature_of_name(paths, &is_link) : signature_of(paths);
        if (are_links)
            are_links[at] = is_link != 0;
    }
}
