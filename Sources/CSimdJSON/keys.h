#ifndef DRAWDOWN_CSIMDJSON_KEYS_H
#define DRAWDOWN_CSIMDJSON_KEYS_H

#include "CSimdJSON.h"
#include "buffer.h"

#include <cstring>

namespace drawdown {

/// The bytes that keys point into.
struct key_bytes {
    const uint8_t *document;
    const uint8_t *strings;

    const uint8_t *of(const csimdjson_node &node) const noexcept {
        return (node.flags & CSIMDJSON_KEY_UNESCAPED ? strings : document) + node.key_start;
    }
};

/// Sets `key_head` and `key_tail` from the key's bytes, after which eight more must be readable.
inline void set_key_words(csimdjson_node &node, const uint8_t *key) noexcept {
    uint64_t head;
    std::memcpy(&head, key, 8);
    uint64_t tail = 0;
    if (node.key_count > 8) {
        std::memcpy(&tail, key + node.key_count - 8, 8);
    } else if (node.key_count < 8) {
        head &= (uint64_t(1) << (8 * node.key_count)) - 1;
    }
    node.key_head = head;
    node.key_tail = tail;
}

enum class key_check { distinct, duplicate, out_of_memory };

/// Whether any two members of an object have the same key.
key_check check_keys(const csimdjson_node *nodes, uint32_t object, key_bytes bytes,
                     buffer<uint32_t> &scratch) noexcept;

} // namespace drawdown
#endif
