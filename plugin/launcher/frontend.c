/* The choice between compiler and front end, and where the Python side is. */
#include "launcher.h"

#include <ctype.h>
#include <string.h>

/* plugin/clcache_launcher/cli/main.py has the same words; a test compares them. */
static const char *const words[] = {"stats", "zero",   "clean", "clear", "stop",      "status",
                                    "config", "doctor", "help", "max-size",  "-s",    "-z",        "-c",
                                    "-C",     "-M",     "-h",    "--help", "--version", NULL};

bool is_front_end(int argc, char *const *argv)
{
    if (argc < 2)
        return true;
    for (const char *const *word = words; *word; word++) {
        if (strcmp(argv[1], *word) != 0)
            continue;
        /* With CLCACHE_CL the compiler may be left out, and `clcache -c a.c` compiles. */
        bool is_switch = argv[1][0] == '-' && argv[1][1] != '-' && argv[1][1] != 'M';
        return !(is_switch && argc > 2 && is_switched_on("CLCACHE_CL"));
    }
    return false;
}

char *join(const char *first, const char *second, const char *third)
{
    const char *const parts[] = {first, second, third};
    char *text = allocate(strlen(first) + strlen(second) + strlen(third) + 1), *at = text;
    for (int i = 0; text && i < 3; i++) {
        memcpy(at, parts[i], strlen(parts[i]));
        at += strlen(parts[i]);
    }
    return text;
}

/* The first line of a small file, without its end; NULL when there is none. */
static char *read_line(const char *path)
{
    Buffer content = {0};
    if (!platform_read_file(path, &content))
        return NULL;
    buffer_append(&content, "", 1);
    if (content.failed)
        return NULL;
    content.data[strcspn(content.data, "\r\n")] = '\0';
    return content.data[0] ? content.data : NULL;
}

char *find_core_program(const char *own_path)
{
    size_t folder = (size_t)(platform_base_name(own_path) - own_path);
    char *beside = join(own_path, "", "");
    if (!beside)
        return NULL;
    beside[folder] = '\0';
    char *where = join(beside, "clcache-core.path", "");
    char *program = where ? read_line(where) : NULL;
    if (!program)
#ifdef _WIN32
        program = join(beside, "clcache-core.exe", "");
#else
        program = join(beside, "clcache-core", "");
#endif
    return program && platform_is_program(program) ? program : NULL;
}

bool has_same_content(const char *first, const char *second)
{
    Buffer contents[2] = {{0}, {0}};
    if (!platform_read_file(first, &contents[0]) || !platform_read_file(second, &contents[1]))
        return false;
    size_t at = 0;
    while (at < contents[0].size && at < contents[1].size && contents[0].data[at] == contents[1].data[at])
        at++;
    return at == contents[0].size && at == contents[1].size;
}

bool is_switched_on(const char *name)
{
    static const char *const off[] = {"", "0", "false", "no", "off"};
    const char *value = platform_environment(name);
    if (!value)
        return false;
    for (size_t i = 0; i < sizeof off / sizeof *off; i++) {
        size_t at = 0;
        while (off[i][at] && tolower((unsigned char)value[at]) == off[i][at])
            at++;
        if (!off[i][at] && !value[at])
            return false;
    }
    return true;
}
