internal import Credits
internal import LedgerStore

/// A file of ids that a verification looks at.
struct RunUnderCheck {
    let row: RunRow
    /// Nil where it cannot be opened.
    let run: FilteredRun?
    private let openingFault: String

    init(_ row: RunRow, _ folders: SealedFolders) {
        self.row = row
        do throws(StoreError) {
            let run = try IDRun(directory: folders.ids, row: row, store: folders.store)
            self.run = try FilteredRun(run)
            openingFault = ""
        } catch {
            run = nil
            openingFault = error.message
        }
    }

    /// What is wrong with the file; nil: nothing.
    ///
    /// - Parameters:
    ///   - scan: what reading the file found; nil: it was not read.
    ///   - expected: the ids of its commits as the journal has them; nil: unknown.
    /// - Returns: one sentence.
    func fault(_ scan: RunScan?, expecting expected: IDContent?) -> String? {
        guard let run, let scan else { return openingFault }
        if let fault = scan.fault { return fault }
        guard scan.content == row.content, expected == nil || expected == scan.content else {
            let count = expected?.count ?? row.content.count
            return "expected \(run.run.path) to hold the \(count) ids of commits "
                + "\(row.commits.lowerBound) to \(row.commits.upperBound)"
        }
        return nil
    }
}

/// One run's part in reading all runs side by side, in the order of keys.
///
/// Its order, the filter and the fences are held against every id.
struct RunScan {
    private let run: IDRun
    private let filter: RunFilter
    private var cursor: IDRunCursor
    private var last: UInt128?
    private(set) var content = IDContent()
    private(set) var fault: String?

    private init(_ run: FilteredRun) {
        self.run = run.run
        filter = run.filter
        cursor = IDRunCursor(run.run)
    }

    /// Reads runs, newest first, and calls `duplicate` with each id that stands in two of them.
    static func scan(
        _ runs: [FilteredRun],
        duplicate: (IDKey, _ newer: UInt64, _ older: UInt64) -> Void
    ) -> [RunScan] {
        var scans = runs.map { RunScan($0) }
        var live: [Int] = []
        var heads: [UInt128] = []
        for index in scans.indices {
            guard let key = scans[index].next(isFirst: true) else { continue }
            live.append(index)
            heads.append(key)
        }
        var last: (key: UInt128, commit: UInt64)?
        while !heads.isEmpty {
            var place = 0
            for other in heads.indices where heads[other] < heads[place] { place = other }
            let commit = scans[live[place]].cursor.known.commit
            if let last, last.key == heads[place] {
                duplicate(scans[live[place]].cursor.id, last.commit, commit)
            }
            last = (heads[place], commit)
            if let key = scans[live[place]].next(isFirst: false) {
                heads[place] = key
            } else {
                heads.remove(at: place)
                live.remove(at: place)
            }
        }
        return scans
    }

    /// Moves to the next id, and checks it; nil: there is none, or it is damaged.
    private mutating func next(isFirst: Bool) -> UInt128? {
        do throws(StoreError) {
            guard try isFirst ? cursor.read() : cursor.advance() else { return nil }
            let (id, known, key) = (cursor.id, cursor.known, cursor.key)
            guard last.map({ $0 < key }) ?? true, run.header.commits.contains(known.commit) else {
                throw StoreError(
                    .damaged,
                    "expected \(run.path) to be sorted, each id of its commits"
                )
            }
            guard filter.mayHold(id), run.leads(to: id, inBlock: cursor.blockNumber) else {
                throw StoreError(.damaged, "expected the index of \(run.path) to lead to its ids")
            }
            content.add(id, known)
            last = key
            return key
        } catch {
            fault = error.message
            return nil
        }
    }
}

/// Holds segments against the commits that they hold, while these are verified.
struct SegmentChecks {
    private let rows: [SegmentRow]
    private let folders: SealedFolders
    private var index = 0
    private var letters: [UInt64] = []

    /// Looks at every segment's index first.
    init(_ rows: [SegmentRow], _ folders: SealedFolders, _ verifier: inout LedgerVerifier) {
        self.rows = rows
        self.folders = folders
        for row in rows {
            do throws(StoreError) {
                _ = try Segment(directory: folders.ledger, row: row, store: folders.store)
            } catch {
                verifier.note(.segment, row.commits.lowerBound, error.message)
            }
        }
    }

    /// Takes the commit that was just verified.
    mutating func check(_ number: UInt64, _ verifier: inout LedgerVerifier) {
        while index < rows.count, rows[index].commits.upperBound < number {
            index += 1
            letters = []
        }
        guard index < rows.count else { return }
        if verifier.hasDeadLetters { letters.append(number) }
        guard number == rows[index].commits.upperBound else { return }
        let row = rows[index]
        do throws(StoreError) {
            let segment = try Segment(directory: folders.ledger, row: row, store: folders.store)
            guard segment.letters == letters else {
                throw StoreError(.damaged, "expected it to name its commits with dead letters")
            }
            guard let totals = verifier.totals, totals != row.totals else { return }
            throw StoreError(.damaged, "expected its counts to be those of all commits up to there")
        } catch {
            verifier.note(.segment, row.commits.lowerBound, error.message)
        }
    }
}
