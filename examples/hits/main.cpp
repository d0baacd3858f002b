#include <limit.h>

int limit() {
    return LIMIT;
}
