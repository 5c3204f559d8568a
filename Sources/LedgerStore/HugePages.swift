internal import Glibc

/// Memory of which every look is at another place: with small pages each would also miss the TLB.
package enum HugePages {
    /// Bytes in a huge page, and where one may begin.
    package static let byteCount = 2 << 20

    /// Asks the system for huge pages where some fit; whether it gives them changes nothing but time.
    package static func advise(_ memory: UnsafeMutableRawBufferPointer) {
        guard let base = memory.baseAddress else { return }
        // Only whole pages: the advice must not reach into what is somebody else's.
        let skipped = (byteCount - Int(bitPattern: base) % byteCount) % byteCount
        let whole = (memory.count - skipped) / byteCount * byteCount
        guard whole > 0 else { return }
        unsafe madvise(base + skipped, whole, MADV_HUGEPAGE)
    }
}
