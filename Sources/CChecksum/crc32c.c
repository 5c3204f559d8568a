#include "CChecksum.h"

#include <string.h>

// Eight bytes at a time through eight tables, where the processor has no instruction for it.
static uint32_t tables[8][256];

__attribute__((constructor)) static void fill_tables(void) {
    for (uint32_t index = 0; index < 256; index++) {
        uint32_t value = index;
        for (int bit = 0; bit < 8; bit++) value = value & 1 ? (value >> 1) ^ 0x82f63b78 : value >> 1;
        tables[0][index] = value;
    }
    for (uint32_t index = 0; index < 256; index++) {
        for (int table = 1; table < 8; table++) {
            uint32_t before = tables[table - 1][index];
            tables[table][index] = (before >> 8) ^ tables[0][before & 255];
        }
    }
}

static uint32_t by_tables(uint32_t value, const unsigned char *bytes, size_t count) {
    while (count >= 8) {
        uint32_t low = value ^ ((uint32_t)bytes[0] | (uint32_t)bytes[1] << 8
            | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24);
        value = tables[7][low & 255] ^ tables[6][low >> 8 & 255] ^ tables[5][low >> 16 & 255]
            ^ tables[4][low >> 24] ^ tables[3][bytes[4]] ^ tables[2][bytes[5]]
            ^ tables[1][bytes[6]] ^ tables[0][bytes[7]];
        bytes += 8;
        count -= 8;
    }
    while (count-- > 0) value = (value >> 8) ^ tables[0][(value ^ *bytes++) & 255];
    return value;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) static uint32_t
by_instruction(uint32_t value, const unsigned char *bytes, size_t count) {
    uint64_t wide = value;
    while (count >= 8) {
        uint64_t word;
        memcpy(&word, bytes, 8);
        wide = __builtin_ia32_crc32di(wide, word);
        bytes += 8;
        count -= 8;
    }
    value = (uint32_t)wide;
    while (count-- > 0) value = __builtin_ia32_crc32qi(value, *bytes++);
    return value;
}

static int has_instruction(void) { return __builtin_cpu_supports("sse4.2"); }
#else
static uint32_t by_instruction(uint32_t value, const unsigned char *bytes, size_t count) {
    return by_tables(value, bytes, count);
}

static int has_instruction(void) { return 0; }
#endif

uint32_t checksum_crc32c(uint32_t value, const void *bytes, size_t count) {
    return ~(has_instruction() ? by_instruction : by_tables)(~value, bytes, count);
}
