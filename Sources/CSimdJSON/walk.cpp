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

bool has_backslash(const uint8_t *at, const uint8_t *end) noexcept {
    constexpr uint64_t ones = 0x0101010101010101u;
    for (; end - at >= 8; at += 8) {
        uint64_t word;
        std::memcpy(&word, at, 8);
        const uint64_t zero_where_found = word ^ (ones * '\\');
        if (((zero_where_found - ones) & ~zero_where_found & (ones * 0x80)) != 0) return true;
    }
    for (; at < end; ++at) {
        if (*at == '\\') return true;
    }
    return false;
}

const uint8_t *literal_end(const uint8_t *start, const uint8_t *end, const char *word,
                           size_t count) noexcept {
    const bool is_there =
        static_cast<size_t>(end - start) >= count && std::memcmp(start, word, count) == 0;
    return is_there ? start + count : nullptr;
}

} // namespace

int walk::run() noexcept {
    memory_.nodes.clear();
    memory_.strings.clear();
    int status = value({0, 0, false});
    while (status == CSIMDJSON_ACCEPTED && !is_complete_) status = after_value();
    if (status != CSIMDJSON_ACCEPTED) return status;
    return is_at_end() ? CSIMDJSON_ACCEPTED : CSIMDJSON_NOT_JSON;
}

/// Reads the value that the next token starts; an object or array is only opened.
int walk::value(text key) noexcept {
    if (is_at_end()) return CSIMDJSON_NOT_JSON;
    csimdjson_node *slot = memory_.nodes.append();
    if (slot == nullptr) return CSIMDJSON_OUT_OF_MEMORY;
    csimdjson_node &node = *slot;
    node.key_start = key.start;
    node.key_count = key.count;
    node.flags = key.is_unescaped ? CSIMDJSON_KEY_UNESCAPED : 0;
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
        node.end = static_cast<uint32_t>(memory_.nodes.count());
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
    if (!has_backslash(first, end)) {
        found = {start + 1, static_cast<uint32_t>(end - first), false};
        return CSIMDJSON_ACCEPTED;
    }
    // All strings together are never longer than the document, so their offsets fit as well.
    if (!memory_.strings.reserve(tokens_.byte_count)) return CSIMDJSON_OUT_OF_MEMORY;
    const size_t offset = memory_.strings.count();
    uint8_t *output = memory_.strings.data() + offset;
    const uint8_t *after = unescape(first, end, output);
    if (after == nullptr) return CSIMDJSON_NOT_JSON;
    const size_t count = static_cast<size_t>(after - output);
    memory_.strings.set_count(offset + count);
    found = {static_cast<uint32_t>(offset), static_cast<uint32_t>(count), true};
    return CSIMDJSON_ACCEPTED;
}

/// Opens an object or array and reads its first element, or closes it where it has none.
int walk::open(csimdjson_node &node) noexcept {
    if (depth_ == CSIMDJSON_MAXIMUM_DEPTH) return CSIMDJSON_TOO_DEEP;
    const bool is_object = node.type == CSIMDJSON_OBJECT;
    open_[depth_++] = static_cast<uint32_t>(memory_.nodes.count() - 1);
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
    csimdjson_node &node = memory_.nodes[index];
    node.value_count = tokens_.starts[next_++] + 1 - node.value_start;
    node.end = static_cast<uint32_t>(memory_.nodes.count());
    is_complete_ = depth_ == 0;
    if (node.type != CSIMDJSON_OBJECT) return CSIMDJSON_ACCEPTED;
    switch (check_keys(memory_.nodes.data(), index,
                       {tokens_.bytes, memory_.strings.data()}, memory_.scratch)) {
    case key_check::distinct: return CSIMDJSON_ACCEPTED;
    case key_check::duplicate: return CSIMDJSON_DUPLICATE_KEY;
    default: return CSIMDJSON_OUT_OF_MEMORY;
    }
}

/// Goes on within what was opened last: to its next element or its end.
int walk::after_value() noexcept {
    const uint32_t index = open_[depth_ - 1];
    const bool is_object = memory_.nodes[index].type == CSIMDJSON_OBJECT;
    const bool is_first = memory_.nodes.count() == index + 1;
    if (!is_first) {
        const uint8_t separator = peek();
        if (separator == (is_object ? '}' : ']')) return close();
        if (separator != ',') return CSIMDJSON_NOT_JSON;
        ++next_;
    }
    return is_object ? member() : value({0, 0, false});
}

} // namespace drawdown
