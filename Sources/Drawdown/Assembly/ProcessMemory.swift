import CMalloc

/// How the process deals with memory that was freed.
enum ProcessMemory {
    /// Keeps freed memory for what is allocated next, up to some bytes.
    ///
    /// A batch takes a few megabytes for a few milliseconds. Given back to the system each time, its
    /// pages would be mapped and cleared anew for the next one.
    static func keepFreed() {
        // Neither can fail: both values are within what glibc allows.
        _ = mallopt(M_MMAP_THRESHOLD, 32 << 20)
        _ = mallopt(M_TRIM_THRESHOLD, 128 << 20)
    }
}
