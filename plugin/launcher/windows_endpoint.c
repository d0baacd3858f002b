/* The end point on Windows: the user's own named pipe, the connection, and the start of a core. */
#include "windows_process.h"

#include <inttypes.h>
#include <sddl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PIPES "\\\\.\\pipe\\"

enum {
    ANSWER_LIMIT_MS = 30000, /* the first request with a compiler probes it and reads it whole */
    BUSY_LIMIT_MS = 10000,
    START_LIMIT_MS = 10000,
    LONGEST_NAME = 200, /* a pipe's name may have 256 characters, a mutex's 260 */
    PIECE = 1 << 20
};

/* ---- whose a process is ---- */

typedef struct {
    union {
        TOKEN_USER user;
        char space[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE];
    } name;
    TOKEN_ELEVATION elevation;
} User;

static bool user_of(HANDLE process, User *user)
{
    HANDLE token;
    DWORD size;
    if (!OpenProcessToken(process, TOKEN_QUERY, &token))
        return false;
    bool known = GetTokenInformation(token, TokenUser, &user->name, sizeof user->name, &size) &&
                 GetTokenInformation(token, TokenElevation, &user->elevation, sizeof user->elevation, &size);
    CloseHandle(token);
    return known;
}

/* A process with more rights never serves one with less, nor the other way. */
static bool is_own_peer(HANDLE pipe)
{
    User own, peer;
    ULONG id;
    bool is_same = false;
    HANDLE process = NULL;
    if (GetNamedPipeServerProcessId(pipe, &id))
        process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, id);
    if (!process)
        return false;
    if (user_of(GetCurrentProcess(), &own) && user_of(process, &peer))
        is_same = EqualSid(own.name.user.User.Sid, peer.name.user.User.Sid) &&
                  !own.elevation.TokenIsElevated == !peer.elevation.TokenIsElevated;
    CloseHandle(process);
    return is_same;
}

/* ---- its name ---- */

static uint64_t hash_text(const char *text)
{
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 1099511628211u;
    return hash;
}

/* Begins every name of this user's: "\\.\pipe\clcache-S-1-5-21-...-", with "admin-" for raised rights; allocated. */
static char *own_prefix(void)
{
    User own;
    LPWSTR sid = NULL;
    char *prefix = NULL;
    if (!user_of(GetCurrentProcess(), &own) || !ConvertSidToStringSidW(own.name.user.User.Sid, &sid))
        return NULL;
    char *text = to_text(sid);
    if (text)
        prefix = join(PIPES "clcache-", text, own.elevation.TokenIsElevated ? "-admin-" : "-");
    free(text);
    LocalFree(sid);
    return prefix;
}

char *platform_endpoint(void)
{
    char hashed[24];
    const char *given = platform_environment("CLCACHE_SOCKET");
    if (given && *given) {
        const char *name = _strnicmp(given, PIPES, strlen(PIPES)) == 0 ? given + strlen(PIPES) : given;
        if (*name && !strpbrk(name, "\\/:") && strlen(name) <= LONGEST_NAME)
            return join(PIPES, name, "");
        snprintf(hashed, sizeof hashed, "s%016" PRIx64, hash_text(given));
    }
    char *prefix = own_prefix();
    char *endpoint = prefix ? join(prefix, given && *given ? hashed : CLCACHE_BUILD, "") : NULL;
    free(prefix);
    return endpoint;
}

/* ---- the connection ---- */

static HANDLE open_pipe(const wchar_t *name)
{
    ULONGLONG until_ms = GetTickCount64() + BUSY_LIMIT_MS;
    for (;;) {
        /* Whoever serves the pipe may learn who calls, and not act in the caller's name. */
        HANDLE pipe = CreateFileW(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING,
                                  FILE_FLAG_OVERLAPPED | SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION, NULL);
        ULONGLONG now_ms = GetTickCount64();
        if (pipe != INVALID_HANDLE_VALUE || GetLastError() != ERROR_PIPE_BUSY || now_ms >= until_ms)
            return pipe;
        WaitNamedPipeW(name, (DWORD)(until_ms - now_ms));
    }
}

Connection platform_connect(const char *endpoint)
{
    wchar_t *name = to_wide(endpoint);
    HANDLE pipe = name ? open_pipe(name) : INVALID_HANDLE_VALUE;
    free(name);
    if (pipe == INVALID_HANDLE_VALUE)
        return -1;
    if (is_own_peer(pipe))
        return (Connection)pipe;
    CloseHandle(pipe);
    return -1;
}

void platform_disconnect(Connection connection)
{
    CloseHandle((HANDLE)connection);
}

/* Ends one read or write that has begun; the bytes it moved, 0 when it failed or took too long. */
static DWORD finish(HANDLE pipe, BOOL is_begun, OVERLAPPED *pending)
{
    DWORD moved = 0;
    if (!is_begun && GetLastError() != ERROR_IO_PENDING)
        return 0;
    if (WaitForSingleObject(pending->hEvent, ANSWER_LIMIT_MS) != WAIT_OBJECT_0)
        CancelIoEx(pipe, pending);
    /* Waits for the cancelled one too: until then the system may write to the buffer. */
    return GetOverlappedResult(pipe, pending, &moved, TRUE) ? moved : 0;
}

