#include "leaf.h"

int leaves(int branches) {
    return branches * 7;
}
