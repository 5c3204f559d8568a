#ifndef DRAWDOWN_CSIMDJSON_WALK_H
#define DRAWDOWN_CSIMDJSON_WALK_H

#include "CSimdJSON.h"
#include "buffer.h"

#include <simdjson.h>

namespace drawdown {

/// What a parser keeps from document to document.
struct memory {
    buffer<csimdjson_node> nodes;
    /// The text of strings that have escapes.
    buffer<uint8_t> strings;
    buffer<uint32_t> scratch;
};

/// A document and where its tokens start: brackets, colons, commas, opening quotes, and the first
/// byte of everything else that is not white space.
struct tokens {
    const uint8_t *bytes;
    size_t byte_count;
    const uint32_t *starts;
    size_t count;
};

/// One pass over the tokens that checks the grammar and writes the nodes.
///
/// Nothing recurses: what is open is on a stack of fixed size.
class walk {
public:
    walk(tokens tokens, memory &memory) noexcept : tokens_(tokens), memory_(memory) {}

    /// `CSIMDJSON_ACCEPTED`, or why not.
    int run() noexcept;

private:
    struct text {
        uint32_t start;
        uint32_t count;
        bool is_unescaped;
    };

    int value(text key) noexcept;
    int member() noexcept;
    int scalar(csimdjson_node &node, uint32_t start) noexcept;
    int string(uint32_t start, text &text) noexcept;
    int open(csimdjson_node &node) noexcept;
    int close() noexcept;
    int after_value() noexcept;

    bool is_at_end() const noexcept { return next_ == tokens_.count; }
    /// The next token's first byte; 0, which starts no token, at the end.
    uint8_t peek() const noexcept {
        return is_at_end() ? 0 : tokens_.bytes[tokens_.starts[next_]];
    }
    /// Where the next token starts, or the end of the document.
    uint32_t limit() const noexcept {
        return is_at_end() ? static_cast<uint32_t>(tokens_.byte_count) : tokens_.starts[next_];
    }

    tokens tokens_;
    memory &memory_;
    size_t next_ = 0;
    uint16_t depth_ = 0;
    bool is_complete_ = false;
    /// Indices of the nodes that are open.
    uint32_t open_[CSIMDJSON_MAXIMUM_DEPTH];
};

} // namespace drawdown
#endif
