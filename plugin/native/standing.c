/* What is kept: answers by request, how often each was given, and the builds of callers. */
#define _GNU_SOURCE
#include "standing.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { BUCKETS = 1 << 14 };
static const uint64_t ASK_AGAIN_NS = 5000000; /* two builds that follow so closely are told apart some hits late */

typedef struct {
    int parent;              /* of its last caller; 0: the system does not tell */
    uint64_t parent_start;
    uint64_t told_ns, asked_ns, pause_ns;
} Place;

struct Standing {
    pthread_mutex_t lock;
    unsigned char key[16];
    Kept *buckets[BUCKETS];
    Kept *forgotten;
    Place *places;
    size_t place_count;
    uint64_t answers, last_ns;
    uint32_t busy;
};

Standing *standing_new(const char *key)
{
    Standing *made = calloc(1, sizeof *made);
    if (made) {
        pthread_mutex_init(&made->lock, NULL);
        memcpy(made->key, key, sizeof made->key);
    }
    return made;
}

/* ---- answers ---- */

static void free_answer(Kept *kept)
{
    StandingAnswer *answer = &kept->answer;
    for (size_t i = 0; answer->outputs && i < answer->output_count; i++) {
        free((char *)answer->outputs[i].path);
        free((char *)answer->outputs[i].artifact);
    }
    free((RecordGroup *)answer->groups);
    free((StandingOutput *)answer->outputs);
    free((char *)answer->reply);
    free((char *)answer->log_path);
    free((char *)answer->log_words);
    free(kept);
}

static void *copy_of(const void *data, size_t size)
{
    void *made = malloc(size ? size : 1);
    return made && size ? memcpy(made, data, size) : made;
}

static const char *text_of(const char *text, bool *is_whole)
{
    char *made = text ? strdup(text) : NULL;
    *is_whole = *is_whole && (made || !text);
    return made;
}

static Kept *keep_copy(const StandingAnswer *given)
{
    Kept *kept = calloc(1, sizeof *kept);
    if (!kept)
        return NULL;
    StandingAnswer *answer = &kept->answer;
    bool is_whole = true;
    *answer = *given;
    answer->log_path = text_of(given->log_path, &is_whole);
    answer->log_words = text_of(given->log_words, &is_whole);
    answer->reply = copy_of(given->reply, given->reply_size);
    answer->groups = copy_of(given->groups, given->group_count * sizeof *given->groups);
    StandingOutput *outputs = copy_of(given->outputs, given->output_count * sizeof *outputs);
    answer->outputs = outputs;
    for (size_t i = 0; outputs && i < given->output_count; i++) {
        outputs[i].path = text_of(given->outputs[i].path, &is_whole);
        outputs[i].artifact = text_of(given->outputs[i].artifact, &is_whole);
    }
    if (is_whole && answer->reply && answer->groups && outputs)
        return kept;
    free_answer(kept);
    return NULL;
}

static size_t bucket_of(Key key)
{
    return (size_t)(key.low % BUCKETS);
}

/* Takes the answer at a link out of its bucket; it is told as gone later. */
static void unlink_answer(Standing *standing, Kept **link)
{
    Kept *kept = *link;
    *link = kept->next;
    kept->is_forgotten = true;
    kept->next = standing->forgotten;
    standing->forgotten = kept;
}

static Kept **find_link(Standing *standing, Key key)
{
    Kept **link = &standing->buckets[bucket_of(key)];
    while (*link && ((*link)->key.low != key.low || (*link)->key.high != key.high))
        link = &(*link)->next;
    return link;
}

uint64_t standing_keep(Standing *standing, const char *request, size_t size, const StandingAnswer *answer)
{
    Kept *kept = keep_copy(answer);
    if (!kept)
        return 0;
    kept->key = hash_request(standing->key, request, size);
    Kept **first = &standing->buckets[bucket_of(kept->key)];
    pthread_mutex_lock(&standing->lock);
    /* By its number it is found again. */
    uint64_t number = kept->number = ++standing->answers * BUCKETS + bucket_of(kept->key);
    Kept **link = find_link(standing, kept->key);
    if (*link)
        unlink_answer(standing, link);
    kept->next = *first;
    *first = kept;
    pthread_mutex_unlock(&standing->lock);
    return number;
}

void standing_forget(Standing *standing, uint64_t number)
{
    pthread_mutex_lock(&standing->lock);
    Kept **link = &standing->buckets[number % BUCKETS];
    while (*link && (*link)->number != number)
        link = &(*link)->next;
    if (*link)
        unlink_answer(standing, link);
    pthread_mutex_unlock(&standing->lock);
}

