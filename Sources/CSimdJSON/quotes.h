#ifndef DRAWDOWN_CSIMDJSON_QUOTES_H
#define DRAWDOWN_CSIMDJSON_QUOTES_H

#include "CSimdJSON.h"

#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

// What a scanner knows stays in registers only as long as no call is handed its address.
#define ALWAYS_INLINE inline __attribute__((always_inline))

namespace drawdown {

/// Looks at 16 bytes at a time.
class window {
public:
    static constexpr size_t width = 16;

#if defined(__SSE2__)
    /// A bit for each of the 16 bytes from `at` on that is a quote.
    uint64_t quotes(const uint8_t *at) noexcept {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i *>(at));
        // Signed, so that what is beyond ASCII lies below the space.
        const __m128i low = _mm_cmplt_epi8(bytes, _mm_set1_epi8(' '));
        const __m128i others = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')),
                                            _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7F)));
        strange_ = _mm_or_si128(strange_, _mm_or_si128(low, others));
        return uint32_t(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'))));
    }

    /// Whether all bytes so far were printable ASCII without a backslash.
    bool is_plain() const noexcept { return _mm_movemask_epi8(strange_) == 0; }

private:
    __m128i strange_ = _mm_setzero_si128();
#else
    uint64_t quotes(const uint8_t *at) noexcept { return eight(at) | eight(at + 8) << 8; }

    bool is_plain() const noexcept { return (strange_ & tops) == 0; }

private:
    static constexpr uint64_t ones = 0x0101010101010101u;
    static constexpr uint64_t tops = ones * 0x80;
    uint64_t strange_ = 0;

    /// The top bit of each byte that differs from `byte`, exact as long as all are ASCII.
    static uint64_t other(uint64_t bytes, uint8_t byte) noexcept {
        return (bytes ^ (ones * byte)) + ones * 0x7F;
    }

    uint64_t eight(const uint8_t *at) noexcept {
        uint64_t bytes = 0;
        for (int index = 7; index >= 0; --index) bytes = bytes << 8 | at[index];
        strange_ |= bytes | ~(bytes + ones * 0x60) | ~other(bytes, '\\') | ~other(bytes, 0x7F);
        // Gathers the lowest bits of the bytes in the top byte.
        return (((~other(bytes, '"') & tops) >> 7) * 0x0102040810204080u) >> 56;
    }
#endif
};

/// Finds the quotes of a document, a bit for each byte in `words`; false where it is not printable
/// ASCII without a backslash, or has fewer bytes than a window.
///
/// `words` has room for one bit more than there are bytes.
inline bool find_quotes(const uint8_t *bytes, size_t count, uint64_t *words) noexcept {
    if (count < window::width) return false;
    window window;
    size_t at = 0;
    for (; count - at >= 64; at += 64) {
        words[at / 64] = window.quotes(bytes + at) | window.quotes(bytes + at + 16) << 16 |
                         window.quotes(bytes + at + 32) << 32 |
                         window.quotes(bytes + at + 48) << 48;
    }
    uint64_t last = 0;
    for (; count - at >= window::width; at += window::width)
        last |= window.quotes(bytes + at) << (at % 64);
    // What is left is looked at through a window that ends with it.
    if (const size_t rest = count - at)
        last |= window.quotes(bytes + count - window::width) >> (window::width - rest) << (at % 64);
    words[count / 64] = last;
    return window.is_plain();
}

/// The quotes that were found, in order: they open and close strings by turns.
class quotes {
public:
    quotes(const uint64_t *words, size_t count) noexcept
        : words_(words), last_(words + count / 64), word_(*words) {}

    /// Takes the next one; false where there is none.
    ALWAYS_INLINE bool take(uint32_t &position) noexcept {
        while (word_ == 0) {
            if (words_ == last_) return false;
            word_ = *++words_;
            start_ += 64;
        }
        position = start_ + uint32_t(__builtin_ctzll(word_));
        word_ &= word_ - 1;
        return true;
    }

private:
    const uint64_t *words_;
    const uint64_t *last_;
    uint64_t word_;
    uint32_t start_ = 0;
};

} // namespace drawdown
#endif
