#include "CSimdJSON.h"
#include "scalars.h"

#include <cstring>

// Reads usage events as nearly all of them are written, in one pass and without a node: known keys,
// each at most once, strings of printable ASCII without escapes, plain decimals, flat dimensions.
// Whatever else there is, well-formed or not, is left to the parser that knows all of JSON; so this
// one may be strict, and never has to say what is wrong.

namespace drawdown {
namespace {

constexpr uint64_t ones = 0x0101010101010101u;
constexpr uint64_t tops = ones * 0x80;

struct dimension {
    csimdjson_text name;
    csimdjson_text value;
    bool is_number;
};

constexpr uint32_t maximum_dimensions = 32;

class scanner {
public:
    scanner(const uint8_t *bytes, size_t count) noexcept
        : bytes_(bytes), at_(bytes), end_(bytes + count) {}

    bool usage(csimdjson_usage &usage, uint8_t *output) noexcept {
        if (!is_printable() || !take('{')) return false;
        do {
            csimdjson_text key;
            if (!take('"') || !string(key) || !take(':')) return false;
            const int field = find(key);
            if (field < 0 || usage.present >> field & 1u) return false;
            usage.present |= 1u << field;
            if (!member(field, usage, output)) return false;
        } while (take(','));
        if (!take('}')) return false;
        skip_space();
        return at_ == end_;
    }

private:
    const uint8_t *const bytes_;
    const uint8_t *at_;
    const uint8_t *const end_;

    /// Whether all is printable ASCII without a backslash: then a string is what stands between two
    /// quotes. One loop over everything, for compilers make vectors of it.
    bool is_printable() const noexcept {
        uint8_t strange = 0;
        for (const uint8_t *at = bytes_; at < end_; ++at) {
            strange |= static_cast<uint8_t>(*at - 0x20) > 0x5E || *at == '\\';
        }
        return strange == 0;
    }

    void skip_space() noexcept {
        while (at_ < end_ && *at_ == ' ') ++at_;
    }

    bool take(uint8_t byte) noexcept {
        skip_space();
        if (at_ == end_ || *at_ != byte) return false;
        ++at_;
        return true;
    }

    /// Reads on behind an opening quote to the closing one.
    bool string(csimdjson_text &text) noexcept {
        const uint8_t *start = at_;
        for (; end_ - at_ >= 8; at_ += 8) {
            uint64_t word;
            std::memcpy(&word, at_, 8);
            const uint64_t quotes = word ^ (ones * '"');
            // Bytes that are quotes have their top bit set, the lowest exactly.
            const uint64_t found = (quotes - ones) & ~quotes & tops;
            if (found == 0) continue;
            at_ += __builtin_ctzll(found) / 8;
            return closes(start, text);
        }
        while (at_ < end_ && *at_ != '"') ++at_;
        return at_ < end_ && closes(start, text);
    }

    bool closes(const uint8_t *start, csimdjson_text &text) noexcept {
        text = {static_cast<uint32_t>(start - bytes_), static_cast<uint32_t>(at_ - start)};
        ++at_;
        return true;
    }

    template <size_t count> bool is(const uint8_t *start, const char (&name)[count]) const noexcept {
        return std::memcmp(start, name, count - 1) == 0;
    }

