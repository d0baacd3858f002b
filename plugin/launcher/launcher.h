/* The launcher: asks the cache core what to do with one compiler run, and does it.
 *
 * ask.c asks and prints, main.c does all else that the answer may say; wire.c holds the messages, frontend.c the choice
 * between compiler and front end; posix*.c and windows*.c hold what systems differ in, behind the functions named
 * platform_*. On Linux what ask.c needs runs before the C library is set up: see linux_start.c. Text is UTF-8 on
 * Windows and the system's own bytes elsewhere. The streams belong to the compiler.
 */
#ifndef CLCACHE_LAUNCHER_H
#define CLCACHE_LAUNCHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What both sides of the socket agree on; plugin/clcache_launcher/protocol.py is compared with it by a test. */
#define CLCACHE_MAGIC 0x31434c43u /* "CLC1", little endian */
#define CLCACHE_MAX_FRAME (256u << 20)
enum message {
    MESSAGE_COMPILE = 'Q', /* launcher: version, numbers, cwd, compiler, options, argv, environment */
    MESSAGE_DONE = 'D',    /* launcher: numbers, stdout, stderr of each command line that was run */
    MESSAGE_PRINT = 'H',   /* core: exit code and signal, stdout, stderr; every output is in place */
    MESSAGE_RUN = 'R',     /* core: flags, then command lines, each run if the one before succeeded; answered by DONE */
    MESSAGE_PASS = 'P',    /* core: run the compiler as given */
    MESSAGE_CONTROL = 'C', /* front end: JSON */
    MESSAGE_ANSWER = 'J'   /* core: JSON */
};
enum run_flag { RUN_AS_CALLER = 1 }; /* stdout and stderr go to one place where the caller's do */
enum request_flag { FLAG_SAME_STREAM = 1, FLAG_STDERR_IS_TERMINAL = 2 };

typedef struct {
    char *data;
    size_t size, capacity;
    bool failed; /* memory ran out; the content is not to be used */
} Buffer;

void buffer_append(Buffer *buffer, const void *data, size_t size);

/* Memory, zeroed, for as long as the launcher lives; NULL when there is no more. */
void *allocate(size_t size);
/* The same bytes in more of it. */
void *enlarge(void *old, size_t old_size, size_t size);

/* A frame is: magic, payload size (u32 each), payload; a payload is the message's letter and then fields, each with
 * its size (u32) before it. All numbers are little endian. */
void frame_begin(Buffer *frame, enum message message);
void frame_field(Buffer *frame, const void *data, size_t size);
void frame_text(Buffer *frame, const char *text);
void frame_list(Buffer *frame, char *const *items); /* each item with its NUL */
void frame_end(Buffer *frame);

typedef struct {
    const char *data;
    size_t size;
} Field;

/* Reads the next field of a payload; false at its end or when a length does not fit. */
bool next_field(Field *rest, Field *field);
/* Splits a field of NUL-ended items into a NULL-ended array; NULL when memory ran out or the field is not a list. */
char **field_items(Field field);

/* An open connection; negative means none. */
typedef intptr_t Connection;

/* Sends and receives whole frames within the connection's time limit. */
bool send_frame(Connection connection, const Buffer *frame);
bool receive_frame(Connection connection, Buffer *payload);

typedef struct {
    uint64_t device, file;
} Identity;

/* What a PRINT message holds. */
typedef struct {
    int exit_code, signal;
    Field standard_output, standard_error;
} Print;

/* Reads a payload that is a PRINT message; false when it is another or none. */
bool read_print(const Buffer *payload, Print *print);
uint32_t number_of(Field field, size_t at);
void put_u64(char *to, uint64_t number);

typedef struct {
    int exit_code;           /* of the process; 128 + signal when a signal ended it */
    int signal;              /* POSIX: the signal that ended it, else 0 */
    uint64_t started_ns;     /* the file system's clock when it was started */
    uint64_t spent_ns;       /* from its start to its end, by a clock that nobody sets */
    Buffer standard_output, standard_error;
} Outcome;

/* ---- what systems differ in ---- */
const char *platform_environment(const char *name); /* NULL when unset */
char **platform_environment_block(void);            /* NULL when memory ran out */
char *platform_working_folder(void);                /* NULL when there is none */
char *platform_own_path(void);                      /* symbolic links resolved; NULL when it can't be told */
unsigned platform_umask(void);
unsigned platform_flags(void);                      /* enum request_flag */
unsigned platform_columns(void);                    /* of the terminal that stderr is */
bool platform_identity(const char *path, Identity *identity);
bool platform_is_program(const char *path);
uint64_t platform_now_ns(void);
bool platform_read_file(const char *path, Buffer *content); /* false when that fails */
/* Absolute or cwd-relative path of a command as the system's own search finds it, never this program. */
char *platform_find_program(const char *command, const char *own_path);
const char *platform_base_name(const char *path);

char *platform_endpoint(void);                      /* NULL when there is no private place for it */
Connection platform_connect(const char *endpoint);
void platform_disconnect(Connection connection);
bool platform_send(Connection connection, const char *data, size_t size);
bool platform_receive(Connection connection, char *data, size_t size);
/* Starts a core and waits until it listens, or until another launcher's does; false after a bounded time. */
bool platform_start_core(const char *core_program, const char *endpoint);

/* Runs a program with its streams captured and waits for the process, not for the end of its streams. Flags as of a
 * request: one stream for both, a terminal for stderr. */
bool platform_run(const char *program, char *const *argv, uint64_t not_before_ns, unsigned flags, Outcome *outcome);
void platform_write(int stream, const char *data, size_t size); /* 1 stdout, 2 stderr */
/* Becomes the program (POSIX) or runs it and ends with its exit code (Windows); returns only when it can't start. */
void platform_become(const char *program, char *const *argv);
void platform_exit(int exit_code);
void platform_end(int exit_code, int signal_number); /* ends as the compiler did, by signal too where that is not 0 */

/* ---- ask.c ---- */
enum wanted { WANTS_COMPILER, WANTS_FRONT_END, WANTS_NOTHING };

/* One launch, and how far it has come. */
typedef struct {
    enum wanted wanted;      /* nothing: there is no such program */
    const char *named;       /* the compiler as it was named */
    const char *program;     /* what runs */
    char **argv;             /* as given, from the compiler on; of the front end, its arguments */
    char **options;          /* the words before the compiler that are the launcher's own; ends with NULL */
    const char *own_path;
    const char *endpoint;    /* NULL: the core is not to be asked */
    uint64_t started_ns;     /* when this launcher began */
    unsigned flags;
    bool is_stuck;           /* a core took the request and gave no answer for long */
    Connection connection;   /* negative until a core has answered */
    Buffer request, answer;
} Launch;

/* The launch, after a core that was there already has been asked once; a hit has ended by then. */
Launch *launcher_ask(int argc, char **argv);
/* Sends the request and waits for the first answer; whether there is one. */
bool ask_core(Launch *launch);
void print_texts(const Print *print);

/* ---- main.c ---- */
int launcher_main(int argc, char **argv);

/* ---- frontend.c ---- */
/* Whether the first argument is a word or switch of the front end and not a compiler. */
bool is_front_end(int argc, char *const *argv);
/* Path of the clcache-core program that belongs to this launcher; NULL when there is none. */
char *find_core_program(const char *own_path);
/* Whether two files are alike: a copy of this launcher under a compiler's name is no compiler. */
bool has_same_content(const char *first, const char *second);
/* Whether a variable is set to something that does not mean off. */
bool is_switched_on(const char *name);
char *join(const char *first, const char *second, const char *third); /* NULL when memory ran out */

#endif
