#ifndef DRAWDOWN_CSIMDJSON_KEYS_H
#define DRAWDOWN_CSIMDJSON_KEYS_H

#include "CSimdJSON.h"
#include "buffer.h"

namespace drawdown {

/// The bytes that keys point into.
struct key_bytes {
    const uint8_t *document;
    const uint8_t *strings;

    const uint8_t *of(const csimdjson_node &node) const noexcept {
        return (node.flags & CSIMDJSON_KEY_UNESCAPED ? strings : document) + node.key_start;
    }
};

/// Sets `key_head` and `key_tail` from the key's bytes.
void set_key_words(csimdjson_node &node, const uint8_t *key) noexcept;

enum class key_check { distinct, duplicate, out_of_memory };

/// Whether any two members of an object have the same key.
key_check check_keys(const csimdjson_node *nodes, uint32_t object, key_bytes bytes,
                     buffer<uint32_t> &scratch) noexcept;

} // namespace drawdown
#endif
