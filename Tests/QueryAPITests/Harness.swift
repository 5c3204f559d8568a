import Credits
import LedgerStore
import Logging
import Synchronization
import Testing

@testable import QueryAPI

/// A store that holds what a test put there: entries go through the ledger's own replay, so that
/// accounts are what they would be in any other store.
final class FixedReader: LedgerReader {
    let head = CommitHead.genesis
    let outcomes = OutcomeCounts()
    var accountCount: Int { accounts.count }
    let knownIDCount = 0
    var pendingHoldCount: Int { accounts.reduce(0) { $0 + $1.holds.count } }
    private let ledgers: Mutex<[FixedLedger]>
    /// What every question that touches the disk fails with.
    private let failure: StoreError?
    /// Commits with dead letters, ascending.
    private let letters: [SealedCommit]

    init(
        _ ledgers: [FixedLedger],
        failure: StoreError? = nil,
        letters: [SealedCommit] = []
    ) {
        self.letters = letters
        self.ledgers = Mutex(ledgers)
        self.failure = failure
    }

    /// Puts other ledgers into the place of those that are there, as a commit does.
    func replace(with ledgers: [FixedLedger]) {
        self.ledgers.withLock { $0 = ledgers }
    }

    private var records: [EntryRecord] { ledgers.withLock { $0.flatMap(\.records) } }
    private var accounts: [Account] {
        ledgers.withLock { ledgers in
            ledgers.map(\.account).sorted {
                $0.customerID.utf8.lexicographicallyPrecedes($1.customerID.utf8)
            }
        }
    }

    func account(customerID: String, creditType: String) -> Account? {
        accounts.first { $0.customerID == customerID && $0.creditType == creditType }
    }

    func account(number: UInt32) -> Account? { accounts.first { $0.number == number } }

    func accounts(
        creditType: String,
        query: String?,
        after: String?,
        limit: Int
    ) -> [Account] {
        let found = accounts.filter { account in
            guard account.creditType == creditType else { return false }
            if let query, !account.customerID.contains(query) { return false }
            guard let after else { return true }
            return after.utf8.lexicographicallyPrecedes(account.customerID.utf8)
        }
        return Array(found.prefix(limit))
    }

    func entries(
        account: Account,
        before: EntryPosition?,
        type: EntryType?,
        limit: Int
    ) throws(StoreError) -> [EntryRecord] {
        if let failure { throw failure }
        let found = records.reversed().filter { record in
            let commit = record.sealed.commit
            let group = commit.groups[Int(record.entry.group)]
            return commit.customerID(of: group) == account.customerID
                && commit.creditType(of: group) == account.creditType
                && before.map { record.entry.sequence < $0.sequence } ?? true
                && type.map { record.entry.type == $0 } ?? true
        }
        return Array(found.prefix(limit))
    }

    func usageEntry(usageID: String, source: String) throws(StoreError) -> EntryRecord? {
        if let failure { throw failure }
        return records.first { record in
            let bytes = record.sealed.commit.bytes
            return record.entry.isUsage
                && bytes.string(of: record.entry.usageID) == usageID
                && bytes.string(of: record.entry.source) == source
        }
    }

    func commandEntries(commandID: String) throws(StoreError) -> [EntryRecord] {
        records.filter { record in
            record.sealed.commit.details.first?.commandID == commandID
        }
    }

    func deadLetterCommits(through last: UInt64, limit: Int) -> [UInt64] {
        Array(letters.map(\.commit.number).reversed().drop { $0 > last }.prefix(limit))
    }

    func commit(number: UInt64) throws(StoreError) -> SealedCommit? {
        letters.first { $0.commit.number == number }
    }

    func offsets(cluster: String) -> [PartitionKey: Int64] { [:] }
}

/// A worker whose state a test decides.
final class FixedStatus: WorkerStatus {
    private let reasons: [String]
    private let messages: Int64?
    private let worker: WorkerFigures
    /// Happens while the lag is being counted.
    private let whileCounting: @Sendable () -> Void

    init(
        reasons: [String] = [],
        lag: Int64? = 0,
        figures: WorkerFigures = WorkerFigures(),
        whileCounting: @escaping @Sendable () -> Void = {}
    ) {
        self.reasons = reasons
        messages = lag
        worker = figures
        self.whileCounting = whileCounting
    }

    func notReadyReasons() -> [String] { reasons }

    func lag() async -> [PartitionKey: Int64]? {
        whileCounting()
        return messages.map { [PartitionKey(topic: "usage.events", partition: 3): $0] }
    }

    func figures() -> WorkerFigures { worker }
}

/// The moment at which every test asks, unless it says otherwise.
let noon = moment("2026-11-22T12:00:00Z")

func moment(_ text: String) -> Timestamp {
    guard let moment = Timestamp(text) else {
        Issue.record("expected a time, got: \(text)")
        return .earliest
    }
    return moment
}

func amount(_ text: String) -> Amount {
    do {
        return try Amount(text)
    } catch {
        Issue.record("expected an amount, got: \(text)")
        return .zero
    }
}

func makeAPI(
    _ ledgers: FixedLedger...,
    status: FixedStatus = FixedStatus(),
    failure: StoreError? = nil
) -> API {
    makeAPI(FixedReader(ledgers, failure: failure), status: status)
}

func makeAPI(
    _ reader: FixedReader,
    status: FixedStatus = FixedStatus(),
    tokens: AccessTokens? = nil,
    submitter: (any CommandSubmitter)? = nil,
    card: RateCard? = nil,
    cards: [RateCard]? = nil
) -> API {
    let rate = Rate(id: "sdxl", action: "image.generate", credits: amount("10"))
    let standard = RateCard(version: "2026-11", effectiveFrom: .earliest, rates: [rate])
    let rates = RateBook(cards: cards ?? [card ?? standard])
    return API(
        reader: reader,
        status: status,
        submitter: submitter,
        intake: CommandIntake(rates: rates, bodyLimit: 1000),
        rates: rates,
        overdraft: .record,
        version: "1.2.3",
        tokens: tokens,
        bodyLimit: 1000,
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
        now: { noon }
    )
}

extension API {
    func get(_ target: String) async -> Answer {
        let answer = await answer(APIRequest("GET", target))
        Emitted.note(answer, to: target)
        return answer
    }
}

extension Answer {
    var text: String { String(decoding: body, as: UTF8.self) }

    subscript(header name: String) -> String? {
        name == "content-type" ? type : headers.first { $0.name == name }?.value
    }

    /// The value of `next_cursor`; nil where it is null.
    var nextCursor: String? {
        let value = values(of: "next_cursor").first ?? "null"
        return value == "null" ? nil : String(value.dropFirst().dropLast())
    }

    /// The values of a member, wherever it stands, in order.
    func values(of member: String) -> [String] {
        text.ranges(of: "\"\(member)\":").map { range in
            String(text[range.upperBound...].prefix { $0 != "," && $0 != "}" })
        }
    }
}
