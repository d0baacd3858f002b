/* Processes on Windows: the compiler with its streams captured, or in the launcher's place. */
#include "windows_process.h"

#include <stdlib.h>
#include <string.h>

static bool is_handle(HANDLE handle)
{
    return handle && handle != INVALID_HANDLE_VALUE;
}

static void close_handle(HANDLE handle)
{
    if (is_handle(handle))
        CloseHandle(handle);
}

/* A list must not name a handle twice, nor a console of Windows 7, which is no handle of the kernel. */
static DWORD inheritable_handles(const Start *start, HANDLE *listed)
{
    HANDLE handles[] = {start->input, start->output, start->error};
    DWORD count = 0;
    for (int i = 0; i < 3; i++) {
        bool is_listed = !is_handle(handles[i]) ||
                         (((uintptr_t)handles[i] & 3) == 3 && GetFileType(handles[i]) == FILE_TYPE_CHAR);
        for (DWORD at = 0; at < count; at++)
            is_listed = is_listed || listed[at] == handles[i];
        if (!is_listed)
            listed[count++] = handles[i];
    }
    return count;
}

static HANDLE create_process(const Start *start, STARTUPINFOEXW *startup, BOOL inherits)
{
    PROCESS_INFORMATION made = {0};
    wchar_t *program = to_wide(start->program);
    wchar_t *line = to_wide(start->line);
    DWORD flags = start->flags | CREATE_UNICODE_ENVIRONMENT | EXTENDED_STARTUPINFO_PRESENT;
    if (start->job)
        flags |= CREATE_SUSPENDED; /* what it starts itself is in the job, too */
    BOOL started = program && line &&
                   CreateProcessW(program, line, NULL, NULL, inherits, flags, (void *)start->environment, start->folder,
                                  &startup->StartupInfo, &made);
    DWORD reason = GetLastError();
    free(program);
    free(line);
    SetLastError(reason);
    if (!started)
        return NULL;
    if (start->job) {
        AssignProcessToJobObject(start->job, made.hProcess);
        ResumeThread(made.hThread);
    }
    CloseHandle(made.hThread);
    return made.hProcess;
}

HANDLE start_process(const Start *start)
{
    HANDLE listed[3], process = NULL;
    STARTUPINFOEXW startup = {0};
    SIZE_T size = 0;
    DWORD count = inheritable_handles(start, listed);
    startup.StartupInfo.cb = sizeof startup;
    startup.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
    startup.StartupInfo.hStdInput = start->input;
    startup.StartupInfo.hStdOutput = start->output;
    startup.StartupInfo.hStdError = start->error;
    InitializeProcThreadAttributeList(NULL, 1, 0, &size);
    startup.lpAttributeList = malloc(size);
    if (!startup.lpAttributeList || !InitializeProcThreadAttributeList(startup.lpAttributeList, 1, 0, &size)) {
        free(startup.lpAttributeList);
        return NULL;
    }
    /* An empty list would mean every handle. */
    if (!count || UpdateProcThreadAttribute(startup.lpAttributeList, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, listed,
                                            count * sizeof *listed, NULL, NULL))
        process = create_process(start, &startup, count > 0);
    DWORD reason = GetLastError();
    DeleteProcThreadAttributeList(startup.lpAttributeList);
    free(startup.lpAttributeList);
    SetLastError(reason);
    return process;
}

/* ---- the compiler ---- */

/* The keys reach the compiler by themselves; the launcher waits for how it ends. */
static BOOL WINAPI leave_to_compiler(DWORD event)
{
    return event == CTRL_C_EVENT || event == CTRL_BREAK_EVENT;
}

static bool limit_job(HANDLE job, DWORD flags)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {0};
    limits.BasicLimitInformation.LimitFlags = flags;
    return SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof limits);
}

/* Who ends the launcher means the compiler: both go. NULL where the system has no job to give. */
static HANDLE new_job(void)
{
    HANDLE job = CreateJobObjectW(NULL, NULL);
    if (job && !limit_job(job, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | JOB_OBJECT_LIMIT_BREAKAWAY_OK)) {
        CloseHandle(job);
        job = NULL;
    }
    return job;
}

/* Waits for the process and not for what it leaves running. */
static int wait_for_end(HANDLE process, HANDLE job)
{
    DWORD exit_code = 1;
    WaitForSingleObject(process, INFINITE);
    GetExitCodeProcess(process, &exit_code);
    if (job)
        limit_job(job, JOB_OBJECT_LIMIT_BREAKAWAY_OK); /* mspdbsrv and its like live on */
    CloseHandle(process);
    return (int)exit_code;
}

/* A new file that goes when its last handle is closed. */
static HANDLE capture_file(void)
{
    SECURITY_ATTRIBUTES inherited = {sizeof inherited, NULL, TRUE};
    wchar_t *path = temporary_path(".tmp");
    HANDLE file = INVALID_HANDLE_VALUE;
    if (path)
        file = CreateFileW(path, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                           &inherited, CREATE_NEW, FILE_ATTRIBUTE_TEMPORARY | FILE_FLAG_DELETE_ON_CLOSE, NULL);
    free(path);
    return file;
}

