/* Asks the core before the C library is set up.
 *
 * glibc asks the processor for its features when a program starts, by some 80 CPUID instructions. On a virtual machine
 * each of them is a visit to the host: starting an empty static program takes 540 us, one without glibc 65 (2026-11,
 * KVM). So the program begins here, asks, prints and ends; only where there is more to do the C library starts as it
 * would have, and main() goes on with the answer.
 */
#include "launcher.h"

#include <sys/mman.h>

int early_errno;
char **early_environment;

/* Keeps what the C library's own start expects: the stack, and in one register what is to be called at the end. */
#if defined(__x86_64__)
__asm__(".pushsection .text\n"
        ".globl early_start\n"
        "early_start:\n"
        "    xorl %ebp, %ebp\n"
        "    movq %rdx, %rbx\n"
        "    movq %rsp, %rdi\n"
        "    call early_main\n"
        "    movq %rbx, %rdx\n"
        "    jmp _start\n"
        ".popsection\n");

static long call_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    long result;
    register long fourth __asm__("r10") = d;
    register long fifth __asm__("r8") = e;
    register long sixth __asm__("r9") = f;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(fourth), "r"(fifth), "r"(sixth)
                     : "rcx", "r11", "memory");
    return result;
}
#elif defined(__aarch64__)
__asm__(".pushsection .text\n"
        ".globl early_start\n"
        "early_start:\n"
        "    mov x19, x0\n"
        "    mov x29, #0\n"
        "    mov x30, #0\n"
        "    mov x0, sp\n"
        "    bl early_main\n"
        "    mov x0, x19\n"
        "    b _start\n"
        ".popsection\n");

static long call_kernel(long number, long a, long b, long c, long d, long e, long f)
{
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = e;
    register long x5 __asm__("x5") = f;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
    return x0;
}
#else
#error "no start without the C library for this processor"
#endif

long early_call(long number, long a, long b, long c, long d, long e, long f)
{
    long result = call_kernel(number, a, b, c, d, e, f);
    if (result < 0 && result >= -4095) {
        early_errno = (int)-result;
        return -1;
    }
    return result;
}

/* What compilers call by themselves, for all of the program: the C library's own are chosen when it starts. */
typedef uint64_t __attribute__((may_alias, aligned(1))) Word;

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
    char *put = to;
    const char *take = from;
    for (; size >= sizeof(Word); size -= sizeof(Word), put += sizeof(Word), take += sizeof(Word))
        *(Word *)put = *(const Word *)take;
    for (; size; size--)
        *put++ = *take++;
    return to;
}

void *memset(void *to, int value, size_t size)
{
    for (char *put = to; size; size--)
        *put++ = (char)value;
    return to;
}

size_t early_strlen(const char *text)
{
    size_t size = 0;
    while (text[size])
        size++;
    return size;
}

int early_strncmp(const char *first, const char *second, size_t size)
{
    for (; size; size--, first++, second++)
        if (*first != *second || !*first)
            return (unsigned char)*first - (unsigned char)*second;
    return 0;
}

int early_strcmp(const char *first, const char *second)
{
    return early_strncmp(first, second, SIZE_MAX);
}

char *early_strchr(const char *text, int letter)
{
    for (; *text != (char)letter; text++)
        if (!*text)
            return NULL;
    return (char *)text;
}

char *early_strrchr(const char *text, int letter)
{
    const char *found = NULL;
    for (; *text; text++)
        if (*text == (char)letter)
            found = text;
    return (char *)found;
}

size_t early_strcspn(const char *text, const char *letters)
{
    size_t size = 0;
    while (text[size] && !early_strchr(letters, text[size]))
        size++;
    return size;
}

char *early_getenv(const char *name)
{
    size_t size = early_strlen(name);
    for (char **entry = early_environment; *entry; entry++)
        if (early_strncmp(*entry, name, size) == 0 && (*entry)[size] == '=')
            return *entry + size + 1;
    return NULL;
}

int early_isatty(int file)
{
    struct termios modes; /* larger than the kernel's */
    return ioctl(file, TCGETS, &modes) == 0;
}

/* Memory is never given back: a launch is short. */
void *allocate(size_t size)
{
    static char first[1 << 16] __attribute__((aligned(16)));
    static char *next = first;
    static size_t left = sizeof first;
    size_t wanted = (size + 15) & ~(size_t)15;
    if (wanted < size)
        return NULL;
    if (wanted > left) {
        size_t chunk = wanted > sizeof first ? wanted : sizeof first;
        long got = early_call(SYS_mmap, 0, (long)chunk, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (got == -1)
            return NULL;
        if (chunk - wanted < left)
            return (void *)got;
        next = (char *)got;
        left = chunk;
    }
    char *taken = next;
    next += wanted;
    left -= wanted;
    return taken;
}

void *enlarge(void *old, size_t old_size, size_t size)
{
    void *grown = allocate(size);
    if (grown && old_size)
        memcpy(grown, old, old_size);
    return grown;
}

__attribute__((used)) void early_main(long *stack)
{
    int argc = (int)stack[0];
    char **argv = (char **)(stack + 1);
    early_environment = argv + argc + 1;
    launcher_ask(argc, argv);
}
