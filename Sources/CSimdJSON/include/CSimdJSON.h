/// A small C interface over simdjson: one call flattens a whole JSON document into nodes.
///
/// A document that is accepted is JSON by RFC 8259 from first byte to last: valid UTF-8, valid
/// escapes, numbers and literals by the grammar, nothing after the value, no key twice in any
/// object.
/// Numbers stay the text that they were written as; nothing here is binary floating point.
#ifndef DRAWDOWN_CSIMDJSON_H
#define DRAWDOWN_CSIMDJSON_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What a node is.
enum {
    CSIMDJSON_NULL = 0,
    CSIMDJSON_FALSE = 1,
    CSIMDJSON_TRUE = 2,
    CSIMDJSON_NUMBER = 3,
    CSIMDJSON_STRING = 4,
    CSIMDJSON_ARRAY = 5,
    CSIMDJSON_OBJECT = 6,
};

/// What is known of a key's or value's text. It is in the document, unless a flag says otherwise.
enum {
    /// The key had escapes; its text is in `csimdjson_document.strings`.
    CSIMDJSON_KEY_UNESCAPED = 1,
    /// The value had escapes; its text is in `csimdjson_document.strings`.
    CSIMDJSON_VALUE_UNESCAPED = 2,
    /// The key is printable ASCII: a look for control characters can be spared.
    CSIMDJSON_KEY_PLAIN = 4,
    /// The value is a string of printable ASCII.
    CSIMDJSON_VALUE_PLAIN = 8,
};

/// Why a document was refused.
enum {
    CSIMDJSON_ACCEPTED = 0,
    CSIMDJSON_NOT_JSON = 1,
    CSIMDJSON_DUPLICATE_KEY = 2,
    CSIMDJSON_TOO_DEEP = 3,
    CSIMDJSON_OUT_OF_MEMORY = 4,
};

/// Objects and arrays inside one another, at most.
enum { CSIMDJSON_MAXIMUM_DEPTH = 64 };

/// Bytes after a document that must be readable; what they hold does not matter.
///
/// simdjson's kernel for processors without vector instructions looks ahead.
enum { CSIMDJSON_PADDING = 64 };

/// One value. Nodes stand in the order of the text, each before its children.
typedef struct {
    /// The key's first eight bytes, little endian, zeros where it is shorter; 0 without a key.
    /// With `key_tail` and `key_count` it tells keys of up to 16 bytes apart by three comparisons.
    uint64_t key_head;
    /// The key's last eight bytes where it is longer than eight; else 0.
    uint64_t key_tail;
    uint32_t key_start;
    uint32_t key_count;
    /// A string's text without quotes, any other value's text as written, brackets included.
    uint32_t value_start;
    uint32_t value_count;
    /// Index after the last node of this value's subtree.
    uint32_t end;
    /// `CSIMDJSON_NULL` …
    uint8_t type;
    /// `CSIMDJSON_KEY_UNESCAPED` …
    uint8_t flags;
    /// 0 for the document's own value.
    uint16_t depth;
} csimdjson_node;

/// A document that was accepted; valid until the parser's next call.
typedef struct {
    const csimdjson_node *nodes;
    size_t node_count;
    /// The text of what had escapes.
    const uint8_t *strings;
    size_t string_count;
} csimdjson_document;

/// The memory that parsing needs; used by one thread at a time.
typedef struct csimdjson_parser csimdjson_parser;

/// Makes a parser; NULL without memory.
csimdjson_parser *csimdjson_parser_create(void);

void csimdjson_parser_destroy(csimdjson_parser *parser);

/// Parses `count` bytes, which `CSIMDJSON_PADDING` readable bytes must follow.
///
/// Returns `CSIMDJSON_ACCEPTED` and fills `document`, or says why not and leaves it empty.
int csimdjson_parse(csimdjson_parser *parser, const uint8_t *bytes, size_t count,
                    csimdjson_document *document);

/// The fields of a usage event, in the contract's order.
enum {
    CSIMDJSON_USAGE_ID = 0,
    CSIMDJSON_USAGE_SOURCE = 1,
    CSIMDJSON_USAGE_CUSTOMER = 2,
    CSIMDJSON_USAGE_CREDIT_TYPE = 3,
    CSIMDJSON_USAGE_ACTION = 4,
    CSIMDJSON_USAGE_QUANTITY = 5,
    CSIMDJSON_USAGE_CREDITS = 6,
    CSIMDJSON_USAGE_OCCURRED_AT = 7,
    CSIMDJSON_USAGE_DIMENSIONS = 8,
    CSIMDJSON_USAGE_HOLD = 9,
    CSIMDJSON_USAGE_FIELDS = 10,
};

/// A text within a document.
typedef struct {
    uint32_t start;
    uint32_t count;
} csimdjson_text;

/// `digits` × 10^−`decimals`, at most 18 digits of which at most 12 are decimals.
typedef struct {
    uint64_t digits;
    uint32_t decimals;
} csimdjson_decimal;

/// A usage event as it is mostly written.
typedef struct {
    /// Of the fields that are strings, by field.
    csimdjson_text texts[CSIMDJSON_USAGE_FIELDS];
    csimdjson_decimal quantity;
    csimdjson_decimal credits;
    /// `occurred_at` in microseconds since 1970, where `has_moment` says so.
    int64_t moment;
    /// 1 where `occurred_at` is written as `2026-11-01T12:00:00Z`, decimals allowed; another text may
    /// be a moment all the same.
    uint32_t has_moment;
    /// A bit for each field that is there.
    uint32_t present;
    /// The dimensions in canonical form: sorted by name, each `length name kind length value`.
    uint32_t dimension_bytes;
} csimdjson_usage;

/// Bytes that are written behind the dimensions, at most.
enum { CSIMDJSON_USAGE_PADDING = 16 };

/// A longer usage event is none of those that nearly all are.
enum { CSIMDJSON_USAGE_BYTES = 8192 };

/// Reads a usage event that is written as nearly all are: known fields, each once and not null,
/// printable ASCII without escapes, plain decimals, flat dimensions of text and whole numbers.
///
/// Returns 0 for anything else, which says nothing about it: parse it. `dimensions` has room for
/// `count` bytes and `CSIMDJSON_USAGE_PADDING` more, which may be written as well.
int csimdjson_scan_usage(const uint8_t *bytes, size_t count, uint8_t *dimensions,
                         csimdjson_usage *usage);

#ifdef __cplusplus
}
#endif
#endif
