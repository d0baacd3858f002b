#include <greet.h>

#include <cstdio>

int main()
{
    std::puts(greet("world").c_str());
}
