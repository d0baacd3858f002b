/* The flow of one launch: front end, or ask the core and do what it says.
 *
 * Whatever of ours fails, the compiler runs as it was given: every path through compile() that does not end in a
 * printed result ends in platform_become().
 */
#include "launcher.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ASK_ATTEMPTS = 3 };
static const uint64_t STUCK_NS = 5000000000u;

typedef struct {
    const char *program; /* what runs */
    char *const *argv;   /* as given, from the compiler on */
    char **options;      /* the words before the compiler that are the launcher's own; ends with NULL */
    const char *own_path;
    uint64_t started_ns; /* when this launcher began */
    unsigned flags;
} Launch;

static void put_u64(char *to, uint64_t number)
{
    for (int i = 0; i < 8; i++)
        to[i] = (char)(number >> (8 * i) & 0xff);
}

/* Numbers of a request: umask, flags, device and file number of the root, the working folder, the compiler; columns of
 * the terminal. */
static bool request_frame(const Launch *launch, Buffer *frame)
{
    Identity identities[3];
    char numbers[8 * 9];
    char *cwd = platform_working_folder();
    char **environment = platform_environment_block();
    if (!cwd || !environment || !platform_identity("/", &identities[0]) || !platform_identity(cwd, &identities[1]) ||
        !platform_identity(launch->program, &identities[2])) {
        free(cwd);
        return false;
    }
    put_u64(numbers, platform_umask());
    put_u64(numbers + 8, launch->flags);
    for (int i = 0; i < 3; i++) {
        put_u64(numbers + 16 + 16 * i, identities[i].device);
        put_u64(numbers + 24 + 16 * i, identities[i].file);
    }
    put_u64(numbers + 64, launch->flags & FLAG_STDERR_IS_TERMINAL ? platform_columns() : 0);
    frame_begin(frame, MESSAGE_COMPILE);
    frame_text(frame, CLCACHE_VERSION);
    frame_field(frame, numbers, sizeof numbers);
    frame_text(frame, cwd);
    frame_text(frame, launch->program);
    frame_list(frame, launch->options);
    frame_list(frame, launch->argv);
    frame_list(frame, environment);
    frame_end(frame);
    free(cwd);
    return !frame->failed;
}

static bool start_core(const char *own_path, const char *endpoint)
{
    char *core = find_core_program(own_path);
    bool started = core && platform_start_core(core, endpoint);
    free(core);
    return started;
}

/* Sends the request and waits for the first answer. Where none answers a core is started; again when the one that took
 * the request was just ending. A core that is stuck is asked once. */
static Connection ask(const Launch *launch, const Buffer *request, Buffer *answer)
{
    char *endpoint = platform_endpoint();
    Connection found = -1;
    for (int attempt = 0; endpoint && attempt < ASK_ATTEMPTS; attempt++) {
        if (attempt > 0 && !start_core(launch->own_path, endpoint))
            break;
        uint64_t asked_ns = platform_now_ns();
        Connection connection = platform_connect(endpoint);
        if (connection < 0)
            continue;
        if (send_frame(connection, request) && receive_frame(connection, answer)) {
            found = connection;
            break;
        }
        platform_disconnect(connection);
        if (platform_now_ns() - asked_ns > STUCK_NS)
            break;
    }
    free(endpoint);
    return found;
}

static uint32_t number_of(Field field, size_t at)
{
    uint32_t number = 0;
    for (size_t i = 0; i < 4 && at + i < field.size; i++)
        number |= (uint32_t)(unsigned char)field.data[at + i] << (8 * i);
    return number;
}

/* Prints what a PRINT message holds and ends; returns when it is not one. */
static void print_and_end(const Buffer *payload)
{
    Field rest = {payload->data, payload->size}, numbers, output, error;
    if (!rest.size || rest.data[0] != MESSAGE_PRINT)
        return;
    rest.data++;
    rest.size--;
    if (!next_field(&rest, &numbers) || !next_field(&rest, &output) || !next_field(&rest, &error))
        return;
    platform_write(1, output.data, output.size);
    platform_write(2, error.data, error.size);
    platform_end((int)number_of(numbers, 0), (int)number_of(numbers, 4));
}

static void add_outcome(Buffer *frame, const Outcome *run)
{
    char numbers[8 * 4];
    put_u64(numbers, (uint64_t)(uint32_t)run->exit_code);
    put_u64(numbers + 8, (uint64_t)(uint32_t)run->signal);
    put_u64(numbers + 16, run->started_ns);
    put_u64(numbers + 24, run->spent_ns);
    frame_field(frame, numbers, sizeof numbers);
    frame_field(frame, run->standard_output.data, run->standard_output.size);
    frame_field(frame, run->standard_error.data, run->standard_error.size);
}

