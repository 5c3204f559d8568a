internal import Credits
internal import LedgerStore

/// A run, and the filter that says whether to look into it.
struct FilteredRun: Sendable {
    let run: IDRun
    let filter: RunFilter

    /// Bytes in memory by which it is known where to look.
    var memoryByteCount: Int { run.memoryByteCount + filter.byteCount }

    init(_ run: IDRun, _ filter: RunFilter) {
        self.run = run
        self.filter = filter
    }

    /// A run with its whole filter, which is read from its file.
    init(_ run: IDRun) throws(StoreError) {
        var filter = RunFilter(lineCount: run.header.filterLineCount)
        try run.readFilter { filter = filter.adding($0, at: $1) }
        self.init(run, filter)
    }
}
