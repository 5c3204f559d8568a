public import CPrefetch

extension Array {
    /// Asks for an element's memory ahead of its use.
    ///
    /// Elements of a long array that are looked at in no order are far away: whoever knows which come
    /// next need not wait for each by itself.
    ///
    /// - Parameter index: of the element; one that is not there is not asked for.
    @inlinable
    @inline(__always)
    package func prefetch(_ index: Int) {
        prefetch(index, count: 1)
    }

    /// Asks for the memory of some elements in a row.
    ///
    /// - Parameters:
    ///   - start: the index of the first; where it is none, nothing is asked for.
    ///   - count: of those that are not there, nothing is looked at.
    @inlinable
    @inline(__always)
    package func prefetch(_ start: Int, count: Int) {
        guard start >= 0, start < self.count else { return }
        // Safe: the address lies within the array, and nothing is read or written anywhere.
        unsafe withUnsafeBufferPointer { elements in
            guard let base = elements.baseAddress else { return }
            unsafe drawdown_prefetch(base + start, UInt(count * MemoryLayout<Element>.stride))
        }
    }
}

/// How far ahead of its use memory is asked for: as much as it brings at a time.
package enum Prefetching {
    package static let distance = 8
}
