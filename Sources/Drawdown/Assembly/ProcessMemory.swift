import CMalloc
import Foundation

/// How the process deals with memory that was freed.
enum ProcessMemory {
    /// Keeps freed memory for what is allocated next, up to some bytes.
    ///
    /// A batch takes a few megabytes for a few milliseconds. Given back to the system each time, its
    /// pages would be mapped and cleared anew for the next one.
    static func keepFreed() {
        // None can fail: all values are within what glibc allows.
        _ = mallopt(M_MMAP_THRESHOLD, 32 << 20)
        _ = mallopt(M_TRIM_THRESHOLD, 128 << 20)
        // A heap that is empty for a moment is not given back to the system, either.
        _ = mallopt(M_TOP_PAD, 64 << 20)
        _ = mallopt(M_ARENA_MAX, arenaCount)
    }

    /// How many heaps the threads share.
    ///
    /// The system would make up to eight for each core, and what was freed to one heap serves no
    /// other. No more threads than this are busy at a time.
    private static let arenaCount = Int32(max(6, 2 * ProcessInfo.processInfo.activeProcessorCount))

    /// Gives the system back what was freed.
    static func giveBack() { _ = malloc_trim(0) }
}
