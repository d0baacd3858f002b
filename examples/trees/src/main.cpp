#include "leaf.h"

int main() {
    return leaves(2) == 14 ? 0 : 1;
}
