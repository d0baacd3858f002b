/* One question: what is to run, and what does the core say of it? A hit ends here.
 *
 * Whatever fails here leaves the launch to main.c, where the compiler runs as it was given.
 */
#include "launcher.h"

#include <ctype.h>
#include <string.h>

static const uint64_t STUCK_NS = 5000000000u;

/* Where make says how its jobs are shared out, by the name of a new pipe in each run. Nothing of it is for the compiler,
 * and requests that are the same are answered at once. */
static bool is_of_make(const char *entry)
{
    static const char *const names[] = {"MAKEFLAGS=", "MFLAGS="};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strncmp(entry, names[i], strlen(names[i])) == 0)
            return true;
    return false;
}

/* The environment as the core is told of it; allocated, NULL when memory ran out. */
static char **told_environment(void)
{
    size_t count = 0;
    char **all = platform_environment_block();
    while (all && all[count])
        count++;
    char **told = all ? allocate((count + 1) * sizeof *told) : NULL, **put = told;
    for (size_t i = 0; told && i < count; i++)
        if (!is_of_make(all[i]))
            *put++ = all[i];
    if (told)
        *put = NULL;
    return told;
}

/* Numbers of a request: umask, flags, device and file number of the root, the working folder, the compiler; columns of
 * the terminal. */
static bool request_frame(const Launch *launch, Buffer *frame)
{
    Identity identities[3];
    char numbers[8 * 9];
    char *cwd = platform_working_folder();
    char **environment = told_environment();
    if (!cwd || !environment || !platform_identity("/", &identities[0]) || !platform_identity(cwd, &identities[1]) ||
        !platform_identity(launch->program, &identities[2]))
        return false;
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
    return !frame->failed;
}

bool ask_core(Launch *launch)
{
    uint64_t asked_ns = platform_now_ns();
    Connection connection = platform_connect(launch->endpoint);
    if (connection < 0)
        return false;
    if (send_frame(connection, &launch->request) && receive_frame(connection, &launch->answer)) {
        launch->connection = connection;
        return true;
    }
    platform_disconnect(connection);
    launch->is_stuck = platform_now_ns() - asked_ns > STUCK_NS;
    return false;
}

void print_texts(const Print *print)
{
    platform_write(1, print->standard_output.data, print->standard_output.size);
    platform_write(2, print->standard_error.data, print->standard_error.size);
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

/* Finds the compiler of a command line that begins with it, or with the launcher, whose options are taken already. */
static void find_compiler(Launch *launch, char **argv, const char *own_name)
{
    const char *fallback = platform_environment("CLCACHE_CL");
    launch->argv = argv + (own_name ? 0 : 1);
    launch->named = own_name ? own_name : launch->argv[0];
    launch->program = platform_find_program(launch->named, launch->own_path);
    if (!launch->program && !own_name && fallback && *fallback) {
        /* clcache's way: CLCACHE_CL names the compiler and the command line has none. */
        launch->argv = argv;
        launch->argv[0] = (char *)fallback;
        launch->named = fallback;
        launch->program = platform_find_program(fallback, launch->own_path);
    }
    launch->wanted = launch->program ? WANTS_COMPILER : WANTS_NOTHING;
    if (launch->program && own_name)
        /* gcc looks for its parts beside what its name leads to on PATH: that is this launcher */
        launch->argv[0] = (char *)launch->program;
}

/* What the command line asks for; a program under any other name than its own stands for that compiler. */
static void understand(Launch *launch, int argc, char **argv)
{
    static char *none[] = {NULL};
    const char *name = platform_base_name(argv[0]);
    bool is_masquerade = !is_own_name(name);
    int own = is_masquerade ? 0 : count_options(argc, argv);
    char *own_path = platform_own_path();
    launch->own_path = own_path ? own_path : argv[0];
    launch->options = own ? allocate(((size_t)own + 1) * sizeof *launch->options) : NULL;
    if (launch->options)
        memcpy(launch->options, argv + 1, (size_t)own * sizeof *launch->options);
    else
        launch->options = none;
    if (!is_masquerade && is_front_end(argc - own, argv + own)) {
        launch->wanted = WANTS_FRONT_END;
        launch->argv = argv + own + 1;
    } else {
        find_compiler(launch, argv + own, is_masquerade ? name : NULL);
    }
}

Launch *launcher_ask(int argc, char **argv)
{
    static Launch launch;
    Print print;
    if (launch.own_path)
        return &launch;
    launch.started_ns = platform_now_ns();
    launch.flags = platform_flags();
    launch.connection = -1;
    understand(&launch, argc, argv);
    if (launch.wanted == WANTS_COMPILER && !is_switched_on("CLCACHE_DISABLE") &&
        request_frame(&launch, &launch.request) && (launch.endpoint = platform_endpoint()) != NULL &&
        ask_core(&launch) && read_print(&launch.answer, &print) && !print.signal) {
        print_texts(&print);
        platform_exit(print.exit_code);
    }
    return &launch;
}
