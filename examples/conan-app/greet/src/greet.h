#pragma once

#include <string>

/** The greeting for a name. */
std::string greet(const std::string& name);
