#ifndef DRAWDOWN_CSIMDJSON_SCALARS_H
#define DRAWDOWN_CSIMDJSON_SCALARS_H

#include <cstddef>
#include <cstdint>

namespace drawdown {

inline bool is_digit(uint8_t byte) noexcept { return static_cast<uint8_t>(byte - '0') < 10; }

inline const uint8_t *digits_end(const uint8_t *at, const uint8_t *end) noexcept {
    while (at < end && is_digit(*at)) ++at;
    return at;
}

/// Where the JSON number that starts at `start` ends, or nullptr if there is none.
inline const uint8_t *number_end(const uint8_t *start, const uint8_t *end) noexcept {
    const uint8_t *at = start;
    if (at < end && *at == '-') ++at;
    if (at == end || !is_digit(*at)) return nullptr;
    at = *at == '0' ? at + 1 : digits_end(at, end);
    if (at < end && *at == '.') {
        const uint8_t *decimals = ++at;
        at = digits_end(at, end);
        if (at == decimals) return nullptr;
    }
    if (at < end && (*at | 0x20) == 'e') {
        ++at;
        if (at < end && (*at == '+' || *at == '-')) ++at;
        const uint8_t *exponent = at;
        at = digits_end(at, end);
        if (at == exponent) return nullptr;
    }
    return at;
}

/// Writes the text that [`start`, `end`) stands for, which never needs more room than its source.
/// Returns where it ends, or nullptr for an unknown escape or half of a surrogate pair.
uint8_t *unescape(const uint8_t *start, const uint8_t *end, uint8_t *output) noexcept;

} // namespace drawdown
#endif
