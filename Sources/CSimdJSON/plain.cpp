#include "CSimdJSON.h"
#include "quotes.h"
#include "scalars.h"

#include <cstring>

// Reads usage events as nearly all of them are written, in one pass and without a node: known keys,
// each at most once, strings of printable ASCII without escapes, plain decimals, flat dimensions.
// Whatever else there is, well-formed or not, is left to the parser that knows all of JSON; so this
// one may be strict, and never has to say what is wrong.

namespace drawdown {
namespace {

constexpr uint64_t tops = 0x8080808080808080u;

struct dimension {
    csimdjson_text name;
    csimdjson_text value;
    bool is_number;
};

constexpr uint32_t maximum_dimensions = 32;

class scanner {
public:
    /// The bytes are printable ASCII without a backslash, so that a string is what stands between two
    /// quotes.
    scanner(const uint8_t *bytes, size_t count, quotes quotes) noexcept
        : bytes_(bytes), at_(bytes), end_(bytes + count), last_(end_ - 1), quotes_(quotes) {}

    ALWAYS_INLINE bool usage(csimdjson_usage &usage, uint8_t *output) noexcept {
        while (last_ > bytes_ && *last_ == ' ') --last_;
        // Nothing below looks for the end: whatever it reads on over stops at this brace.
        if (*last_ != '}' || !take('{')) return false;
        do {
            csimdjson_text key;
            if (!string(key) || !take(':')) return false;
            const int field = find(key);
            if (field < 0 || usage.present >> field & 1u) return false;
            usage.present |= 1u << field;
            if (!member(field, usage, output)) return false;
        } while (take(','));
        return take('}') && at_ > last_;
    }

private:
    const uint8_t *const bytes_;
    const uint8_t *at_;
    const uint8_t *const end_;
    /// The last byte that is no space.
    const uint8_t *last_;
    quotes quotes_;

    ALWAYS_INLINE void skip_space() noexcept {
        while (*at_ == ' ') ++at_;
    }

    ALWAYS_INLINE bool take(uint8_t byte) noexcept {
        if (*at_ != byte) {
            skip_space();
            if (*at_ != byte) return false;
        }
        ++at_;
        return true;
    }

    ALWAYS_INLINE bool string(csimdjson_text &text) noexcept {
        return take('"') && rest_of_string(text);
    }

    /// Reads on behind an opening quote to the closing one.
    ALWAYS_INLINE bool rest_of_string(csimdjson_text &text) noexcept {
        uint32_t opening, closing;
        // Every quote before the opening one was taken.
        if (!quotes_.take(opening) || !quotes_.take(closing)) return false;
        text = {opening + 1, closing - opening - 1};
        at_ = bytes_ + closing + 1;
        return true;
    }

    template <size_t count> bool is(const uint8_t *start, const char (&name)[count]) const noexcept {
        return std::memcmp(start, name, count - 1) == 0;
    }

    ALWAYS_INLINE int find(csimdjson_text key) const noexcept {
        const uint8_t *start = bytes_ + key.start;
        switch (key.count) {
        case 6:
            if (is(start, "action")) return CSIMDJSON_USAGE_ACTION;
            return is(start, "source") ? CSIMDJSON_USAGE_SOURCE : -1;
        case 7:
            if (is(start, "credits")) return CSIMDJSON_USAGE_CREDITS;
            return is(start, "hold_id") ? CSIMDJSON_USAGE_HOLD : -1;
        case 8:
            if (is(start, "usage_id")) return CSIMDJSON_USAGE_ID;
            return is(start, "quantity") ? CSIMDJSON_USAGE_QUANTITY : -1;
        case 10: return is(start, "dimensions") ? CSIMDJSON_USAGE_DIMENSIONS : -1;
        case 11:
            if (is(start, "customer_id")) return CSIMDJSON_USAGE_CUSTOMER;
            if (is(start, "occurred_at")) return CSIMDJSON_USAGE_OCCURRED_AT;
            return is(start, "credit_type") ? CSIMDJSON_USAGE_CREDIT_TYPE : -1;
        default: return -1;
        }
    }

    ALWAYS_INLINE bool member(int field, csimdjson_usage &usage, uint8_t *output) noexcept {
        switch (field) {
        case CSIMDJSON_USAGE_QUANTITY: return amount(usage.quantity);
        case CSIMDJSON_USAGE_CREDITS: return amount(usage.credits);
        case CSIMDJSON_USAGE_DIMENSIONS: return dimensions(usage, output);
        case CSIMDJSON_USAGE_OCCURRED_AT:
            if (!string(usage.texts[field])) return false;
            moment(bytes_ + usage.texts[field].start, usage.texts[field].count, usage);
            return true;
        default: return string(usage.texts[field]);
        }
    }

