/* Whether files are what they were: one call for all the files of a unit, without Python's lock while it asks.

The form of a record is that of util/file_records.py, which does the same where this is not built.

Why: os.stat makes an object and takes the lock again for each file, while other threads want it. */
#define Py_LIMITED_API 0x030b0000
#include <Python.h>

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#define SECOND_NS INT64_C(1000000000)
#define MISSING INT64_MIN

typedef struct {
    int64_t size, mtime_ns, ctime_ns;
    uint64_t file, device;
} Signature;

static int64_t nanoseconds(struct timespec time) { return (int64_t)time.tv_sec * SECOND_NS + time.tv_nsec; }

static int holds(const char *record) {
    Signature known, now = {0};
    struct stat status;

    memcpy(&known, record, sizeof known);
    if (stat(record + sizeof known, &status) == 0) {
        now.size = status.st_size;
#ifdef __APPLE__
        now.mtime_ns = nanoseconds(status.st_mtimespec);
        now.ctime_ns = nanoseconds(status.st_ctimespec);
#else
        now.mtime_ns = nanoseconds(status.st_mtim);
        now.ctime_ns = nanoseconds(status.st_ctim);
#endif
        now.file = status.st_ino;
        now.device = (uint64_t)status.st_dev;
    } else {
        now.size = errno == ENOENT ? MISSING : -(int64_t)errno;
    }
    return memcmp(&known, &now, sizeof now) == 0;
}

/* The records as plain pointers: nothing of Python may be touched without its lock. NULL with an error set. */
static const char **pointers(PyObject *records, Py_ssize_t count) {
    const char **found = PyMem_Malloc((size_t)(count ? count : 1) * sizeof *found);
    if (!found)
        return (const char **)PyErr_NoMemory();
    for (Py_ssize_t at = 0; at < count; at++) {
        char *record;
        Py_ssize_t size;
        PyObject *item = PyTuple_GetItem(records, at);
        if (!item || PyBytes_AsStringAndSize(item, &record, &size) < 0) {
            PyMem_Free(found);
            return NULL;
        }
        if (size < (Py_ssize_t)sizeof(Signature)) {
            PyMem_Free(found);
            PyErr_SetString(PyExc_ValueError, "a record is too short");
            return NULL;
        }
        found[at] = record;
    }
    return found;
}

static PyObject *hold(PyObject *module, PyObject *records) {
    Py_ssize_t at = 0, count = PyTuple_Size(records);
    const char **list;
    (void)module;
    if (count < 0 || !(list = pointers(records, count)))
        return NULL;
    Py_BEGIN_ALLOW_THREADS
    while (at < count && holds(list[at]))
        at++;
    Py_END_ALLOW_THREADS
    PyMem_Free(list);
    return PyBool_FromLong(at == count);
}

static PyMethodDef methods[] = {
    {"hold", hold, METH_O, "Whether each file is as its record in a tuple says."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_file_records", NULL, 0, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__file_records(void) { return PyModuleDef_Init(&definition); }
