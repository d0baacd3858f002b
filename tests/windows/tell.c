/* A program for the tests of the launcher: prints its arguments, one a line in UTF-8, then does what the first says.
 *
 *   exit N    ends with N
 *   wait      writes its process number to the file in the second argument, then sleeps for two minutes
 *   @FILE     copies the file to the path in the variable KEEP */
#include <windows.h>

#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

static void print_line(const wchar_t *text)
{
    int size = WideCharToMultiByte(CP_UTF8, 0, text, -1, NULL, 0, NULL, NULL);
    char *bytes = malloc((size_t)size);
    DWORD put;
    WideCharToMultiByte(CP_UTF8, 0, text, -1, bytes, size, NULL, NULL);
    bytes[size - 1] = '\n';
    WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), bytes, (DWORD)size, &put, NULL);
    free(bytes);
}

int wmain(int argc, wchar_t **argv)
{
    for (int i = 1; i < argc; i++)
        print_line(argv[i]);
    if (argc > 2 && wcscmp(argv[1], L"wait") == 0) {
        FILE *file = _wfopen(argv[2], L"w");
        fprintf(file, "%lu", GetCurrentProcessId());
        fclose(file);
        Sleep(120000);
    }
    if (argc > 1 && argv[1][0] == L'@' && _wgetenv(L"KEEP") && !CopyFileW(argv[1] + 1, _wgetenv(L"KEEP"), TRUE))
        return 3;
    if (argc > 2 && wcscmp(argv[1], L"exit") == 0)
        ExitProcess((UINT)wcstoul(argv[2], NULL, 0));
    return 0;
}
