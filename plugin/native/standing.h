/* Standing answers: hits that the core gives again without Python, as long as all that they rest on is what it was.
 *
 * Python looks a request up, and hands over by what files it was found, what is to be put in place, and what is to be
 * said. standing.c keeps these answers, standing_serve.c takes callers and gives answers, standing_builds.c tells their
 * builds, standing_files.c puts files in place as core/outputs.py does. What is not certain, and whatever fails, is
 * Python's.
 */
#ifndef CLCACHE_STANDING_H
#define CLCACHE_STANDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "file_records.h"

#define STANDING_API __attribute__((visibility("default")))

/* util/standing_answers.py has the same structures. Python keeps what records and pieces point to until it is told that
 * the answer is gone; all else is copied. */
typedef struct {
    const char *const *records;
    size_t count;
} RecordGroup;

typedef struct {
    const char *path;           /* absolute */
    const char *artifact;       /* the file to copy; NULL: the pieces are written over what is there */
    Signature signature;        /* under which the artifact has its content */
    const char *const *pieces;
    const uint32_t *sizes;
    size_t count;
    uint32_t mode;              /* permission bits of a new file */
    uint32_t unlinks_first;     /* the file that is there need not be replaced in one step */
} StandingOutput;

typedef struct {
    const RecordGroup *groups;
    size_t group_count;
    const StandingOutput *outputs;
    size_t output_count;
    const char *reply;          /* the whole PRINT frame */
    size_t reply_size;
    const char *log_path;       /* NULL: no log */
    const char *log_words;      /* of its line, what follows the time spent */
    uint32_t place;             /* see standing_at */
} StandingAnswer;

/* What became of an answer since the last time that it was told. */
typedef struct {
    uint64_t number;
    uint64_t hits;
    int64_t last_s;             /* of the last hit, seconds since 1970 */
    uint32_t is_gone;           /* nothing of it is used any more */
} StandingCount;

typedef struct Standing Standing;

/* Keeps no answer yet; key are 16 random bytes. NULL when memory ran out. */
STANDING_API Standing *standing_new(const char *key);
/* Keeps an answer for all requests with just these bytes, in the place of what was kept for them. Its number;
 * 0 when memory ran out. */
STANDING_API uint64_t standing_keep(Standing *standing, const char *request, size_t size, const StandingAnswer *answer);
STANDING_API void standing_forget(Standing *standing, uint64_t number);
/* Fills in what has happened; how many there are. What is left over is told the next time. */
STANDING_API size_t standing_counts(Standing *standing, StandingCount *counts, size_t most);
/* The callers of a place are of the build of this one, as long as they come from the same build tool by the same way, or,
 * where there is none (0), from the same parent for some time. Places are numbered by who calls. */
STANDING_API bool standing_at(Standing *standing, uint32_t place, int caller, int tool, uint64_t pause_ns);
/* Takes callers from a listening socket and answers them, until one comes with another request, or with none yet: the
 * connection, of which nothing was read. Negative when the socket was shut down. */
STANDING_API int standing_serve(Standing *standing, int listener);
/* When it last answered somebody, by the steady clock; 0 for never. How many it answers just now. */
STANDING_API uint64_t standing_last_ns(Standing *standing, uint32_t *busy);

/* ---- between the files of this library ---- */

typedef struct {
    uint64_t low, high;
} Key;

typedef struct Kept {
    StandingAnswer answer;
    Key key;
    uint64_t number;
    uint64_t hits;
    int64_t last_s;
    unsigned users;             /* who gives it just now */
    bool is_forgotten;
    struct Kept *next;          /* of its bucket, or of those forgotten */
} Kept;

/* SipHash-2-4 with 128 bits: requests are known by it alone, and nobody can tell the key. */
Key hash_request(const unsigned char key[16], const void *data, size_t size);

/* The answer to a request, which is there until it is put back; NULL when there is none. */
Kept *take_answer(Standing *standing, const char *request, size_t size);
void put_back(Standing *standing, Kept *kept);
/* Counts a hit, which has yet to be told to its caller. */
void count_hit(Standing *standing, Kept *kept);
/* The builds of callers by their places; NULL when memory ran out. */
typedef struct Places Places;
Places *new_places(void);
Places *places_of(Standing *standing);
bool note_place(Places *places, uint32_t place, int caller, int tool, uint64_t pause_ns);
/* Whether a caller is of the build to which the last one of its place belonged. */
bool is_of_known_build(Places *places, uint32_t place, int caller);

/* Whether every output can be put where it belongs as a compiler would, and then whether it is there. */
bool put_in_place(const StandingOutput *outputs, size_t count);
bool write_whole(int file, const char *data, size_t size);
Signature signature_of_file(int file); /* of an open one */
uint64_t steady_ns(void);

#endif
