/* What Windows does its own way: environment, paths, streams. Processes are in windows_process.c, the end point in
 * windows_endpoint.c. */
#include "windows_process.h"

#include <stdlib.h>
#include <string.h>

/* ---- environment ---- */

const char *platform_environment(const char *name)
{
    wchar_t *wide = to_wide(name);
    wchar_t *value = NULL;
    char *text = NULL;
    DWORD size = wide ? GetEnvironmentVariableW(wide, NULL, 0) : 0;
    if (size)
        value = malloc(size * sizeof *value);
    if (value && GetEnvironmentVariableW(wide, value, size) < size)
        text = to_text(value);
    free(wide);
    free(value);
    return text; /* kept for the short life of the launcher */
}

char **platform_environment_block(void)
{
    size_t count = 0;
    wchar_t *block = GetEnvironmentStringsW();
    if (!block)
        return NULL;
    for (const wchar_t *entry = block; *entry; entry += wcslen(entry) + 1)
        count++;
    char **items = calloc(count + 1, sizeof *items);
    char **item = items;
    for (const wchar_t *entry = block; items && *entry; entry += wcslen(entry) + 1) {
        if (*entry == '=')
            continue; /* =C:=C:\folder, cmd.exe's memory of each drive's folder */
        *item = to_text(entry);
        if (!*item++)
            items = NULL;
    }
    FreeEnvironmentStringsW(block);
    return items;
}

/* ---- paths ---- */

char *platform_working_folder(void)
{
    char *text = NULL;
    DWORD size = GetCurrentDirectoryW(0, NULL);
    wchar_t *folder = malloc((size + 1) * sizeof *folder);
    if (folder && size) {
        DWORD length = GetCurrentDirectoryW(size, folder);
        text = length && length < size ? to_text(folder) : NULL;
    }
    free(folder);
    return text;
}

