#include <iostream>

#include "sums.h"

int main() {
    std::cout << total_bits({1, 3, 255}) << '\n';
}
