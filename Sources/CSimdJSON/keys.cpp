#include "keys.h"

#include <algorithm>
#include <cstring>

namespace drawdown {
namespace {

/// Up to this many members are compared with each other; more are sorted first, so that an object
/// of 100,000 members costs no more than its size.
constexpr uint32_t compared_members = 32;

bool is_same_key(const csimdjson_node &left, const csimdjson_node &right,
                 key_bytes bytes) noexcept {
    if (left.key_count != right.key_count || left.key_head != right.key_head ||
        left.key_tail != right.key_tail) {
        return false;
    }
    // Head and tail together are all of a key of up to 16 bytes.
    return left.key_count <= 16 ||
           std::memcmp(bytes.of(left), bytes.of(right), left.key_count) == 0;
}

bool is_ordered_before(const csimdjson_node &left, const csimdjson_node &right,
                       key_bytes bytes) noexcept {
    if (left.key_count != right.key_count) return left.key_count < right.key_count;
    if (left.key_head != right.key_head) return left.key_head < right.key_head;
    if (left.key_tail != right.key_tail) return left.key_tail < right.key_tail;
    return left.key_count > 16 &&
           std::memcmp(bytes.of(left), bytes.of(right), left.key_count) < 0;
}

bool has_earlier_namesake(const csimdjson_node *nodes, uint32_t first, uint32_t member,
                          key_bytes bytes) noexcept {
    for (uint32_t other = first; other < member; other = nodes[other].end) {
        if (is_same_key(nodes[other], nodes[member], bytes)) return true;
    }
    return false;
}

key_check check_sorted(const csimdjson_node *nodes, uint32_t object, key_bytes bytes,
                       buffer<uint32_t> &scratch) noexcept {
    scratch.clear();
    const uint32_t end = nodes[object].end;
    for (uint32_t member = object + 1; member < end; member = nodes[member].end) {
        uint32_t *slot = scratch.append();
        if (slot == nullptr) return key_check::out_of_memory;
        *slot = member;
    }
    std::sort(scratch.data(), scratch.data() + scratch.count(), [=](uint32_t a, uint32_t b) {
        return is_ordered_before(nodes[a], nodes[b], bytes);
    });
    for (size_t index = 1; index < scratch.count(); ++index) {
        if (is_same_key(nodes[scratch[index - 1]], nodes[scratch[index]], bytes)) {
            return key_check::duplicate;
        }
    }
    return key_check::distinct;
}

} // namespace

key_check check_keys(const csimdjson_node *nodes, uint32_t object, key_bytes bytes,
                     buffer<uint32_t> &scratch) noexcept {
    const uint32_t end = nodes[object].end;
    uint64_t seen = 0;
    uint32_t count = 0;
    for (uint32_t member = object + 1; member < end; member = nodes[member].end) {
        if (++count > compared_members) return check_sorted(nodes, object, bytes, scratch);
        const csimdjson_node &node = nodes[member];
        const uint64_t mixed =
            (node.key_head ^ (node.key_tail << 7) ^ node.key_count) * 0x9E3779B97F4A7C15u;
        const uint64_t bit = uint64_t(1) << (mixed >> 58);
        // Most keys have a bit of their own and need no comparison.
        if ((seen & bit) != 0 && has_earlier_namesake(nodes, object + 1, member, bytes)) {
            return key_check::duplicate;
        }
        seen |= bit;
    }
    return key_check::distinct;
}

} // namespace drawdown
