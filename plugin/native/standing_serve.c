/* Callers: taken from the end point, and answered where what was answered before still stands. */
#define _GNU_SOURCE
#include "standing.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum {
    MAGIC = 0x31434c43, /* of a frame, as protocol.py tells */
    HEAD_BYTES = 8,
    MOST_BYTES = 1 << 16, /* of a request that is kept */
    REQUEST_LIMIT_S = 10, /* as server/posix_endpoint.py */
    AT_ONCE_MS = 5,
    COMPILE = 'Q'
};

/* The process of a caller of this user, 0 where the system tells none; -1 for a caller of another user. */
static int own_caller(int connection)
{
#ifdef __linux__
    struct ucred peer;
    socklen_t size = sizeof peer;
    bool is_own = getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == geteuid();
    return is_own ? peer.pid : -1;
#else
    uid_t user;
    gid_t group;
    return getpeereid(connection, &user, &group) == 0 && user == geteuid() ? 0 : -1;
#endif
}

static int accept_caller(int listener)
{
#ifdef __linux__
    return accept4(listener, NULL, NULL, SOCK_CLOEXEC);
#else
    int connection = accept(listener, NULL, NULL);
    if (connection >= 0)
        fcntl(connection, F_SETFD, FD_CLOEXEC);
    return connection;
#endif
}

static uint32_t number_at(const char *data)
{
    uint32_t number = 0;
    for (int i = 0; i < 4; i++)
        number |= (uint32_t)(unsigned char)data[i] << (8 * i);
    return number;
}

/* How many bytes a caller's whole request has, which are left where they are; 0 when it is not all there at once, or is
 * longer than those that are kept. Nobody is waited for here: others want to be answered meanwhile. */
static size_t look_at_request(int connection, char *frame)
{
    struct pollfd wait = {.fd = connection, .events = POLLIN};
    ssize_t got = recv(connection, frame, MOST_BYTES, MSG_PEEK | MSG_DONTWAIT);
    if (got < 0 && poll(&wait, 1, AT_ONCE_MS) > 0)
        got = recv(connection, frame, MOST_BYTES, MSG_PEEK | MSG_DONTWAIT);
    if (got < HEAD_BYTES || number_at(frame) != MAGIC || number_at(frame + 4) != (size_t)got - HEAD_BYTES)
        return 0;
    return (size_t)got;
}

/* A line as server/log.py writes them. */
static void write_log(const StandingAnswer *answer, uint64_t began_ns)
{
    struct timespec now;
    struct tm parts;
    char head[80];
    int file = answer->log_path ? open(answer->log_path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666) : -1;
    if (file < 0)
        return;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &parts);
    size_t size = strftime(head, sizeof head, "%Y-%m-%dT%H:%M:%S", &parts);
    size += (size_t)snprintf(head + size, sizeof head - size, ".%03d+00:00 hit %.2f", (int)(now.tv_nsec / 1000000),
                             (double)(steady_ns() - began_ns) / 1e6);
    size_t words = strlen(answer->log_words);
    char *line = malloc(size + words);
    if (line) {
        memcpy(line, head, size);
        memcpy(line + size, answer->log_words, words);
        write_whole(file, line, size + words);
    }
    free(line);
    close(file);
}

static bool still_stands(const StandingAnswer *answer)
{
    for (size_t i = 0; i < answer->group_count; i++)
        if (!file_records_hold(answer->groups[i].records, answer->groups[i].count))
            return false;
    return true;
}

/* Answers a caller by what is kept for its request; false when it is Python's, which finds the request untouched. */
static bool answer(Standing *standing, int connection, int caller)
{
    char frame[MOST_BYTES];
    uint64_t began_ns = steady_ns();
    size_t size = look_at_request(connection, frame);
    bool is_compile = size > HEAD_BYTES && frame[HEAD_BYTES] == COMPILE;
    Kept *kept = is_compile ? take_answer(standing, frame + HEAD_BYTES, size - HEAD_BYTES) : NULL;
    bool is_given = kept && is_of_known_build(places_of(standing), kept->answer.place, caller) &&
                    still_stands(&kept->answer) &&
                    put_in_place(kept->answer.outputs, kept->answer.output_count);
    if (is_given) {
        /* Before the answer goes out: who has waited for a build finds all of it counted and logged. */
        count_hit(standing, kept);
        write_log(&kept->answer, began_ns);
        /* What is left unread would end the connection before the answer is read. */
        is_given = recv(connection, frame, size, MSG_DONTWAIT) == (ssize_t)size;
        /* The caller may be gone: of that the result tells, since Python has the signal ignored. */
        write_whole(connection, kept->answer.reply, kept->answer.reply_size);
    }
    if (kept)
        put_back(standing, kept);
    return is_given;
}

int standing_serve(Standing *standing, int listener)
{
    struct timeval limit = {REQUEST_LIMIT_S, 0};
    for (;;) {
        int connection = accept_caller(listener);
        if (connection < 0 && (errno == EINTR || errno == ECONNABORTED))
            continue;
        if (connection < 0)
            return -1;
        int caller = own_caller(connection);
        /* A reply is longer than the system takes at once where the compiler has said much. */
        setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
        if (caller >= 0 && !answer(standing, connection, caller)) {
            setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
            return connection;
        }
        close(connection);
    }
}
