/// Asks for the cache lines of some bytes, which are not looked at and need not be there.
static inline void drawdown_prefetch(const void *address, unsigned long byte_count) {
    const char *line = (const char *)address;
    for (unsigned long offset = 0; offset < byte_count; offset += 64)
        __builtin_prefetch(line + offset);
}
