public import LedgerStore

/// How far the copy of a store is.
public enum StoreCopyStep: Equatable, Sendable {
    /// The data file is being copied.
    case data
    /// So many of the sealed files are in their place.
    case files(Int, of: Int)
    /// The copy is being read, up to this commit so far.
    case verifying(commit: UInt64, of: UInt64)
}

/// What the copy of a store came to.
public struct StoreCopyReport: Sendable {
    public internal(set) var uuid = ""
    /// The newest commit in the copy.
    public internal(set) var head = CommitHead.genesis
    /// Sealed files.
    public internal(set) var files = 0
    /// Those that are links: the same bytes on the disk as where they came from.
    public internal(set) var linkedFiles = 0
    /// Bytes of all files together.
    public internal(set) var byteCount = 0
    /// Those that were written for the copy.
    public internal(set) var writtenByteCount = 0
    /// How many snapshots had to be taken, because a worker replaced files meanwhile.
    public internal(set) var attempts = 1
    /// What reading the copy found; nil: it was not asked for.
    public internal(set) var verification: VerificationReport?
}
