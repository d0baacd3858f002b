#include "text.h"

#include <ctype.h>

void capitalize(char *text)
{
    text[0] = (char)toupper((unsigned char)text[0]);
}
