#pragma once

#include <vector>

int total_bits(const std::vector<unsigned>& numbers);
