internal import LedgerStore

/// When the store moves what it has into sealed files, and how it merges them.
public struct SealingOptions: Sendable {
    /// Ids in memory that are enough for a file of their own.
    public var idsPerRun: Int
    /// Bytes of commits in the data file that are enough for a segment.
    public var segmentBytes: Int
    /// Files of ids of one size that are merged into one of the next.
    public var fanOut: Int
    /// Bytes that sealing writes per second, at most, while it keeps up.
    public var bytesPerSecond: Int
    /// Commits that a run's ids are of, at most.
    var maximumSpan = IDRunFormat.maximumSpan
    /// Behind so many commits few ids are enough for a file, or none: a start replays the commits since,
    /// and those of duplicates and refusals bring none.
    var commitsPerRun: UInt64 = 100_000
    /// Bytes that are merged before anything else gets its turn.
    var mergeStepBytes = 8 << 20
    /// How much of a filter is in memory while it is made; the rest is in a file.
    var filterBufferBytes = 1 << 20
    /// How much of a merged run's filter takes the place of others at a time: 2 to this power of
    /// lines.
    var filterPartShift = FilterPart.greatestShift
    /// Called at each step of sealing; what it throws stops the store there.
    var onPoint: (@Sendable (SealingPoint) throws(StoreError) -> Void)?

    public init(
        idsPerRun: Int = 1 << 18,
        segmentBytes: Int = 64 << 20,
        fanOut: Int = 8,
        bytesPerSecond: Int = 96 << 20
    ) {
        self.idsPerRun = max(idsPerRun, 1)
        self.segmentBytes = max(segmentBytes, 1)
        self.fanOut = max(fanOut, 2)
        self.bytesPerSecond = max(bytesPerSecond, 1)
        onPoint = nil
    }
}

/// The steps of sealing between which a crash must change nothing.
enum SealingPoint: String, CaseIterable, Sendable {
    case idsTaken, runWritten, runSynced, runRenamed, runSealed
    case segmentTaken, segmentWritten, segmentSynced, segmentRenamed, segmentSealed
    case mergeBegun, mergeStepped, mergeWritten, mergeSynced, mergeRenamed, mergeSealed
    /// A part of a merged run's filter took the place of others.
    case filterPartReplaced
    /// On the thread that commits: before and after the commit that names sealed files.
    case beforeManifest, afterManifest
    /// Files that a merge replaced are about to be removed, and are removed.
    case beforeRemoval, afterRemoval
}
