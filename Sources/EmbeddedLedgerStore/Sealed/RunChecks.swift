internal import Credits
internal import LedgerStore

/// A file of ids that a verification looks at.
struct RunUnderCheck {
    let row: RunRow
    /// Nil where it cannot be opened.
    let run: IDRun?
    private let openingFault: String

    init(_ row: RunRow, _ folders: SealedFolders) {
        self.row = row
        do throws(StoreError) {
            run = try IDRun(directory: folders.ids, row: row, store: folders.store)
            openingFault = ""
        } catch {
            run = nil
            openingFault = error.message
        }
    }

    /// What is wrong with the file; nil: nothing.
    ///
    /// - Parameter expected: the ids of its commits as the journal has them; nil: unknown.
    /// - Returns: one sentence.
    func fault(expecting expected: IDContent?) -> String? {
        guard let run else { return openingFault }
        do throws(StoreError) {
            let content = try run.checkedContent()
            guard content == row.content, expected == nil || expected == content else {
                return
                    "expected \(run.path) to hold the \(expected?.count ?? row.content.count) ids"
                    + " of commits \(row.commits.lowerBound) to \(row.commits.upperBound)"
            }
            return nil
        } catch {
            return error.message
        }
    }
}

extension IDRun {
    /// Reads all ids, and holds their order, the filter and the fences against them.
    fileprivate func checkedContent() throws(StoreError) -> IDContent {
        var content = IDContent()
        var cursor = IDRunCursor(self)
        var last: UInt128?
        var hasMore = try cursor.read()
        while hasMore {
            let (id, known, key) = (cursor.id, cursor.known, cursor.key)
            guard last.map({ $0 < key }) ?? true, header.commits.contains(known.commit) else {
                throw StoreError(.damaged, "expected \(path) to be sorted, each id of its commits")
            }
            guard leads(to: id, inBlock: cursor.blockNumber) else {
                throw StoreError(.damaged, "expected the index of \(path) to lead to its ids")
            }
            content.add(id, known)
            last = key
            hasMore = try cursor.advance()
        }
        return content
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
