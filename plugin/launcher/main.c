/* What is left to do after the core was asked: start one, run the compiler for it, be the compiler or the front end.
 *
 * Whatever of ours fails, the compiler runs as it was given: every path through compile() that does not end in a
 * printed result ends in platform_become().
 */
#include "launcher.h"

#include <stdio.h>
#include <string.h>

enum { ASK_ATTEMPTS = 3 };

static void print_and_end(const Buffer *answer)
{
    Print print;
    if (!read_print(answer, &print))
        return;
    print_texts(&print);
    platform_end(print.exit_code, print.signal);
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
static bool run_and_report(const Launch *launch, Field rest)
{
    Field flags, line;
    Buffer frame = {0};
    Outcome run = {0};
    if (!next_field(&rest, &flags))
        return false;
    frame_begin(&frame, MESSAGE_DONE);
    while (run.exit_code == 0 && next_field(&rest, &line)) {
        run.standard_output.size = run.standard_error.size = 0;
        if (!run_one(launch, line, number_of(flags, 0) & RUN_AS_CALLER, &run))
            return false;
        add_outcome(&frame, &run);
    }
    frame_end(&frame);
    return send_frame(launch->connection, &frame);
}

/* Where no core has answered one is started and asked; again when the one that took the request was just ending. A core
 * that is stuck is asked once. */
static void ask_new_core(Launch *launch)
{
    const char *core = find_core_program(launch->own_path);
    for (int attempt = 1; core && attempt < ASK_ATTEMPTS && !launch->is_stuck; attempt++)
        if (!platform_start_core(core, launch->endpoint) || ask_core(launch))
            break;
}

static void compile(Launch *launch)
{
    Buffer *answer = &launch->answer;
    if (!launch->endpoint)
        return;
    if (launch->connection < 0)
        ask_new_core(launch);
    if (launch->connection < 0)
        return;
    print_and_end(answer);
    while (answer->size && answer->data[0] == MESSAGE_RUN &&
           run_and_report(launch, (Field){answer->data + 1, answer->size - 1}) &&
           receive_frame(launch->connection, answer))
        print_and_end(answer);
    platform_disconnect(launch->connection);
}

static size_t count_of(char *const *items)
{
    size_t count = 0;
    while (items[count])
        count++;
    return count;
}

/* Hands over to the Python front end; returns only when it can't be started. */
static int front_end(const Launch *launch)
{
    char *core = find_core_program(launch->own_path);
    char *endpoint = platform_endpoint();
    size_t own = count_of(launch->options), count = count_of(launch->argv);
    char **argv = allocate((own + count + 4) * sizeof *argv);
    if (core && argv) {
        argv[0] = core;
        argv[1] = "front-end";
        argv[2] = endpoint ? endpoint : "";
        memcpy(argv + 3, launch->options, own * sizeof *argv);
        memcpy(argv + 3 + own, launch->argv, count * sizeof *argv);
        platform_become(core, argv);
    }
    fprintf(stderr,
            "clcache: the Python part of clcache-launcher is not beside %s; install the package again with "
            "'pip install --force-reinstall clcache-launcher'\n",
            launch->own_path);
    return 127;
}

int launcher_main(int argc, char **argv)
{
    Launch *launch = launcher_ask(argc, argv);
    if (launch->wanted == WANTS_FRONT_END)
        return front_end(launch);
    if (launch->wanted == WANTS_COMPILER) {
        compile(launch);
        platform_become(launch->program, launch->argv);
    }
    fprintf(stderr, "clcache: %s: no such program\n", launch->named);
    return 127;
}
