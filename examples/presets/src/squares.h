#pragma once
#include "common.h"

int sum_of_squares(const std::vector<int>& numbers);
