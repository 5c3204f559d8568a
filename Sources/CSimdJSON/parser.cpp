#include "CSimdJSON.h"
#include "walk.h"

#include <limits>
#include <memory>
#include <new>

struct csimdjson_parser {
    // Stage 1 alone is simdjson's: it finds where tokens start, with the widest instructions that
    // this processor has, and checks UTF-8, quotes and control characters on the way. What the
    // tokens mean is read in walk.cpp, where every one of them is checked.
    std::unique_ptr<simdjson::internal::dom_parser_implementation> indexer;
    drawdown::memory memory;
};

namespace {

/// Documents beyond this are so rare that their memory is given back.
constexpr size_t kept_bytes = 4 << 20;

int prepare(csimdjson_parser &parser, size_t count) noexcept {
    parser.memory.nodes.trim(kept_bytes / sizeof(csimdjson_node));
    parser.memory.strings.trim(kept_bytes);
    parser.memory.scratch.trim(kept_bytes / sizeof(uint32_t));
    const bool is_large = parser.indexer && parser.indexer->capacity() > kept_bytes;
    if (is_large && count <= kept_bytes) parser.indexer.reset();
    if (parser.indexer && parser.indexer->capacity() >= count) return CSIMDJSON_ACCEPTED;
    // At least a page, so that a stream of ever longer documents does not grow it each time.
    size_t capacity = parser.indexer ? parser.indexer->capacity() * 2 : 4096;
    if (capacity < count) capacity = count;
    parser.indexer.reset();
    const auto error = simdjson::get_active_implementation()->create_dom_parser_implementation(
        capacity, CSIMDJSON_MAXIMUM_DEPTH, parser.indexer);
    if (error == simdjson::SUCCESS) return CSIMDJSON_ACCEPTED;
    parser.indexer.reset();
    return CSIMDJSON_OUT_OF_MEMORY;
}

} // namespace

extern "C" csimdjson_parser *csimdjson_parser_create(void) {
    return new (std::nothrow) csimdjson_parser();
}

extern "C" void csimdjson_parser_destroy(csimdjson_parser *parser) { delete parser; }

extern "C" int csimdjson_parse(csimdjson_parser *parser, const uint8_t *bytes, size_t count,
                               csimdjson_document *document) {
    *document = {nullptr, 0, nullptr, 0};
    // Positions are 32 bits wide.
    if (count >= std::numeric_limits<uint32_t>::max()) return CSIMDJSON_OUT_OF_MEMORY;
    if (count == 0) return CSIMDJSON_NOT_JSON;
    const int ready = prepare(*parser, count);
    if (ready != CSIMDJSON_ACCEPTED) return ready;
    const auto error = parser->indexer->stage1(bytes, count, simdjson::stage1_mode::regular);
    if (error != simdjson::SUCCESS) return CSIMDJSON_NOT_JSON;
    drawdown::walk walk(
        {bytes, count, parser->indexer->structural_indexes.get(),
         parser->indexer->n_structural_indexes},
        parser->memory);
    const int status = walk.run();
    if (status != CSIMDJSON_ACCEPTED) return status;
    const drawdown::memory &memory = parser->memory;
    *document = {memory.nodes.data(), memory.nodes.count(), memory.strings.data(),
                 memory.strings.count()};
    return CSIMDJSON_ACCEPTED;
}
