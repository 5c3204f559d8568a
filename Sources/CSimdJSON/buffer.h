#ifndef DRAWDOWN_CSIMDJSON_BUFFER_H
#define DRAWDOWN_CSIMDJSON_BUFFER_H

#include <cstddef>
#include <cstdlib>
#include <type_traits>

namespace drawdown {

/// An array that grows and says when it cannot; std::vector would throw across the C boundary.
template <typename Element> class buffer {
    static_assert(std::is_trivially_copyable_v<Element>);

public:
    buffer() = default;
    buffer(const buffer &) = delete;
    buffer &operator=(const buffer &) = delete;
    ~buffer() { std::free(elements_); }

    Element *data() noexcept { return elements_; }
    const Element *data() const noexcept { return elements_; }
    Element &operator[](size_t index) noexcept { return elements_[index]; }
    const Element &operator[](size_t index) const noexcept { return elements_[index]; }
    size_t count() const noexcept { return count_; }
    void clear() noexcept { count_ = 0; }
    void set_count(size_t count) noexcept { count_ = count; }

    /// Makes room for `capacity` elements; false without memory.
    bool reserve(size_t capacity) noexcept {
        if (capacity <= capacity_) return true;
        void *grown = std::realloc(elements_, capacity * sizeof(Element));
        if (grown == nullptr) return false;
        elements_ = static_cast<Element *>(grown);
        capacity_ = capacity;
        return true;
    }

    /// The next element, uninitialised; nullptr without memory.
    Element *append() noexcept {
        if (count_ == capacity_ && !reserve(capacity_ < 64 ? 64 : capacity_ * 2)) return nullptr;
        return &elements_[count_++];
    }

    /// Gives memory back that only an unusually large document needed.
    void trim(size_t capacity) noexcept {
        if (capacity_ <= capacity) return;
        std::free(elements_);
        elements_ = nullptr;
        capacity_ = 0;
        count_ = 0;
    }

private:
    Element *elements_ = nullptr;
    size_t count_ = 0;
    size_t capacity_ = 0;
};

} // namespace drawdown
#endif
