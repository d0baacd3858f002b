/* What is kept: answers by request, and how often each was given. */
#define _GNU_SOURCE
#include "standing.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BUCKETS = 1 << 14 };

struct Standing {
    pthread_mutex_t lock;
    unsigned char key[16];
    Kept *buckets[BUCKETS];
    Kept *forgotten;
    Places *places;
    uint64_t answers, last_ns;
    uint32_t busy;
};

Standing *standing_new(const char *key)
{
    Standing *made = calloc(1, sizeof *made);
    if (!made || !(made->places = new_places())) {
        free(made);
        return NULL;
    }
    pthread_mutex_init(&made->lock, NULL);
    memcpy(made->key, key, sizeof made->key);
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

bool standing_at(Standing *standing, uint32_t place, int caller, int tool, uint64_t pause_ns)
{
    return note_place(standing->places, place, caller, tool, pause_ns);
}

Places *places_of(Standing *standing)
{
    return standing->places;
}
