#ifndef C_CHECKSUM_H
#define C_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/// Continues a CRC-32C over more bytes; 0 begins one.
///
/// In C for the processor's own instruction, which Swift cannot name: a table costs ten times as
/// much, and every block of ids that is read is checked.
uint32_t checksum_crc32c(uint32_t value, const void *bytes, size_t count);

#endif
