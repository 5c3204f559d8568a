import Credits
import LedgerStore
import Testing

/// Builds batches as the decoder would, one input per line.
struct BatchBuilder {
    static let start = Timestamp(microseconds: 1_793_000_000_000_000) ?? .earliest

    private(set) var batch: InputBatch
    private let hashKey: HashKey
    private var accounts: [String: Int32] = [:]
    private var next: Int64

    /// Reads one partition, from the offset that is expected to be stored for it.
    init(for store: any LedgerStore, from: Int64?, cluster: String = "cluster") {
        hashKey = store.identity.hashKey
        batch = InputBatch(cluster: cluster)
        // All that there is was read, whatever the moment.
        batch.readThrough = .latest
        batch.partitions = [
            PartitionProgress(topic: "usage.events", partition: 3, from: from, next: from ?? 0)
        ]
        next = from ?? 0
    }

    /// Continues where the store has read to.
    init(continuing store: any LedgerStore, cluster: String = "cluster") {
        let key = PartitionKey(topic: "usage.events", partition: 3)
        self.init(for: store, from: store.offsets(cluster: cluster)[key], cluster: cluster)
    }

    mutating func grant(_ id: String, _ customer: String, _ credits: Int64, after: Int64 = 0) {
        let commandID = "grant-\(id)"
        let terms = GrantTerms(
            grantID: id,
            credits: Amount(whole: credits),
            effectiveAt: Self.start.advanced(byMicroseconds: after),
            reference: "invoice \(id)"
        )
        let claim = AccountScope.grantKey(
            customerID: customer,
            creditType: "credits",
            grantID: id,
            under: hashKey
        )
        command(commandID, customer, .grant(terms), UInt64(credits), claim: claim)
    }

    mutating func void(_ id: String, of grantID: String, _ customer: String, _ credits: Int64?) {
        let credits = credits.map { Amount(whole: $0) }
        command(id, customer, .void(grantID: grantID, credits: credits))
    }

    /// An adjustment up takes its command's id as that of the grant it makes.
    mutating func adjust(_ id: String, _ customer: String, _ credits: Int64) {
        let claim = AccountScope.grantKey(
            customerID: customer,
            creditType: "credits",
            grantID: id,
            under: hashKey
        )
        command(
            id,
            customer,
            .adjust(Amount(whole: credits)),
            claim: credits > 0 ? claim : nil
        )
    }

    /// Sets credits aside for 15 minutes.
    mutating func hold(
        _ id: String,
        _ customer: String,
        _ credits: Int64,
        command commandID: String? = nil
    ) throws {
        let request = HoldRequest(
            holdID: id,
            credits: Amount(whole: credits),
            expiresAfter: try #require(CalendarDuration.seconds(900))
        )
        let claim = AccountScope.holdKey(
            customerID: customer,
            creditType: "credits",
            holdID: id,
            under: hashKey
        )
        command(commandID ?? "hold-\(id)", customer, .hold(request), claim: claim)
    }

    mutating func release(_ holdID: String, _ customer: String) {
        command("release-\(holdID)", customer, .release(holdID: holdID))
    }

    /// Gives credits of usage back; nil: all that is left.
    mutating func reverse(_ id: String, of usageID: String, _ customer: String, _ credits: Int64?) {
        let claim = AccountScope.grantKey(
            customerID: customer,
            creditType: "credits",
            grantID: id,
            under: hashKey
        )
        let (source, usage) = (Array("api".utf8), Array(usageID.utf8))
        let request = ReversalRequest(
            usageID: usageID,
            source: "api",
            usageKey: IDSpace.usage.key(scope: source.span, id: usage.span, under: hashKey),
            reversalKey: IDSpace.reversal.key(scope: source.span, id: usage.span, under: hashKey),
            credits: credits.map { Amount(whole: $0) }
        )
        command(id, customer, .reverseUsage(request), claim: claim)
    }

    mutating func configure(_ id: String, _ customer: String, _ settings: AccountSettings) {
        command(id, customer, .configure(settings))
    }

