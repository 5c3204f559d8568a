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

struct key_name {
    const char *text;
    uint32_t count;
};

constexpr key_name keys[CSIMDJSON_USAGE_FIELDS] = {
    {"usage_id", 8}, {"source", 6},  {"customer_id", 11}, {"credit_type", 11}, {"action", 6},
    {"quantity", 8}, {"credits", 7}, {"occurred_at", 11}, {"dimensions", 10},  {"hold_id", 7},
};

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
        if (!take('{')) return false;
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

    void skip_space() noexcept {
        while (at_ < end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
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
            const uint64_t slashes = word ^ (ones * '\\');
            // Bytes that end the text or are not plain have their top bit set, the lowest exactly.
            const uint64_t special = (((quotes - ones) & ~quotes) | ((slashes - ones) & ~slashes) |
                                      ((word - ones * 0x20) & ~word) | word | (word + ones)) &
                                     tops;
            if (special == 0) continue;
            at_ += __builtin_ctzll(special) / 8;
            return closes(start, text);
        }
        while (at_ < end_ && *at_ >= 0x20 && *at_ < 0x7F && *at_ != '"' && *at_ != '\\') ++at_;
        return at_ < end_ && closes(start, text);
    }

    bool closes(const uint8_t *start, csimdjson_text &text) noexcept {
        if (*at_ != '"') return false;
        text = {static_cast<uint32_t>(start - bytes_), static_cast<uint32_t>(at_ - start)};
        ++at_;
        return true;
    }

    int find(csimdjson_text key) const noexcept {
        for (int field = 0; field < CSIMDJSON_USAGE_FIELDS; ++field) {
            if (keys[field].count == key.count &&
                std::memcmp(keys[field].text, bytes_ + key.start, key.count) == 0)
                return field;
        }
        return -1;
    }

    bool member(int field, csimdjson_usage &usage, uint8_t *output) noexcept {
        switch (field) {
        case CSIMDJSON_USAGE_QUANTITY: return amount(usage.quantity);
        case CSIMDJSON_USAGE_CREDITS: return amount(usage.credits);
        case CSIMDJSON_USAGE_DIMENSIONS: return dimensions(usage, output);
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
