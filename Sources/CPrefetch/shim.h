/// Asks for the cache line at an address, which is not looked at and need not be there.
static inline void drawdown_prefetch(const void *address) { __builtin_prefetch(address); }