    private mutating func command(
        _ commandID: String,
        _ customer: String,
        _ action: CommandAction,
        _ fingerprint: UInt64 = 1,
        claim: IDKey? = nil
    ) {
        let none: [UInt8] = []
        let account = account(customer)
        batch.commands.append(
            Command(
                key: IDSpace.command.key(
                    scope: none.span,
                    id: Array(commandID.utf8).span,
                    under: hashKey
                ),
                fingerprint: fingerprint,
                account: account,
                commandID: commandID,
                action: action,
                claim: claim,
                actor: Actor(type: "admin", id: "ada"),
                reason: "because",
                message: message(commandID)
            )
        )
    }

    mutating func usage(
        _ id: String,
        _ customer: String,
        _ credits: Int64,
        dimensions: [UInt8] = [],
        hold: String = ""
    ) {
        let usageID = batch.bytes.appendSlice(id.utf8)
        let source = batch.bytes.appendSlice("api".utf8)
        let action = batch.bytes.appendSlice("image.generate".utf8)
        let dimensions = batch.bytes.appendSlice(dimensions)
        let holdID = batch.bytes.appendSlice(hold.utf8)
        let account = account(customer)
        let message = message(id)
        batch.usage.append(
            UsageEvent(
                key: IDSpace.usage.key(
                    scope: batch.bytes.span(of: source),
                    id: batch.bytes.span(of: usageID),
                    under: hashKey
                ),
                fingerprint: UInt64(credits),
                account: account,
                usageID: usageID,
                source: source,
                action: action,
                dimensions: dimensions,
                holdID: holdID,
                quantity: Amount(whole: 1),
                credits: Amount(whole: credits),
                rate: .explicit,
                occurredAt: Self.start,
                message: message
            )
        )
    }

    mutating func invalid(_ text: String) {
        batch.headers.append([MessageHeader(name: "trace", value: [1, 2, 3])])
        let received = message(text)
        batch.invalid.append(
            InvalidInput(
                message: ReceivedMessage(
                    origin: received.origin,
                    timestamp: received.timestamp,
                    key: nil,
                    value: received.value,
                    headers: Int32(batch.headers.count - 1)
                ),
                refusal: Refusal(.invalidJSON, message: "expected JSON, got: \(text)")
            )
        )
    }

    private mutating func account(_ customer: String) -> Int32 {
        if let index = accounts[customer] { return index }
        let customerID = batch.bytes.appendSlice(customer.utf8)
        let creditType = batch.bytes.appendSlice("credits".utf8)
        let hash = AccountKey.hash(
            customerID: batch.bytes.span(of: customerID),
            creditType: batch.bytes.span(of: creditType),
            key: hashKey
        )
        batch.accounts.append(
            AccountKey(customerID: customerID, creditType: creditType, hash: hash)
        )
        let index = Int32(batch.accounts.count - 1)
        accounts[customer] = index
        return index
    }

    private mutating func message(_ text: String) -> ReceivedMessage {
        let value = batch.bytes.appendSlice(text.utf8)
        let origin = Origin(partition: 0, offset: next)
        next += 1
        batch.partitions[0].next = next
        return ReceivedMessage(
            origin: origin,
            timestamp: Self.start,
            key: nil,
            value: value,
            headers: -1
        )
    }
}

extension LedgerStore {
    /// Loads, applies and commits a batch, `seconds` after the tests' start.
    @discardableResult
    func apply(
        _ builder: BatchBuilder,
        policies: Policies = Policies(),
        at seconds: Int64 = 0
    ) throws -> Commit {
        let transition = try transition(of: builder, policies: policies, at: seconds)
        _ = try commit(transition)
        return transition.commit
    }

    func transition(
        of builder: BatchBuilder,
        policies: Policies = Policies(),
        at seconds: Int64 = 0
    ) throws -> Transition {
        let now = BatchBuilder.start.advanced(byMicroseconds: seconds * 1_000_000)
        let loaded = try load(builder.batch, dueAt: now, maximumDue: 100)
        return Ledger(policies: policies).apply(builder.batch, to: loaded, now: now)
    }

    /// Every account, by number.
    var allAccounts: [Account] {
        (0..<reader.accountCount).compactMap { reader.account(number: UInt32($0 + 1)) }
    }
}
