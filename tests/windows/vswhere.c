/* Stands for Visual Studio's program of that name: prints the folder it was built with, if asked for x64's compiler. */
#include <stdio.h>
#include <wchar.h>

int wmain(int argc, wchar_t **argv)
{
    for (int i = 1; i < argc; i++)
        if (wcscmp(argv[i], L"Microsoft.VisualStudio.Component.VC.Tools.x86.x64") == 0)
            puts(FOLDER);
    return 0;
}
