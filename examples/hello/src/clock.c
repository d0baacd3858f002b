#include "text.h"

#include <time.h>

int year(void)
{
    time_t now = time(NULL);
    return 1900 + localtime(&now)->tm_year;
}
