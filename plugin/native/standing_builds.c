/* Builds of callers: whether one comes from where the last one of its place did, which Python was asked for.
 *
 * ninja starts a shell for each compilation, and that the launcher: each caller has another parent, and the same build
 * tool behind it. So what is compared is the way up to the tool, by the names of the processes on it. */
#define _GNU_SOURCE
#include "standing.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_STEPS = 4, NAME_BYTES = 16, MORE_PLACES = 64 };
static const uint64_t ASK_AGAIN_NS = 5000000; /* two builds that follow so closely are told apart some hits late */

typedef struct {
    char name[NAME_BYTES];
    int parent;
    uint64_t start;
} ProcessStatus;

/* From a caller's parent up to a process, which is 0 where that is not seen. */
typedef struct {
    int process;
    uint64_t start;
    char names[MOST_STEPS + 1][NAME_BYTES]; /* its own is the last */
} Way;

typedef struct {
    int tool; /* up to which callers are followed; 0: to their parent alone */
    Way way;
    uint64_t told_ns, asked_ns, pause_ns;
} Place;

struct Places {
    pthread_mutex_t lock;
    Place *items;
    size_t count;
};

Places *new_places(void)
{
    Places *made = calloc(1, sizeof *made);
    if (made)
        pthread_mutex_init(&made->lock, NULL);
    return made;
}

/* Source: proc_pid_stat(5). */
static bool look_at_process(int process, ProcessStatus *status)
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
    char *name = strchr(text, '('), *behind = strrchr(text, ')'); /* the name may hold anything */
    unsigned long long start;
    /* State, parent, and as the 22nd field the start. */
    static const char form[] = ") %*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu";
    if (!name || !behind || sscanf(behind, form, &status->parent, &start) != 2)
        return false;
    size_t length = (size_t)(behind - name - 1);
    memset(status->name, 0, NAME_BYTES);
    memcpy(status->name, name + 1, length < NAME_BYTES ? length : NAME_BYTES);
    status->start = start;
    return true;
}

/* The way from a caller to a tool, or to its parent; none where it is not seen, or longer than those that are kept. */
static Way find_way(int caller, int tool)
{
    static const Way none;
    Way way = none;
    ProcessStatus status;
    if (!look_at_process(caller, &status))
        return none;
    for (int steps = 0; steps <= MOST_STEPS; steps++) {
        int process = status.parent;
        if (!look_at_process(process, &status))
            return none;
        memcpy(way.names[steps], status.name, NAME_BYTES);
        if (!tool || process == tool) {
            way.process = process;
            way.start = status.start;
            return way;
        }
    }
    return none;
}

static bool is_same_way(const Way *first, const Way *second)
{
    return first->process == second->process && first->start == second->start &&
           memcmp(first->names, second->names, sizeof first->names) == 0;
}

bool note_place(Places *places, uint32_t place, int caller, int tool, uint64_t pause_ns)
{
    Place now = {.tool = tool, .way = find_way(caller, tool), .told_ns = steady_ns(), .pause_ns = pause_ns};
    now.asked_ns = now.told_ns;
    pthread_mutex_lock(&places->lock);
    if (place >= places->count) {
        size_t count = (size_t)place + MORE_PLACES;
        Place *grown = realloc(places->items, count * sizeof *grown);
        if (grown) {
            memset(grown + places->count, 0, (count - places->count) * sizeof *grown);
            places->items = grown;
            places->count = count;
        }
    }
    bool is_kept = place < places->count;
    if (is_kept)
        places->items[place] = now;
    pthread_mutex_unlock(&places->lock);
    return is_kept;
}

bool is_of_known_build(Places *places, uint32_t place, int caller)
{
    uint64_t now_ns = steady_ns();
    Place known = {0};
    pthread_mutex_lock(&places->lock);
    if (place < places->count)
        known = places->items[place];
    pthread_mutex_unlock(&places->lock);
    if (now_ns - known.asked_ns < ASK_AGAIN_NS)
        return true;
    if (!known.way.process || (known.pause_ns && now_ns - known.told_ns > known.pause_ns))
        return false;
    Way way = find_way(caller, known.tool);
    if (!is_same_way(&way, &known.way))
        return false;
    pthread_mutex_lock(&places->lock);
    places->items[place].asked_ns = now_ns;
    pthread_mutex_unlock(&places->lock);
    return true;
}
