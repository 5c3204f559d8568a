internal import CPrefetch

extension Array {
    /// Asks for an element's memory ahead of its use.
    ///
    /// Elements of a long array that are looked at in no order are far away: whoever knows which come
    /// next need not wait for each by itself.
    ///
    /// - Parameter index: of the element; one that is not there is not asked for.
    @inline(__always)
    func prefetch(_ index: Int) {
        guard index >= 0, index < count else { return }
        // Safe: the address lies within the array, and nothing is read or written there.
        unsafe withUnsafeBufferPointer { elements in
            guard let base = elements.baseAddress else { return }
            let address = unsafe UnsafeRawPointer(base + index)
            for line in stride(from: 0, to: MemoryLayout<Element>.stride, by: Self.lineByteCount) {
                unsafe drawdown_prefetch(address + line)
            }
        }
    }

    private static var lineByteCount: Int { 64 }
}

/// How far ahead of its use memory is asked for: as much as it brings at a time.
enum Prefetching {
    static let distance = 8
}
