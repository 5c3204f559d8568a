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
/// byte of everything else that is not white space. One more start is the end of the document.
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
        bool is_plain;
    };

    // Inlined into `run`: a call for each of these small steps costs as much as the step.
    [[gnu::always_inline]] inline int value(text key) noexcept;
    [[gnu::always_inline]] inline int member() noexcept;
    [[gnu::always_inline]] inline int scalar(csimdjson_node &node, uint32_t start) noexcept;
    [[gnu::always_inline]] inline int string(uint32_t start, text &text) noexcept;
    [[gnu::always_inline]] inline int open(csimdjson_node &node) noexcept;
    [[gnu::always_inline]] inline int close() noexcept;
    [[gnu::always_inline]] inline int after_value() noexcept;

    bool is_at_end() const noexcept { return next_ == tokens_.count; }
    /// The next token's first byte; 0, which starts no token, at the end.
    uint8_t peek() const noexcept {
        return is_at_end() ? 0 : tokens_.bytes[tokens_.starts[next_]];
    }
    /// Where the next token starts, or the end of the document.
    uint32_t limit() const noexcept { return tokens_.starts[next_]; }

    tokens tokens_;
    memory &memory_;
    size_t next_ = 0;
    csimdjson_node *nodes_ = nullptr;
    uint32_t node_count_ = 0;
    uint16_t depth_ = 0;
    bool is_complete_ = false;
    /// Indices of the nodes that are open.
    uint32_t open_[CSIMDJSON_MAXIMUM_DEPTH];
};

} // namespace drawdown
#endif
