#include "square.h"

int sum_of_squares(int last) {
    int sum = 0;
    for (int number = 1; number <= last; ++number) {
        sum += square(number);
    }
    return sum;
}
