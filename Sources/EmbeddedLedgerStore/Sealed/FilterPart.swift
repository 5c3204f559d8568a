internal import Glibc
internal import LedgerStore

/// Some lines of a filter, in memory of their own that the system has back as soon as they are let
/// go: what the heap keeps would be between other things, and serve nobody.
@safe
final class FilterPart: @unchecked Sendable {
    // `@unchecked Sendable`: the words are filled while it is made, and then never change.

    /// The largest part is one huge page.
    static let greatestShift = 15

    /// Stands for a part that is not there: says of every id that it is not, and takes no memory,
    /// for it was never written to.
    static let missing = FilterPart(unwritten: greatestByteCount)
    private static let greatestByteCount = RunFilter.byteCount(lines: 1 << greatestShift)

    let byteCount: Int
    private let start: UnsafeMutableRawPointer

    var words: UnsafePointer<UInt64> {
        unsafe UnsafePointer(start.assumingMemoryBound(to: UInt64.self))
    }

    /// Maps memory of zeros; ends the process where the system has none, as the heap does.
    private init(unwritten byteCount: Int) {
        self.byteCount = byteCount
        // A huge page begins at a multiple of its size, so as much is mapped as one can be in.
        let isHuge = byteCount >= HugePages.byteCount
        let mapped = isHuge ? byteCount + HugePages.byteCount : byteCount
        let first = unsafe mmap(
            nil,
            mapped,
            PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS,
            -1,
            0
        )
        guard let first = unsafe first, unsafe first != MAP_FAILED else {
            fatalError("failed to map \(mapped) bytes of memory")
        }
        guard isHuge else {
            unsafe start = first
            return
        }
        let skipped = -Int(bitPattern: first) & (HugePages.byteCount - 1)
        unsafe start = first + skipped
        if skipped > 0 { unsafe munmap(first, skipped) }
        if skipped < HugePages.byteCount {
            unsafe munmap(start + byteCount, HugePages.byteCount - skipped)
        }
    }

    /// Lines that `fill` writes; they are zeros before.
    convenience init<Failure: Error>(
        lineCount: Int,
        _ fill: (UnsafeMutableRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        self.init(unwritten: RunFilter.byteCount(lines: lineCount))
        let memory = unsafe UnsafeMutableRawBufferPointer(start: start, count: byteCount)
        unsafe HugePages.advise(memory)
        unsafe try fill(memory)
    }

    func checksum(after value: UInt32) -> UInt32 {
        let memory = unsafe UnsafeRawBufferPointer(start: start, count: byteCount)
        return unsafe CRC32C.checksum(memory, after: value)
    }

    deinit {
        unsafe munmap(start, byteCount)
    }
}
