#include "squares.h"

int main() {
    return sum_of_squares({3, 4}) == 25 ? 0 : 1;
}
