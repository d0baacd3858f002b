#pragma once

#ifdef __cplusplus
extern "C" {
#endif

void capitalize(char *text);
int year(void);

#ifdef __cplusplus
}
#endif