bool platform_send(Connection connection, const char *data, size_t size)
{
    HANDLE pipe = (HANDLE)connection;
    OVERLAPPED pending = {0};
    pending.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
    DWORD moved = pending.hEvent != NULL;
    while (size > 0 && moved > 0) {
        BOOL is_begun = WriteFile(pipe, data, size < PIECE ? (DWORD)size : PIECE, NULL, &pending);
        moved = finish(pipe, is_begun, &pending);
        data += moved;
        size -= moved;
    }
    if (pending.hEvent)
        CloseHandle(pending.hEvent);
    return size == 0;
}

bool platform_receive(Connection connection, char *data, size_t size)
{
    HANDLE pipe = (HANDLE)connection;
    OVERLAPPED pending = {0};
    pending.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
    DWORD moved = pending.hEvent != NULL;
    while (size > 0 && moved > 0) {
        BOOL is_begun = ReadFile(pipe, data, size < PIECE ? (DWORD)size : PIECE, NULL, &pending);
        moved = finish(pipe, is_begun, &pending);
        data += moved;
        size -= moved;
    }
    if (pending.hEvent)
        CloseHandle(pending.hEvent);
    return size == 0;
}

/* ---- the start of a core ---- */

static bool is_there(const wchar_t *pipe)
{
    return WaitNamedPipeW(pipe, 1) || GetLastError() == ERROR_SEM_TIMEOUT;
}

/* The environment without what would change the Python of the core; allocated. */
static wchar_t *core_environment(void)
{
    wchar_t *block = GetEnvironmentStringsW();
    const wchar_t *end = block;
    if (!block)
        return NULL;
    while (*end)
        end += wcslen(end) + 1;
    wchar_t *kept = malloc(((size_t)(end - block) + 2) * sizeof *kept);
    wchar_t *to = kept;
    for (const wchar_t *entry = block; kept && *entry; entry += wcslen(entry) + 1) {
        size_t size = wcslen(entry) + 1;
        if (_wcsnicmp(entry, L"PYTHON", 6) == 0)
            continue;
        memcpy(to, entry, size * sizeof *to);
        to += size;
    }
    if (kept)
        to[0] = to[1] = 0;
    FreeEnvironmentStringsW(block);
    return kept;
}

/* Starts the core with no stream, no folder and no handle of the caller; its handle, NULL when that failed. */
static HANDLE launch_core(const char *core_program, const char *endpoint)
{
    wchar_t folder[MAX_PATH];
    SECURITY_ATTRIBUTES inherited = {sizeof inherited, NULL, TRUE};
    char *argv[] = {(char *)core_program, "serve", (char *)endpoint, "0", NULL};
    char *line = quote_arguments(argv);
    wchar_t *environment = core_environment();
    HANDLE nothing = CreateFileW(L"NUL", GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, &inherited,
                                 OPEN_EXISTING, 0, NULL);
    HANDLE process = NULL;
    /* A detached program has no console, and the Python that pip's clcache-core.exe starts would open a window. */
    Start start = {core_program, line, folder, environment, nothing, nothing, nothing,
                   CREATE_NO_WINDOW | CREATE_BREAKAWAY_FROM_JOB, NULL};
    if (line && environment && nothing != INVALID_HANDLE_VALUE && GetSystemDirectoryW(folder, MAX_PATH) - 1u < MAX_PATH) {
        process = start_process(&start);
        if (!process && GetLastError() == ERROR_ACCESS_DENIED) {
            start.flags = CREATE_NO_WINDOW; /* the job keeps what it holds */
            process = start_process(&start);
        }
    }
    if (nothing != INVALID_HANDLE_VALUE)
        CloseHandle(nothing);
    free(environment);
    free(line);
    return process;
}

/* A core that listens has its pipe; one that ends before it has none never will. */
static bool start_one(const char *core_program, const char *endpoint, const wchar_t *pipe, ULONGLONG until_ms)
{
    HANDLE process = launch_core(core_program, endpoint);
    bool is_listening = false;
    if (!process)
        return false;
    for (bool is_over = false; !is_listening && !is_over;) {
        is_over = WaitForSingleObject(process, 5) == WAIT_OBJECT_0 || GetTickCount64() >= until_ms;
        is_listening = is_there(pipe);
    }
    CloseHandle(process);
    return is_listening;
}

bool platform_start_core(const char *core_program, const char *endpoint)
{
    ULONGLONG until_ms = GetTickCount64() + START_LIMIT_MS;
    char *lock_name = join("Global\\", endpoint + strlen(PIPES), ".start");
    wchar_t *wide = lock_name ? to_wide(lock_name) : NULL;
    wchar_t *pipe = to_wide(endpoint);
    HANDLE lock = wide && pipe ? CreateMutexW(NULL, FALSE, wide) : NULL;
    DWORD got = lock ? WaitForSingleObject(lock, START_LIMIT_MS) : WAIT_FAILED;
    bool is_started = false;
    if (got == WAIT_OBJECT_0 || got == WAIT_ABANDONED) {
        if (!is_there(pipe)) {
            is_started = start_one(core_program, endpoint, pipe, until_ms);
        } else {
            Connection connection = platform_connect(endpoint);
            is_started = connection >= 0;
            if (is_started)
                platform_disconnect(connection);
        }
        ReleaseMutex(lock);
    }
    if (lock)
        CloseHandle(lock);
    free(pipe);
    free(wide);
    free(lock_name);
    return is_started;
}
