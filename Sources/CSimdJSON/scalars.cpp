#include "scalars.h"

namespace drawdown {
namespace {

int hex_value(uint8_t byte) noexcept {
    if (is_digit(byte)) return byte - '0';
    const uint8_t lower = byte | 0x20;
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// The four hexadecimal digits at `at`, or −1.
int32_t code_unit(const uint8_t *at, const uint8_t *end) noexcept {
    if (end - at < 4) return -1;
    int32_t unit = 0;
    for (int index = 0; index < 4; ++index) {
        const int digit = hex_value(at[index]);
        if (digit < 0) return -1;
        unit = unit * 16 + digit;
    }
    return unit;
}

uint8_t *write_utf8(uint32_t scalar, uint8_t *output) noexcept {
    if (scalar < 0x80) {
        *output++ = static_cast<uint8_t>(scalar);
        return output;
    }
    if (scalar < 0x800) {
        *output++ = static_cast<uint8_t>(0xC0 | scalar >> 6);
    } else {
        if (scalar < 0x10000) {
            *output++ = static_cast<uint8_t>(0xE0 | scalar >> 12);
        } else {
            *output++ = static_cast<uint8_t>(0xF0 | scalar >> 18);
            *output++ = static_cast<uint8_t>(0x80 | (scalar >> 12 & 0x3F));
        }
        *output++ = static_cast<uint8_t>(0x80 | (scalar >> 6 & 0x3F));
    }
    *output++ = static_cast<uint8_t>(0x80 | (scalar & 0x3F));
    return output;
}

/// Reads what follows `\u`; moves `at` past it. Returns the scalar, or −1.
int32_t unicode_escape(const uint8_t *&at, const uint8_t *end) noexcept {
    const int32_t unit = code_unit(at, end);
    if (unit < 0) return -1;
    at += 4;
    if (unit < 0xD800 || unit > 0xDFFF) return unit;
    // A lone surrogate is no character: it could not be written back as UTF-8.
    if (unit > 0xDBFF || end - at < 6 || at[0] != '\\' || at[1] != 'u') return -1;
    const int32_t low = code_unit(at + 2, end);
    if (low < 0xDC00 || low > 0xDFFF) return -1;
    at += 6;
    return 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
}

/// The character that a one-letter escape stands for; 0 for none.
uint8_t simple_escape(uint8_t letter) noexcept {
    switch (letter) {
    case '"': return '"';
    case '\\': return '\\';
    case '/': return '/';
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return 0;
    }
}

} // namespace

uint8_t *unescape(const uint8_t *start, const uint8_t *end, uint8_t *output) noexcept {
    const uint8_t *at = start;
    while (at < end) {
        if (*at != '\\') {
            *output++ = *at++;
            continue;
        }
        if (++at == end) return nullptr;
        const uint8_t letter = *at++;
        if (letter == 'u') {
            const int32_t scalar = unicode_escape(at, end);
            if (scalar < 0) return nullptr;
            output = write_utf8(static_cast<uint32_t>(scalar), output);
            continue;
        }
        const uint8_t character = simple_escape(letter);
        if (character == 0) return nullptr;
        *output++ = character;
    }
    return output;
}

} // namespace drawdown
