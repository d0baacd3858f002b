#include "sums.h"

#include <numeric>

#include "bits.h"

int total_bits(const std::vector<unsigned>& numbers) {
    return std::accumulate(numbers.begin(), numbers.end(), 0,
                           [](int sum, unsigned number) { return sum + count_bits(number); });
}