static bool run_one(const Launch *launch, Field line, bool as_caller, Outcome *run)
{
    char **argv = field_items(line);
    unsigned flags = as_caller ? launch->flags : 0;
    return argv && argv[0] && platform_run(launch->program, argv, launch->started_ns, flags, run);
}

/* Runs the command lines of a RUN message, each as long as the one before succeeds, and reports how they ended; false
 * when any of it failed. */
static bool run_and_report(const Launch *launch, Connection connection, Field rest)
{
    Field flags, line;
    Buffer frame = {0};
    Outcome run = {0};
    if (!next_field(&rest, &flags))
        return false;
    frame_begin(&frame, MESSAGE_DONE);
    while (run.exit_code == 0 && next_field(&rest, &line)) {
        buffer_free(&run.standard_output);
        buffer_free(&run.standard_error);
        if (!run_one(launch, line, number_of(flags, 0) & RUN_AS_CALLER, &run))
            return false;
        add_outcome(&frame, &run);
    }
    frame_end(&frame);
    return send_frame(connection, &frame);
}

static void compile(const Launch *launch)
{
    Buffer request = {0}, answer = {0};
    if (is_switched_on("CLCACHE_DISABLE") || !request_frame(launch, &request))
        return;
    Connection connection = ask(launch, &request, &answer);
    if (connection < 0)
        return;
    print_and_end(&answer);
    while (answer.size && answer.data[0] == MESSAGE_RUN &&
           run_and_report(launch, connection, (Field){answer.data + 1, answer.size - 1}) &&
           receive_frame(connection, &answer))
        print_and_end(&answer);
    platform_disconnect(connection);
}

/* Hands over to the Python front end; returns only when it can't be started. */
static int front_end(const Launch *launch, char *const *arguments, int count)
{
    char *core = find_core_program(launch->own_path);
    char *endpoint = platform_endpoint();
    int own = 0;
    while (launch->options[own])
        own++;
    char **argv = calloc((size_t)(own + count) + 4, sizeof *argv);
    if (core && argv) {
        argv[0] = core;
        argv[1] = "front-end";
        argv[2] = endpoint ? endpoint : "";
        memcpy(argv + 3, launch->options, (size_t)own * sizeof *argv);
        memcpy(argv + 3 + own, arguments, (size_t)count * sizeof *argv);
        platform_become(core, argv);
    }
    fprintf(stderr,
            "clcache: the Python part of clcache-launcher is not beside %s; install the package again with "
            "'pip install --force-reinstall clcache-launcher'\n",
            launch->own_path);
    return 127;
}

/* How many words before the compiler are the launcher's own. */
static int count_options(int argc, char *const *argv)
{
    static const char roots[] = "--roots=";
    int at = 1;
    while (at < argc) {
        if (strcmp(argv[at], "--config") == 0 && at + 1 < argc)
            at += 2;
        else if (strncmp(argv[at], roots, sizeof roots - 1) == 0)
            at++;
        else
            break;
    }
    return at - 1;
}

/* Windows' users may type the name in capitals. */
static bool is_own_name(const char *name)
{
    static const char own[] = "clcache";
    size_t at = 0;
    while (own[at] && tolower((unsigned char)name[at]) == own[at])
        at++;
    return !own[at];
}

int launcher_main(int argc, char **argv)
{
    Launch launch = {.started_ns = platform_now_ns(), .flags = platform_flags()};
    char *own_path = platform_own_path();
    launch.own_path = own_path ? own_path : argv[0];
    const char *name = platform_base_name(argv[0]);
    bool is_masquerade = !is_own_name(name);
    int own = is_masquerade ? 0 : count_options(argc, argv);
    char *none[] = {NULL}, **options = calloc((size_t)own + 1, sizeof *options);
    launch.options = options ? options : none;
    if (options)
        memcpy(options, argv + 1, (size_t)own * sizeof *options);
    if (!is_masquerade) {
        argv += own;
        argc -= own;
        if (is_front_end(argc, argv))
            return front_end(&launch, argv + 1, argc - 1);
        argv++;
    }
    const char *named = is_masquerade ? name : argv[0];
    const char *fallback = platform_environment("CLCACHE_CL");
    char *program = platform_find_program(named, launch.own_path);
    if (!program && !is_masquerade && fallback && *fallback) {
        /* clcache's way: CLCACHE_CL names the compiler and the command line has none. */
        argv--;
        argv[0] = (char *)fallback;
        named = fallback;
        program = platform_find_program(fallback, launch.own_path);
    }
    if (program) {
        if (is_masquerade)
            argv[0] = program; /* gcc looks for its parts beside what its name leads to on PATH: that is this launcher */
        launch.program = program;
        launch.argv = argv;
        compile(&launch);
        platform_become(program, argv);
    }
    fprintf(stderr, "clcache: %s: no such program\n", named);
    return 127;
}