    int find(csimdjson_text key) const noexcept {
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

    bool member(int field, csimdjson_usage &usage, uint8_t *output) noexcept {
        switch (field) {
        case CSIMDJSON_USAGE_QUANTITY: return amount(usage.quantity);
        case CSIMDJSON_USAGE_CREDITS: return amount(usage.credits);
        case CSIMDJSON_USAGE_DIMENSIONS: return dimensions(usage, output);
        case CSIMDJSON_USAGE_OCCURRED_AT:
            if (!take('"') || !string(usage.texts[field])) return false;
            moment(usage.texts[field], usage);
            return true;
        default: return take('"') && string(usage.texts[field]);
        }
    }

    /// A number, or a string that holds one: digits, perhaps a point and more digits, 18 at most.
    bool amount(csimdjson_decimal &amount) noexcept {
        const bool is_quoted = take('"');
        if (!is_quoted) skip_space();
        const uint8_t *start = at_;
        at_ = digits_end(at_, end_);
        const auto whole = at_ - start;
        if (whole == 0 || (whole > 1 && *start == '0')) return false;
        if (at_ < end_ && *at_ == '.') {
            const uint8_t *point = at_++;
            at_ = digits_end(at_, end_);
            amount.decimals = static_cast<uint32_t>(at_ - point - 1);
            if (amount.decimals == 0 || amount.decimals > 12) return false;
        }
        if (whole + amount.decimals > 18) return false;
        for (const uint8_t *digit = start; digit < at_; ++digit) {
            if (*digit != '.') amount.digits = amount.digits * 10 + (*digit - '0');
        }
        if (is_quoted) return at_ < end_ && *at_++ == '"';
        return ends_scalar();
    }

    /// Reads `2026-11-01T12:00:00Z`, perhaps with decimals of a second: nearly every moment.
    void moment(csimdjson_text text, csimdjson_usage &usage) const noexcept {
        const uint8_t *at = bytes_ + text.start;
        if (text.count < 20 || text.count > 27 || at[text.count - 1] != 'Z') return;
        uint8_t strange = (at[4] ^ '-') | (at[7] ^ '-') | (at[10] ^ 'T') | (at[13] ^ ':') |
                          (at[16] ^ ':');
        const int64_t year = two(at, strange) * 100 + two(at + 2, strange);
        const uint32_t month = two(at + 5, strange);
        const uint32_t day = two(at + 8, strange);
        const uint32_t hour = two(at + 11, strange);
        const uint32_t minute = two(at + 14, strange);
        const uint32_t second = two(at + 17, strange);
        uint32_t fraction = 0;
        if (text.count > 20) {
            if (text.count == 21 || at[19] != '.') return;
            for (uint32_t index = 20; index < 26; ++index) {
                // Beyond the text, and its `Z`, stand zeros.
                const bool is_there = index + 1 < text.count;
                if (is_there && !is_digit(at[index])) return;
                fraction = fraction * 10 + (is_there ? at[index] - '0' : 0);
            }
        } else if (at[19] != 'Z') {
            return;
        }
        // Days that not every month has, and leap seconds, are looked at by those who know them.
        if (strange != 0 || year < 1 || month - 1 > 11 || day - 1 > 27 || hour > 23 || minute > 59 ||
            second > 59)
            return;
        const int64_t seconds = (days(year, month, day) * 24 + hour) * 3600 + minute * 60 + second;
        usage.moment = seconds * 1000000 + fraction;
        usage.has_moment = 1;
    }

    /// The number that two digits write; `strange` gets a bit where they are none.
    static uint32_t two(const uint8_t *at, uint8_t &strange) noexcept {
        const uint8_t tens = at[0] - '0';
        const uint8_t ones = at[1] - '0';
        strange |= (tens > 9) | (ones > 9);
        return tens * 10u + ones;
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
    bool ends_scalar() noexcept {
        skip_space();
        return at_ < end_ && (*at_ == ',' || *at_ == '}');
    }

    bool dimensions(csimdjson_usage &usage, uint8_t *output) noexcept {
        dimension list[maximum_dimensions];
        uint32_t count = 0;
        if (!take('{')) return false;
        if (take('}')) return true;
        do {
            if (count == maximum_dimensions) return false;
            dimension next;
            if (!take('"') || !string(next.name) || !take(':') || !value(next)) return false;
            if (next.name.count == 0 || next.name.count > 255 || next.value.count > 65535)
                return false;
            if (!insert(next, list, count)) return false;
            ++count;
        } while (take(','));
        if (!take('}')) return false;
        write(list, count, usage, output);
        return true;
    }

    bool value(dimension &next) noexcept {
        next.is_number = !take('"');
        if (!next.is_number) return string(next.value);
        const uint8_t *start = at_;
        at_ = digits_end(at_, end_);
        const auto digits = at_ - start;
        // Whole numbers are canonical as they are written.
        if (digits == 0 || digits > 18 || (digits > 1 && *start == '0')) return false;
        next.value = {static_cast<uint32_t>(start - bytes_), static_cast<uint32_t>(digits)};
        return ends_scalar();
    }

    /// Keeps the list in ascending order of names' bytes; false for a name that is there.
    bool insert(const dimension &next, dimension *list, uint32_t count) const noexcept {
        uint32_t place = count;
        for (; place > 0; --place) {
            const int order = compare(list[place - 1].name, next.name);
            if (order == 0) return false;
            if (order < 0) break;
        }
        std::memmove(list + place + 1, list + place, (count - place) * sizeof(dimension));
        list[place] = next;
        return true;
    }

    int compare(csimdjson_text a, csimdjson_text b) const noexcept {
        // Names are not empty, and mostly begin in different ways.
        const int first = int(bytes_[a.start]) - int(bytes_[b.start]);
        if (first != 0) return first;
        const uint32_t shared = a.count < b.count ? a.count : b.count;
        const int order = std::memcmp(bytes_ + a.start, bytes_ + b.start, shared);
        return order != 0 ? order : a.count < b.count ? -1 : a.count > b.count;
    }

    /// The ledger's canonical form, which is shorter than the text that it stands for.
    void write(const dimension *list, uint32_t count, csimdjson_usage &usage,
               uint8_t *output) const noexcept {
        uint8_t *next = output;
        for (uint32_t index = 0; index < count; ++index) {
            const dimension &from = list[index];
            *next++ = static_cast<uint8_t>(from.name.count);
            std::memcpy(next, bytes_ + from.name.start, from.name.count);
            next += from.name.count;
            *next++ = from.is_number ? 2 : 1;
            *next++ = static_cast<uint8_t>(from.value.count);
            *next++ = static_cast<uint8_t>(from.value.count >> 8);
            std::memcpy(next, bytes_ + from.value.start, from.value.count);
            next += from.value.count;
        }
        usage.dimension_bytes = static_cast<uint32_t>(next - output);
    }
};

} // namespace
} // namespace drawdown

extern "C" int csimdjson_scan_usage(const uint8_t *bytes, size_t count, uint8_t *dimensions,
                                    csimdjson_usage *usage) {
    std::memset(usage, 0, sizeof(*usage));
    if (count >= UINT32_MAX) return 0;
    return drawdown::scanner(bytes, count).usage(*usage, dimensions);
}