static void collect(HANDLE file, Buffer *buffer)
{
    char piece[65536];
    LARGE_INTEGER size;
    uint64_t at = 0;
    if (!GetFileSizeEx(file, &size)) {
        buffer->failed = true;
        return;
    }
    while (at < (uint64_t)size.QuadPart && !buffer->failed) {
        /* The offset is given each time: a helper that the compiler left may still write and move the file's own. */
        OVERLAPPED where = {0};
        DWORD got = 0;
        where.Offset = (DWORD)at;
        where.OffsetHigh = (DWORD)(at >> 32);
        if (!ReadFile(file, piece, sizeof piece, &got, &where) || !got)
            buffer->failed = true;
        buffer_append(buffer, piece, got);
        at += got;
    }
}

/* A clock that nobody sets: only differences mean something. */
static uint64_t steady_ns(void)
{
    LARGE_INTEGER ticks, second;
    QueryPerformanceCounter(&ticks);
    QueryPerformanceFrequency(&second);
    uint64_t whole = (uint64_t)(ticks.QuadPart / second.QuadPart), rest = (uint64_t)(ticks.QuadPart % second.QuadPart);
    return whole * 1000000000u + rest * 1000000000u / (uint64_t)second.QuadPart;
}

/* An input saved before this launcher began must have an older stamp than anything saved while the compiler runs. */
static uint64_t wait_for_file_clock(uint64_t not_before_ns)
{
    uint64_t now = platform_now_ns();
    for (int turn = 0; now <= not_before_ns && turn < 100; turn++) {
        Sleep(1);
        now = platform_now_ns();
    }
    return now;
}

static HANDLE inheritable_input(void)
{
    HANDLE own = GetStdHandle(STD_INPUT_HANDLE), copy = NULL;
    if (is_handle(own))
        DuplicateHandle(GetCurrentProcess(), own, GetCurrentProcess(), &copy, 0, TRUE, DUPLICATE_SAME_ACCESS);
    return copy;
}

static bool run_captured(Start *start, uint64_t not_before_ns, Outcome *outcome)
{
    SetConsoleCtrlHandler(leave_to_compiler, TRUE);
    outcome->started_ns = wait_for_file_clock(not_before_ns);
    uint64_t began_ns = steady_ns();
    HANDLE process = start_process(start);
    if (process) {
        outcome->exit_code = wait_for_end(process, start->job);
        outcome->spent_ns = steady_ns() - began_ns;
        collect(start->output, &outcome->standard_output);
        if (start->error != start->output)
            collect(start->error, &outcome->standard_error);
    }
    SetConsoleCtrlHandler(leave_to_compiler, FALSE);
    return process && !outcome->standard_output.failed && !outcome->standard_error.failed;
}

bool platform_run(const char *program, char *const *argv, uint64_t not_before_ns, unsigned flags, Outcome *outcome)
{
    bool same_stream = (flags & FLAG_SAME_STREAM) != 0, is_run = false;
    Start start = {0};
    CommandLine line = {0};
    if (is_batch_file(program) || !make_line(&line, argv, quote_arguments(argv)))
        return false;
    start.program = program;
    start.line = line.text;
    start.output = capture_file();
    start.error = same_stream ? start.output : capture_file();
    if (is_handle(start.output) && is_handle(start.error)) {
        start.input = inheritable_input();
        start.job = new_job();
        is_run = run_captured(&start, not_before_ns, outcome);
        close_handle(start.job);
        close_handle(start.input);
    }
    if (start.error != start.output)
        close_handle(start.error);
    close_handle(start.output);
    end_line(&line);
    return is_run;
}

/* The program gets what the launcher got: every handle, the C runtime's own descriptors too. */
void platform_become(const char *program, char *const *argv)
{
    STARTUPINFOW given;
    STARTUPINFOEXW startup = {0};
    Start start = {0};
    CommandLine line = {0};
    if (!make_line(&line, argv, command_line_of(argv)))
        return;
    GetStartupInfoW(&given);
    startup.StartupInfo.cb = sizeof startup;
    startup.StartupInfo.dwFlags = STARTF_USESTDHANDLES | (given.dwFlags & STARTF_USESHOWWINDOW);
    startup.StartupInfo.wShowWindow = given.wShowWindow;
    startup.StartupInfo.cbReserved2 = given.cbReserved2;
    startup.StartupInfo.lpReserved2 = given.lpReserved2;
    startup.StartupInfo.hStdInput = GetStdHandle(STD_INPUT_HANDLE);
    startup.StartupInfo.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
    startup.StartupInfo.hStdError = GetStdHandle(STD_ERROR_HANDLE);
    start.program = program;
    start.line = line.text;
    start.job = new_job();
    SetConsoleCtrlHandler(leave_to_compiler, TRUE);
    HANDLE process = create_process(&start, &startup, TRUE);
    int exit_code = process ? wait_for_end(process, start.job) : 0;
    end_line(&line);
    if (process)
        ExitProcess((UINT)exit_code);
    SetConsoleCtrlHandler(leave_to_compiler, FALSE);
    close_handle(start.job);
}

void platform_exit(int exit_code)
{
    ExitProcess((UINT)exit_code);
}

void platform_end(int exit_code, int signal_number)
{
    (void)signal_number; /* no signals here: how a process ended is its exit code */
    platform_exit(exit_code);
}
