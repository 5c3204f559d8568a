internal import Credits
internal import LedgerStore

/// What a store's data file says beside its commits: accounts, offsets and counts, to be held against
/// what the commits make of them.
///
/// A start goes by these. A page of them that is damaged while nobody reads it goes into every backup,
/// and shows when no worker can be started any more.
struct ProjectionChecks {
    private struct Checkpoint {
        let account: UInt32
        /// The account is as it was after this commit.
        let commit: UInt64
        let digest: Int
    }

    private let state: StateRow
    private var accountCount = 0
    /// Those still to be checked, the oldest last.
    private var checkpoints: [Checkpoint] = []
    private var offsets: [String: [PartitionKey: Int64]] = [:]
    private var partCount = 0
    /// A commit in the data file that is none of those that belong there.
    private var strange: UInt64?
    /// Why they cannot be read; nil: they can.
    private var fault: String?

    /// Reads what there is in one state of the store, but for accounts; damage is a fault, and no error.
    init(
        _ state: StateRow,
        _ transaction: borrowing LMDBTransaction,
        _ tables: StoreTables
    ) {
        self.state = state
        do throws(StoreError) {
            offsets = try OffsetsTable.read(transaction, tables.offsets)
            partCount = try transaction.count(tables.journal)
            strange = try Self.strangeCommit(beside: state, transaction, tables.journal)
        } catch {
            fault = error.message
        }
    }

    /// The first commit in the journal's table before those that are kept there, or behind the last.
    private static func strangeCommit(
        beside state: StateRow,
        _ transaction: borrowing LMDBTransaction,
        _ journal: LMDBTable
    ) throws(StoreError) -> UInt64? {
        let first = try JournalTable.firstCommit(from: 0, transaction, journal)
        if let first, first < state.journalFrom { return first }
        return try JournalTable.firstCommit(from: state.head.number + 1, transaction, journal)
    }

    /// Reads the accounts, in many short transactions: for as long as one is open, a worker beside it can
    /// use no page of the data file again.
    ///
    /// Each account says itself after which commit it was so. One of a commit that is newer than the state
    /// is not looked at.
    mutating func readAccounts(_ environment: LMDBEnvironment, _ tables: StoreTables) {
        guard fault == nil else { return }
        var cursor = AccountBlocks.Cursor()
        do throws(StoreError) {
            while try readAccounts(&cursor, environment, tables) {}
        } catch {
            fault = error.message
        }
        checkpoints.sort { $0.commit > $1.commit }
    }

    private static let blocksAtATime = 1_000

    /// False: there are no more.
    private mutating func readAccounts(
        _ cursor: inout AccountBlocks.Cursor,
        _ environment: LMDBEnvironment,
        _ tables: StoreTables
    ) throws(StoreError) -> Bool {
        let transaction = try environment.begin(isReadOnly: true)
        for _ in 0..<Self.blocksAtATime {
            guard let accounts = try cursor.next(transaction, tables.accounts) else { return false }
            accountCount += accounts.count
            for (account, commit) in accounts where commit <= state.head.number {
                checkpoints.append(
                    Checkpoint(
                        account: account.number,
                        commit: commit,
                        digest: account.ledgerDigest
                    )
                )
            }
        }
        // What is behind a block that was not full was added since, as were accounts in it.
        return cursor.isAtFullBlock
    }

    /// Checks the accounts that were written down as they were after the commit just taken.
    mutating func check(_ number: UInt64, _ verifier: inout LedgerVerifier) {
        guard fault == nil, verifier.totals != nil else { return }
        while let next = checkpoints.last, next.commit <= number {
            checkpoints.removeLast()
            guard verifier.account(number: next.account)?.ledgerDigest != next.digest else {
                continue
            }
            verifier.note(
                .checkpoint,
                number,
                account: next.account,
                "expected the account to be written down as its entries make it"
            )
        }
        guard number == state.checkpointedThrough, verifier.accountCount > accountCount else {
            return
        }
        verifier.note(
            .checkpoint,
            number,
            "expected \(verifier.accountCount) accounts to be written down, got: \(accountCount)"
        )
    }

    /// Checks what is to be so after the last commit.
    func finish(_ verifier: inout LedgerVerifier) {
        if let fault { return verifier.note(.checkpoint, state.head.number, fault) }
        if let strange {
            verifier.note(
                .commitNumber,
                strange,
                "expected the data file to hold commits \(state.journalFrom) to "
                    + "\(state.head.number), got: commit \(strange)"
            )
        }
        guard let totals = verifier.totals else { return }
        let checks: KeyValuePairs = [
            "offsets": offsets == verifier.offsetsRead,
            "number of accounts": state.accountCount == verifier.accountCount,
            "number of parts": state.partCount == partCount,
            "counts": state.totals == totals,
        ]
        for (name, isSound) in checks where !isSound {
            verifier.note(
                .checkpoint,
                state.head.number,
                "expected the \(name) to be what the commits make of them"
            )
        }
    }
}

extension Account {
    /// What an account has, in one word; within this process only.
    fileprivate var ledgerDigest: Int {
        var hasher = Hasher()
        hasher.combine(number)
        hasher.combine(ExactText(customerID))
        hasher.combine(ExactText(creditType))
        hasher.combine(sequence)
        hasher.combine(lastCommit)
        hasher.combine(balance)
        hasher.combine(overdraft)
        hasher.combine(basis)
        for grant in grants {
            hasher.combine(grant.ordinal)
            hasher.combine(grant.remaining)
            hasher.combine(grant.status)
            hasher.combine(grant.terms)
        }
        hasher.combine(holds)
        hasher.combine(schedules)
        hasher.combine(settings)
        return hasher.finalize()
    }
}
