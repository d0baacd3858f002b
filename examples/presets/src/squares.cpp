#include "squares.h"

int sum_of_squares(const std::vector<int>& numbers) {
    return std::accumulate(numbers.begin(), numbers.end(), 0, [](int sum, int n) { return sum + n * n; });
}