static HANDLE open_to_ask(const wchar_t *path)
{
    return CreateFileW(path, FILE_READ_ATTRIBUTES, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                       OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
}

wchar_t *module_path(void)
{
    for (DWORD size = MAX_PATH; size <= 65536; size *= 2) {
        wchar_t *path = malloc(size * sizeof *path);
        DWORD length = path ? GetModuleFileNameW(NULL, path, size) : 0;
        if (length && length < size)
            return path;
        free(path);
        if (!length)
            break;
    }
    return NULL;
}

char *platform_own_path(void)
{
    wchar_t final[4096];
    wchar_t *path = module_path();
    HANDLE file = path ? open_to_ask(path) : INVALID_HANDLE_VALUE;
    char *text = NULL;
    if (file != INVALID_HANDLE_VALUE) {
        DWORD length = GetFinalPathNameByHandleW(file, final, 4096, FILE_NAME_NORMALIZED | VOLUME_NAME_DOS);
        if (length > 4 && length < 4096 && wcsncmp(final, L"\\\\?\\UNC\\", 8) == 0) {
            final[6] = '\\';
            text = to_text(final + 6);
        } else if (length > 4 && length < 4096) {
            text = to_text(wcsncmp(final, L"\\\\?\\", 4) == 0 ? final + 4 : final);
        }
        CloseHandle(file);
    }
    if (!text && path)
        text = to_text(path);
    free(path);
    return text;
}

/* "/" is the drive of Windows itself: for the core, which works in the system's folder, it is the same. */
bool platform_identity(const char *path, Identity *identity)
{
    BY_HANDLE_FILE_INFORMATION status;
    wchar_t system_folder[MAX_PATH];
    wchar_t *wide = NULL;
    HANDLE file = INVALID_HANDLE_VALUE;
    if (strcmp(path, "/") != 0) {
        wide = to_wide(path);
    } else if (GetSystemDirectoryW(system_folder, MAX_PATH) - 3u < MAX_PATH) {
        system_folder[3] = 0;
        file = open_to_ask(system_folder);
    }
    if (wide)
        file = open_to_ask(wide);
    free(wide);
    if (file == INVALID_HANDLE_VALUE)
        return false;
    BOOL known = GetFileInformationByHandle(file, &status);
    CloseHandle(file);
    if (!known)
        return false;
    identity->device = status.dwVolumeSerialNumber;
    identity->file = (uint64_t)status.nFileIndexHigh << 32 | status.nFileIndexLow;
    return true;
}

bool platform_read_file(const char *path, Buffer *content)
{
    char piece[4096];
    DWORD got = 0;
    wchar_t *wide = to_wide(path);
    HANDLE file = wide ? CreateFileW(wide, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                                     OPEN_EXISTING, 0, NULL)
                       : INVALID_HANDLE_VALUE;
    free(wide);
    if (file == INVALID_HANDLE_VALUE)
        return false;
    BOOL is_read;
    while ((is_read = ReadFile(file, piece, sizeof piece, &got, NULL)) && got)
        buffer_append(content, piece, got);
    CloseHandle(file);
    return is_read && !content->failed;
}

const char *platform_base_name(const char *path)
{
    for (const char *at = path; *at; at++)
        if (strchr("/\\:", *at))
            path = at + 1;
    return path;
}

static bool ends_with(const char *path, const char *ending)
{
    size_t size = strlen(path), length = strlen(ending);
    return size > length && _stricmp(path + size - length, ending) == 0;
}

bool is_batch_file(const char *path)
{
    return ends_with(path, ".bat") || ends_with(path, ".cmd");
}

bool platform_is_program(const char *path)
{
    if (!ends_with(path, ".exe") && !is_batch_file(path))
        return false;
    wchar_t *wide = to_wide(path);
    DWORD attributes = wide ? GetFileAttributesW(wide) : INVALID_FILE_ATTRIBUTES;
    free(wide);
    return attributes != INVALID_FILE_ATTRIBUTES && !(attributes & FILE_ATTRIBUTE_DIRECTORY);
}

/* The command in a folder, unless it is not there or is this program; allocated. CreateProcess adds ".exe" alone. */
static char *program_in(const char *folder, const char *command, const char *own_path)
{
    Identity found, own;
    char *path = join(folder, command, ends_with(command, ".exe") || is_batch_file(command) ? "" : ".exe");
    if (path && platform_is_program(path) && platform_identity(path, &found) &&
        (!platform_identity(own_path, &own) || found.device != own.device || found.file != own.file) &&
        !has_same_content(path, own_path))
        return path;
    free(path);
    return NULL;
}

/* Cuts the next folder off PATH, without the quotes that may hide a semicolon, and ends it with a backslash. */
static char *next_folder(char **rest)
{
    char *folder = *rest, *to = folder, *at = folder;
    bool is_quoted = false;
    for (; *at && (is_quoted || *at != ';'); at++) {
        if (*at == '"')
            is_quoted = !is_quoted;
        else
            *to++ = *at;
    }
    *rest = *at ? at + 1 : at;
    *to = '\0';
    return to == folder ? NULL : join(folder, strchr("/\\", to[-1]) ? "" : "\\", "");
}

char *platform_find_program(const char *command, const char *own_path)
{
    wchar_t *wide = to_wide(command);
    bool is_here = wide && NeedCurrentDirectoryForExePathW(wide);
    char *path = (char *)platform_environment("PATH"), *found = NULL;
    free(wide);
    if (!*command || strpbrk(command, "/\\:"))
        return *command ? program_in("", command, own_path) : NULL;
    if (is_here)
        found = program_in(".\\", command, own_path);
    while (!found && path && *path) {
        char *folder = next_folder(&path);
        found = folder ? program_in(folder, command, own_path) : NULL;
        free(folder);
    }
    return found;
}

/* ---- the launcher's own process ---- */

unsigned platform_umask(void)
{
    return 0;
}

typedef BOOL(WINAPI *CompareHandles)(HANDLE, HANDLE);

unsigned platform_flags(void)
{
    DWORD mode;
    HANDLE output = GetStdHandle(STD_OUTPUT_HANDLE), error = GetStdHandle(STD_ERROR_HANDLE);
    bool is_console = GetConsoleMode(error, &mode) != 0;
    bool is_same = output == error || (is_console && GetConsoleMode(output, &mode));
    HMODULE base = GetModuleHandleW(L"kernelbase.dll"); /* since Windows 10 */
    CompareHandles compare = base ? (CompareHandles)(void (*)(void))GetProcAddress(base, "CompareObjectHandles") : NULL;
    if (is_same || (compare && compare(output, error)))
        return FLAG_SAME_STREAM | (is_console ? FLAG_STDERR_IS_TERMINAL : 0u);
    return is_console ? FLAG_STDERR_IS_TERMINAL : 0;
}

unsigned platform_columns(void)
{
    CONSOLE_SCREEN_BUFFER_INFO screen;
    return GetConsoleScreenBufferInfo(GetStdHandle(STD_ERROR_HANDLE), &screen) ? (unsigned)screen.dwSize.X : 0;
}

/* The clock that stamps files; it stands still for up to 16 milliseconds. */
uint64_t platform_now_ns(void)
{
    FILETIME now;
    GetSystemTimeAsFileTime(&now);
    return (((uint64_t)now.dwHighDateTime << 32 | now.dwLowDateTime) - 116444736000000000u) * 100;
}

void platform_write(int stream, const char *data, size_t size)
{
    HANDLE handle = GetStdHandle(stream == 1 ? STD_OUTPUT_HANDLE : STD_ERROR_HANDLE);
    while (size > 0) {
        DWORD put = 0;
        DWORD piece = size > 32768 ? 32768 : (DWORD)size; /* older consoles take less than 64 KiB at once */
        if (!WriteFile(handle, data, piece, &put, NULL) || !put)
            return;
        data += put;
        size -= put;
    }
}
