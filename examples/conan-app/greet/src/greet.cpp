#include "greet.h"

extern "C" int count_greeting(void);

std::string greet(const std::string& name)
{
    return "hello " + name + " (" + std::to_string(count_greeting()) + ")";
}