Kept *take_answer(Standing *standing, const char *request, size_t size)
{
    Key key = hash_request(standing->key, request, size);
    pthread_mutex_lock(&standing->lock);
    Kept *kept = *find_link(standing, key);
    if (kept) {
        kept->users++;
        standing->busy++;
    }
    pthread_mutex_unlock(&standing->lock);
    return kept;
}

void count_hit(Standing *standing, Kept *kept)
{
    pthread_mutex_lock(&standing->lock);
    kept->hits++;
    kept->last_s = (int64_t)time(NULL);
    pthread_mutex_unlock(&standing->lock);
}

void put_back(Standing *standing, Kept *kept)
{
    uint64_t now_ns = steady_ns();
    pthread_mutex_lock(&standing->lock);
    kept->users--;
    standing->busy--;
    standing->last_ns = now_ns;
    pthread_mutex_unlock(&standing->lock);
}

static bool tell(Kept *kept, StandingCount *count)
{
    bool is_gone = kept->is_forgotten && !kept->users;
    if (!kept->hits && !is_gone)
        return false;
    *count = (StandingCount){kept->number, kept->hits, kept->last_s, is_gone};
    kept->hits = 0;
    return true;
}

size_t standing_counts(Standing *standing, StandingCount *counts, size_t most)
{
    size_t told = 0;
    pthread_mutex_lock(&standing->lock);
    for (Kept **link = &standing->forgotten; *link && told < most;) {
        Kept *kept = *link;
        told += tell(kept, &counts[told]);
        if (kept->users) {
            link = &kept->next;
        } else {
            *link = kept->next;
            free_answer(kept);
        }
    }
    for (size_t i = 0; i < BUCKETS; i++)
        for (Kept *kept = standing->buckets[i]; kept && told < most; kept = kept->next)
            told += tell(kept, &counts[told]);
    pthread_mutex_unlock(&standing->lock);
    return told;
}

uint64_t standing_last_ns(Standing *standing, uint32_t *busy)
{
    pthread_mutex_lock(&standing->lock);
    uint64_t last_ns = standing->last_ns;
    *busy = standing->busy;
    pthread_mutex_unlock(&standing->lock);
    return last_ns;
}

/* ---- builds ---- */

/* Parent and start of a process; false where the system does not tell. */
static bool look_at_process(int process, int *parent, uint64_t *start)
{
    char path[40], text[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", process);
    int file = process > 0 ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    ssize_t size = file >= 0 ? read(file, text, sizeof text - 1) : -1;
    if (file >= 0)
        close(file);
    if (size <= 0)
        return false;
    text[size] = '\0';
    char *behind_name = strrchr(text, ')'); /* the name may hold anything */
    unsigned long long begun;
    /* man 5 proc: state, parent, and as the 22nd field the start. */
    static const char form[] = ") %*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu";
    if (!behind_name || sscanf(behind_name, form, parent, &begun) != 2)
        return false;
    *start = begun;
    return true;
}

static bool parent_of(int caller, int *parent, uint64_t *parent_start)
{
    int grandparent;
    uint64_t start;
    return look_at_process(caller, parent, &start) && look_at_process(*parent, &grandparent, parent_start);
}

bool standing_at(Standing *standing, uint32_t place, int caller, uint64_t pause_ns)
{
    Place now = {.pause_ns = pause_ns, .told_ns = steady_ns(), .asked_ns = 0};
    if (!parent_of(caller, &now.parent, &now.parent_start))
        now.parent = 0;
    now.asked_ns = now.told_ns;
    pthread_mutex_lock(&standing->lock);
    if (place >= standing->place_count) {
        size_t count = (size_t)place + 64;
        Place *grown = realloc(standing->places, count * sizeof *grown);
        if (grown) {
            memset(grown + standing->place_count, 0, (count - standing->place_count) * sizeof *grown);
            standing->places = grown;
            standing->place_count = count;
        }
    }
    bool is_kept = place < standing->place_count;
    if (is_kept)
        standing->places[place] = now;
    pthread_mutex_unlock(&standing->lock);
    return is_kept;
}

bool is_of_known_build(Standing *standing, uint32_t place, int caller)
{
    uint64_t now_ns = steady_ns(), parent_start;
    int parent;
    pthread_mutex_lock(&standing->lock);
    Place known = place < standing->place_count ? standing->places[place] : (Place){0};
    pthread_mutex_unlock(&standing->lock);
    if (now_ns - known.asked_ns < ASK_AGAIN_NS)
        return true;
    if (!known.parent || (known.pause_ns && now_ns - known.told_ns > known.pause_ns))
        return false;
    if (!parent_of(caller, &parent, &parent_start) || parent != known.parent || parent_start != known.parent_start)
        return false;
    pthread_mutex_lock(&standing->lock);
    standing->places[place].asked_ns = now_ns;
    pthread_mutex_unlock(&standing->lock);
    return true;
}