    /// A number, or a string that holds one: digits, perhaps a point and more digits, 18 at most.
    ALWAYS_INLINE bool amount(csimdjson_decimal &amount) noexcept {
        const bool is_quoted = take('"');
        if (!is_quoted) skip_space();
        const uint8_t *start = at_;
        // Of more digits than are read the product is wrong, and not used.
        for (; is_digit(*at_); ++at_) amount.digits = amount.digits * 10 + (*at_ - '0');
        const auto whole = at_ - start;
        if (whole == 0 || (whole > 1 && *start == '0')) return false;
        if (*at_ == '.') {
            const uint8_t *point = at_++;
            for (; is_digit(*at_); ++at_) amount.digits = amount.digits * 10 + (*at_ - '0');
            const auto decimals = at_ - point - 1;
            if (decimals == 0 || decimals > 12) return false;
            amount.decimals = static_cast<uint32_t>(decimals);
        }
        if (whole + amount.decimals > 18) return false;
        if (!is_quoted) return ends_scalar();
        uint32_t opening, closing;
        return *at_++ == '"' && quotes_.take(opening) && quotes_.take(closing);
    }

    /// Reads `2026-11-01T12:00:00Z`, perhaps with decimals of a second: nearly every moment.
    static void moment(const uint8_t *at, uint32_t count, csimdjson_usage &usage) noexcept {
        if (count < 20 || count > 27 || at[count - 1] != 'Z') return;
        const uint64_t date = pairs(at, "0000-00-");
        const uint64_t noon = pairs(at + 8, "00T00:00");
        const uint64_t time = pairs(at + 11, "00:00:00");
        if (((date | noon | time) & tops) != 0) return;
        uint32_t fraction = 0;
        if (count > 20) {
            if (count == 21 || at[19] != '.') return;
            for (const uint8_t *digit = at + 20; digit < at + count - 1; ++digit) {
                if (!is_digit(*digit)) return;
                fraction = fraction * 10 + (*digit - '0');
            }
            static constexpr uint32_t scales[] = {100000, 10000, 1000, 100, 10, 1};
            fraction *= scales[count - 22];
        } else if (at[19] != 'Z') {
            return;
        }
        const int64_t year = byte(date, 0) * 100 + byte(date, 2);
        const uint32_t month = byte(date, 5), day = byte(noon, 0);
        const uint32_t hour = byte(time, 0), minute = byte(time, 3), second = byte(time, 6);
        // Days that not every month has, and leap seconds, are looked at by those who know them.
        if (year < 1 || month - 1 > 11 || day - 1 > 27 || hour > 23 || minute > 59 || second > 59)
            return;
        const int64_t seconds = (days(year, month, day) * 24 + hour) * 3600 + minute * 60 + second;
        usage.moment = seconds * 1000000 + fraction;
        usage.has_moment = 1;
    }

    static uint32_t byte(uint64_t word, int index) noexcept { return word >> (8 * index) & 0x7F; }

    /// Eight bytes, the first one lowest.
    static ALWAYS_INLINE uint64_t word(const uint8_t *at) noexcept {
        uint64_t word;
        std::memcpy(&word, at, sizeof(word));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        word = __builtin_bswap64(word);
#endif
        return word;
    }

    /// In each byte the number that its digit and the next write, below 100; or top bits, where eight
    /// bytes of ASCII are not digits and separators as in the pattern.
    static ALWAYS_INLINE uint64_t pairs(const uint8_t *at, const char *pattern) noexcept {
        const auto *form = reinterpret_cast<const uint8_t *>(pattern);
        const uint64_t digits = word(at) ^ word(form);
        uint64_t limits = 0;
        for (int index = 7; index >= 0; --index)
            limits = limits << 8 | (form[index] == '0' ? 0x76 : 0x7F);
        const uint64_t strange = (digits + limits) & tops;
        return strange != 0 ? tops : digits * 10 + (digits >> 8);
    }

    /// Days since 1970-01-01 in the Gregorian calendar, for years from 1: Howard Hinnant's
    /// `days_from_civil`.
    static int64_t days(int64_t year, uint32_t month, uint32_t day) noexcept {
        year -= month <= 2;
        const int64_t era = year / 400;
        const int64_t year_of_era = year - era * 400;
        const int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
        return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
               719468;
    }

