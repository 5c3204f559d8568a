#ifndef DRAWDOWN_CSIMDJSON_SCALARS_H
#define DRAWDOWN_CSIMDJSON_SCALARS_H

#include <cstddef>
#include <cstdint>

namespace drawdown {

/// Where the JSON number that starts at `start` ends, or nullptr if there is none.
const uint8_t *number_end(const uint8_t *start, const uint8_t *end) noexcept;

/// Writes the text that [`start`, `end`) stands for, which never needs more room than its source.
/// Returns where it ends, or nullptr for an unknown escape or half of a surrogate pair.
uint8_t *unescape(const uint8_t *start, const uint8_t *end, uint8_t *output) noexcept;

} // namespace drawdown
#endif
