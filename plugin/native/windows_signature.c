/* Signatures with the change time, which Python does not tell on Windows; as util/windows_files.py takes them. */
#include "../launcher/windows_text.h"
#include "file_records.h"

#include <errno.h>
#include <stdlib.h>
#include <windows.h>

#define EPOCH INT64_C(116444736000000000) /* 1970 in units of 100 nanoseconds since 1601 */

static int64_t nanoseconds(int64_t ticks)
{
    return (ticks - EPOCH) * 100;
}

/* Numbered as Python numbers them: ENOENT, EACCES, EINVAL for most others. */
static Signature failure(DWORD code)
{
    Signature now = {0};
    switch (code) {
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
    case ERROR_INVALID_DRIVE:
    case ERROR_BAD_NETPATH:
    case ERROR_BAD_NET_NAME:
    case ERROR_BAD_PATHNAME:
    case ERROR_FILENAME_EXCED_RANGE:
        now.size = MISSING;
        break;
    case ERROR_ACCESS_DENIED:
    case ERROR_SHARING_VIOLATION:
        now.size = -EACCES;
        break;
    default:
        now.size = -EINVAL;
    }
    return now;
}

static Signature signature_of_handle(HANDLE file)
{
    BY_HANDLE_FILE_INFORMATION status;
    FILE_BASIC_INFO basic;
    Signature now = {0};
    if (GetFileType(file) != FILE_TYPE_DISK)
        return now;
    if (!GetFileInformationByHandle(file, &status) ||
        !GetFileInformationByHandleEx(file, FileBasicInfo, &basic, sizeof basic))
        return failure(GetLastError());
    now.size = (int64_t)((uint64_t)status.nFileSizeHigh << 32 | status.nFileSizeLow);
    now.mtime_ns = nanoseconds(basic.LastWriteTime.QuadPart);
    now.ctime_ns = basic.ChangeTime.QuadPart ? nanoseconds(basic.ChangeTime.QuadPart) : INT64_MAX;
    now.file = (uint64_t)status.nFileIndexHigh << 32 | status.nFileIndexLow;
    now.device = status.dwVolumeSerialNumber;
    return now;
}

static HANDLE open_path(const wchar_t *path, DWORD flags)
{
    return CreateFileW(path, FILE_READ_ATTRIBUTES, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                       OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS | flags, NULL);
}

static Signature signature_by(const wchar_t *path)
{
    HANDLE file = open_path(path, 0);
    if (file == INVALID_HANDLE_VALUE)
        return failure(GetLastError());
    Signature now = signature_of_handle(file);
    CloseHandle(file);
    return now;
}

Signature signature_of(const char *path)
{
    wchar_t *wide = to_wide(path);
    if (!wide)
        return failure(ERROR_INVALID_NAME);
    Signature now = signature_by(wide);
    free(wide);
    return now;
}

/* Of the many kinds of reparse points only this one is a link to Python, and so to us; all others are looked through. */
static Signature signature_by_name(const wchar_t *path, int *is_link)
{
    FILE_ATTRIBUTE_TAG_INFO tag;
    HANDLE file = open_path(path, FILE_FLAG_OPEN_REPARSE_POINT);
    if (file == INVALID_HANDLE_VALUE)
        return failure(GetLastError());
    Signature now = signature_of_handle(file);
    int is_tagged = GetFileInformationByHandleEx(file, FileAttributeTagInfo, &tag, sizeof tag) &&
                    (tag.FileAttributes & FILE_ATTRIBUTE_REPARSE_POINT);
    CloseHandle(file);
    *is_link = is_tagged && tag.ReparseTag == IO_REPARSE_TAG_SYMLINK;
    return is_tagged && !*is_link ? signature_by(path) : now;
}

Signature signature_of_name(const char *path, int *is_link)
{
    wchar_t *wide = to_wide(path);
    if (!wide)
        return failure(ERROR_INVALID_NAME);
    Signature now = signature_by_name(wide, is_link);
    free(wide);
    return now;
}