    /// Whether a number ends here: `1e3` and `1x` go on.
    ALWAYS_INLINE bool ends_scalar() noexcept {
        skip_space();
        return *at_ == ',' || *at_ == '}';
    }

    ALWAYS_INLINE bool dimensions(csimdjson_usage &usage, uint8_t *output) noexcept {
        dimension list[maximum_dimensions];
        uint32_t count = 0;
        if (!take('{')) return false;
        if (closes_inner()) return true;
        do {
            if (count == maximum_dimensions) return false;
            dimension next;
            if (!string(next.name) || !take(':') || !value(next)) return false;
            if (next.name.count == 0 || next.name.count > 255 || next.value.count > 65535)
                return false;
            if (!insert(next, list, count)) return false;
            ++count;
        } while (take(','));
        if (!closes_inner()) return false;
        write(list, count, usage, output);
        return true;
    }

    /// Takes a brace that is not the last.
    ALWAYS_INLINE bool closes_inner() noexcept {
        skip_space();
        return at_ < last_ && take('}');
    }

    ALWAYS_INLINE bool value(dimension &next) noexcept {
        next.is_number = !take('"');
        if (!next.is_number) return rest_of_string(next.value);
        const uint8_t *start = at_;
        at_ = digits_end(at_, last_);
        const auto digits = at_ - start;
        // Whole numbers are canonical as they are written.
        if (digits == 0 || digits > 18 || (digits > 1 && *start == '0')) return false;
        next.value = {static_cast<uint32_t>(start - bytes_), static_cast<uint32_t>(digits)};
        return ends_scalar();
    }

    /// Keeps the list in ascending order of names' bytes; false for a name that is there.
    ALWAYS_INLINE bool insert(const dimension &next, dimension *list,
                              uint32_t count) const noexcept {
        uint32_t place = count;
        for (; place > 0; --place) {
            const int order = compare(list[place - 1].name, next.name);
            if (order == 0) return false;
            if (order < 0) break;
        }
        for (uint32_t index = count; index > place; --index) list[index] = list[index - 1];
        list[place] = next;
        return true;
    }

    ALWAYS_INLINE int compare(csimdjson_text a, csimdjson_text b) const noexcept {
        // Names are not empty, and mostly begin in different ways.
        const int first = int(bytes_[a.start]) - int(bytes_[b.start]);
        if (first != 0) return first;
        const uint32_t shared = a.count < b.count ? a.count : b.count;
        const int order = std::memcmp(bytes_ + a.start, bytes_ + b.start, shared);
        return order != 0 ? order : a.count < b.count ? -1 : a.count > b.count;
    }

    /// The ledger's canonical form, which is shorter than the text that it stands for.
    ALWAYS_INLINE void write(const dimension *list, uint32_t count, csimdjson_usage &usage,
               uint8_t *output) const noexcept {
        uint8_t *next = output;
        for (uint32_t index = 0; index < count; ++index) {
            const dimension &from = list[index];
            *next++ = static_cast<uint8_t>(from.name.count);
            next = copy(from.name, next);
            *next++ = from.is_number ? 2 : 1;
            *next++ = static_cast<uint8_t>(from.value.count);
            *next++ = static_cast<uint8_t>(from.value.count >> 8);
            next = copy(from.value, next);
        }
        usage.dimension_bytes = static_cast<uint32_t>(next - output);
    }

    /// Copies a text and returns where it ends; up to `CSIMDJSON_USAGE_PADDING` bytes behind it are
    /// written as well, for most texts are so short that a call would cost more than its bytes.
    ALWAYS_INLINE uint8_t *copy(csimdjson_text text, uint8_t *output) const noexcept {
        const uint8_t *const from = bytes_ + text.start;
        if (text.count <= CSIMDJSON_USAGE_PADDING && end_ - from >= CSIMDJSON_USAGE_PADDING) {
            std::memcpy(output, from, CSIMDJSON_USAGE_PADDING);
        } else {
            std::memcpy(output, from, text.count);
        }
        return output + text.count;
    }
};

} // namespace
} // namespace drawdown

extern "C" int csimdjson_scan_usage(const uint8_t *bytes, size_t count, uint8_t *dimensions,
                                    csimdjson_usage *usage) {
    std::memset(usage, 0, sizeof(*usage));
    if (count > CSIMDJSON_USAGE_BYTES) return 0;
    uint64_t words[CSIMDJSON_USAGE_BYTES / 64 + 1];
    if (!drawdown::find_quotes(bytes, count, words)) return 0;
    return drawdown::scanner(bytes, count, {words, count}).usage(*usage, dimensions);
}
