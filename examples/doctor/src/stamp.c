const char *stamp(void) {
    return __TIME__;
}
