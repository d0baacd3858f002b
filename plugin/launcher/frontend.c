/* The choice between compiler and front end, and where the Python side is. */
#include "launcher.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
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
    size_t size = strlen(first) + strlen(second) + strlen(third) + 1;
    char *text = malloc(size);
    if (text)
        snprintf(text, size, "%s%s%s", first, second, third);
    return text;
}

/* The first line of a small file, without its end; allocated. */
static char *read_line(const char *path)
{
    char line[4096];
    FILE *file = platform_open(path);
    if (!file)
        return NULL;
    char *got = fgets(line, sizeof line, file);
    fclose(file);
    if (!got)
        return NULL;
    line[strcspn(line, "\r\n")] = '\0';
    return line[0] ? join(line, "", "") : NULL;
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
    free(where);
    if (!program)
#ifdef _WIN32
        program = join(beside, "clcache-core.exe", "");
#else
        program = join(beside, "clcache-core", "");
#endif
    free(beside);
    if (program && platform_is_program(program))
        return program;
    free(program);
    return NULL;
}

bool has_same_content(const char *first, const char *second)
{
    char pieces[2][4096];
    FILE *files[2] = {platform_open(first), platform_open(second)};
    bool same = files[0] && files[1];
    for (size_t got = sizeof pieces[0]; same && got == sizeof pieces[0];) {
        got = fread(pieces[0], 1, sizeof pieces[0], files[0]);
        same = fread(pieces[1], 1, sizeof pieces[1], files[1]) == got && memcmp(pieces[0], pieces[1], got) == 0;
    }
    for (int i = 0; i < 2; i++)
        if (files[i])
            fclose(files[i]);
    return same;
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
