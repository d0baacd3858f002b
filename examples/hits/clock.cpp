const char* built_at() {
    return __TIME__;
}
