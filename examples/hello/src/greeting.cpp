#include "greeting.h"

#include "text.h"

std::string greeting(const std::string &name)
{
    std::string text = "Hello, " + name + "!";
    capitalize(text.data());
    return text;
}
