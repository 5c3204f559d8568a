#include "walk.h"

#include "keys.h"
#include "scalars.h"

#include <cstring>

namespace drawdown {
namespace {

bool is_space(uint8_t byte) noexcept {
    return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t';
}

/// Whether only white space stands between a scalar's end and the next token.
bool is_blank(const uint8_t *at, const uint8_t *end) noexcept {
    while (at < end && is_space(*at)) ++at;
    return at == end;
}

struct string_traits {
    bool has_escapes;
    /// Printable ASCII; simdjson has refused everything below a space already.
    bool is_plain;
};

[[gnu::always_inline]] inline string_traits traits(const uint8_t *at, const uint8_t *end) noexcept {
    constexpr uint64_t ones = 0x0101010101010101u;
    constexpr uint64_t tops = ones * 0x80;
    // Bits that stay 0 while there is no backslash, and while there is nothing from 7F on.
    uint64_t backslashes = 0;
    uint64_t beyond = 0;
    for (; end - at >= 8; at += 8) {
        uint64_t word;
        std::memcpy(&word, at, 8);
        const uint64_t zero_where_found = word ^ (ones * '\\');
        backslashes |= (zero_where_found - ones) & ~zero_where_found & tops;
        // A carry only comes from a byte that sets a bit of its own.
        beyond |= (word | (word + ones)) & tops;
    }
    for (; at < end; ++at) {
        backslashes |= *at == '\\';
        beyond |= *at >= 0x7F;
    }
    return {backslashes != 0, beyond == 0 && backslashes == 0};
}

const uint8_t *literal_end(const uint8_t *start, const uint8_t *end, const char *word,
                           size_t count) noexcept {
    const bool is_there =
        static_cast<size_t>(end - start) >= count && std::memcmp(start, word, count) == 0;
    return is_there ? start + count : nullptr;
}

} // namespace

int walk::run() noexcept {
    memory_.strings.clear();
    // A value has at least one token, so no node needs a check for room.
    if (!memory_.nodes.reserve(tokens_.count)) return CSIMDJSON_OUT_OF_MEMORY;
    nodes_ = memory_.nodes.data();
    int status = value({0, 0, false, false});
    while (status == CSIMDJSON_ACCEPTED && !is_complete_) status = after_value();
    memory_.nodes.set_count(node_count_);
    if (status != CSIMDJSON_ACCEPTED) return status;
    return is_at_end() ? CSIMDJSON_ACCEPTED : CSIMDJSON_NOT_JSON;
}

/// Reads the value that the next token starts; an object or array is only opened.
int walk::value(text key) noexcept {
    if (is_at_end()) return CSIMDJSON_NOT_JSON;
    csimdjson_node &node = nodes_[node_count_++];
    node.key_start = key.start;
    node.key_count = key.count;
    node.flags = static_cast<uint8_t>((key.is_unescaped ? CSIMDJSON_KEY_UNESCAPED : 0) |
                                      (key.is_plain ? CSIMDJSON_KEY_PLAIN : 0));
    node.depth = depth_;
    set_key_words(node, (key.is_unescaped ? memory_.strings.data() : tokens_.bytes) + key.start);
    const uint32_t start = tokens_.starts[next_++];
    node.value_start = start;
    switch (tokens_.bytes[start]) {
    case '{':
        node.type = CSIMDJSON_OBJECT;
        return open(node);
    case '[':
        node.type = CSIMDJSON_ARRAY;
        return open(node);
    default: {
        node.end = node_count_;
        const int status = scalar(node, start);
        is_complete_ = depth_ == 0;
        return status;
    }
    }
}

int walk::scalar(csimdjson_node &node, uint32_t start) noexcept {
    const uint8_t *first = tokens_.bytes + start;
    const uint8_t *end = tokens_.bytes + limit();
    const uint8_t *after = nullptr;
    switch (*first) {
    case '"': {
        text found;
        const int status = string(start, found);
        if (status != CSIMDJSON_ACCEPTED) return status;
        node.type = CSIMDJSON_STRING;
        node.value_start = found.start;
        node.value_count = found.count;
        if (found.is_unescaped) node.flags |= CSIMDJSON_VALUE_UNESCAPED;
        if (found.is_plain) node.flags |= CSIMDJSON_VALUE_PLAIN;
        return CSIMDJSON_ACCEPTED;
    }
    case 'n':
        node.type = CSIMDJSON_NULL;
        after = literal_end(first, end, "null", 4);
        break;
    case 'f':
        node.type = CSIMDJSON_FALSE;
        after = literal_end(first, end, "false", 5);
        break;
    case 't':
        node.type = CSIMDJSON_TRUE;
        after = literal_end(first, end, "true", 4);
        break;
    default:
        node.type = CSIMDJSON_NUMBER;
        after = number_end(first, end);
    }
    if (after == nullptr || !is_blank(after, end)) return CSIMDJSON_NOT_JSON;
    node.value_count = static_cast<uint32_t>(after - first);
    return CSIMDJSON_ACCEPTED;
}

/// Reads the string whose opening quote is at `start` and whose token was just taken.
int walk::string(uint32_t start, text &found) noexcept {
    const uint8_t *first = tokens_.bytes + start + 1;
    const uint8_t *end = tokens_.bytes + limit();
    // The closing quote starts no token, and only white space may follow it before the next one.
    while (end > first && is_space(end[-1])) --end;
    if (end <= first || end[-1] != '"') return CSIMDJSON_NOT_JSON;
    --end;
    const string_traits is = traits(first, end);
    if (!is.has_escapes) {
        found = {start + 1, static_cast<uint32_t>(end - first), false, is.is_plain};
        return CSIMDJSON_ACCEPTED;
    }
    // All strings together are never longer than the document, so their offsets fit as well. The
    // few bytes more let a key's words be read without looking at its length.
    if (!memory_.strings.reserve(tokens_.byte_count + 8)) return CSIMDJSON_OUT_OF_MEMORY;
    const size_t offset = memory_.strings.count();
    uint8_t *output = memory_.strings.data() + offset;
    const uint8_t *after = unescape(first, end, output);
    if (after == nullptr) return CSIMDJSON_NOT_JSON;
    const size_t count = static_cast<size_t>(after - output);
    memory_.strings.set_count(offset + count);
    found = {static_cast<uint32_t>(offset), static_cast<uint32_t>(count), true, false};
    return CSIMDJSON_ACCEPTED;
}

/// Opens an object or array and reads its first element, or closes it where it has none.
int walk::open(csimdjson_node &node) noexcept {
    if (depth_ == CSIMDJSON_MAXIMUM_DEPTH) return CSIMDJSON_TOO_DEEP;
    const bool is_object = node.type == CSIMDJSON_OBJECT;
    open_[depth_++] = node_count_ - 1;
    if (peek() == (is_object ? '}' : ']')) return close();
    // The caller's loop goes on from here; reading the element in place would recurse.
    return CSIMDJSON_ACCEPTED;
}

/// Reads `"key": value`.
int walk::member() noexcept {
    if (peek() != '"') return CSIMDJSON_NOT_JSON;
    text key;
    const uint32_t start = tokens_.starts[next_++];
    const int status = string(start, key);
    if (status != CSIMDJSON_ACCEPTED) return status;
    if (peek() != ':') return CSIMDJSON_NOT_JSON;
    ++next_;
    return value(key);
}

/// Takes the closing bracket of what was opened last.
int walk::close() noexcept {
    const uint32_t index = open_[--depth_];
    csimdjson_node &node = nodes_[index];
    node.value_count = tokens_.starts[next_++] + 1 - node.value_start;
    node.end = node_count_;
    is_complete_ = depth_ == 0;
    if (node.type != CSIMDJSON_OBJECT) return CSIMDJSON_ACCEPTED;
    switch (check_keys(nodes_, index,
                       {tokens_.bytes, memory_.strings.data()}, memory_.scratch)) {
    case key_check::distinct: return CSIMDJSON_ACCEPTED;
    case key_check::duplicate: return CSIMDJSON_DUPLICATE_KEY;
    default: return CSIMDJSON_OUT_OF_MEMORY;
    }
}

/// Goes on within what was opened last: to its next element or its end.
int walk::after_value() noexcept {
    const uint32_t index = open_[depth_ - 1];
    const bool is_object = nodes_[index].type == CSIMDJSON_OBJECT;
    const bool is_first = node_count_ == index + 1;
    if (!is_first) {
        const uint8_t separator = peek();
        if (separator == (is_object ? '}' : ']')) return close();
        if (separator != ',') return CSIMDJSON_NOT_JSON;
        ++next_;
    }
    return is_object ? member() : value({0, 0, false, false});
}

} // namespace drawdown
