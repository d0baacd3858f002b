/* The tests' clang-cl.exe: the clang in zig.exe in cl mode, under a name of its own.
 *
 * A driver names itself as the program that compiles, and the cache refuses one that names another. zig.exe can only be
 * asked by "zig clang", so this one puts its own path where zig's stands in what "-###" prints; else it passes all on.
 * ZIG is the path of zig.exe with slashes. */
#include <windows.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

static const wchar_t *skip_program(const wchar_t *at)
{
    wchar_t end = *at == L'"' ? L'"' : L' ';
    while (*++at && *at != end)
        ;
    return *at == L'"' ? at + 1 : at;
}

static void print_renamed(const char *text, const char *own)
{
    const char *found;
    while ((found = strstr(text, ZIG))) {
        fprintf(stderr, "%.*s%s", (int)(found - text), text, own);
        text = found + strlen(ZIG);
    }
    fputs(text, stderr);
}

static char *read_all(HANDLE from)
{
    size_t size = 0;
    DWORD got = 0;
    char *text = calloc(1, 1 << 20);
    while (text && size < (1 << 20) - 1 && ReadFile(from, text + size, (1 << 20) - 1 - (DWORD)size, &got, NULL) && got)
        size += got;
    return text;
}

int wmain(void)
{
    static wchar_t line[40000];
    static char own[MAX_PATH];
    const wchar_t *rest = skip_program(GetCommandLineW());
    int is_asked = wcsstr(rest, L"-###") != NULL;
    SECURITY_ATTRIBUTES inherited = {sizeof inherited, NULL, TRUE};
    STARTUPINFOW start = {.cb = sizeof start, .dwFlags = STARTF_USESTDHANDLES};
    PROCESS_INFORMATION made;
    HANDLE from = NULL, to = NULL;
    DWORD code = 97;
    GetModuleFileNameA(NULL, own, MAX_PATH);
    for (char *at = own; (at = strchr(at, '\\'));)
        *at = '/';
    _snwprintf(line, 40000, L"\"%hs\" clang --driver-mode=cl%ls", ZIG, rest);
    start.hStdInput = GetStdHandle(STD_INPUT_HANDLE);
    start.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
    start.hStdError = GetStdHandle(STD_ERROR_HANDLE);
    if (is_asked && CreatePipe(&from, &to, &inherited, 1 << 16)) {
        SetHandleInformation(from, HANDLE_FLAG_INHERIT, 0);
        start.hStdError = to;
    }
    if (!CreateProcessW(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &start, &made))
        return 98;
    if (to) {
        CloseHandle(to);
        char *text = read_all(from);
        print_renamed(text ? text : "", own);
    }
    WaitForSingleObject(made.hProcess, INFINITE);
    GetExitCodeProcess(made.hProcess, &code);
    return (int)code;
}
