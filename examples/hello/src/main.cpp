#include <iostream>

#include "greeting.h"
#include "names.h"
#include "text.h"

int main()
{
    for (const std::string &name : names())
        std::cout << greeting(name) << '\n';
    return year() > 2000 ? 0 : 1;
}
