import Credits

/// Turns inputs into a batch: commands and usage in lists of their own, each account once.
struct TestBatch {
    static let commands: Int32 = 0
    static let usage: Int32 = 1

    private(set) var batch = InputBatch(cluster: "cluster-1")
    private(set) var names: [AccountName] = []
    private var indices: [AccountName: Int32] = [:]

    init(_ inputs: [TestInput]) {
        batch.partitions = ["credits.commands", "usage.events"].map {
            PartitionProgress(topic: $0, partition: 0, from: nil, next: 0)
        }
        for input in inputs { add(input) }
    }

    private mutating func add(_ input: TestInput) {
        let account = index(of: input.account)
        switch input.kind {
        case .command(let action):
            batch.commands.append(command(action, from: input, account: account))
        case .usage(let terms):
            let refusal: Int32
            if terms.credits == nil {
                refusal = Int32(batch.pricingRefusals.count)
                batch.pricingRefusals.append(Self.noRate(terms.action))
            } else {
                refusal = -1
            }
            let sender = slice(terms.source)
            batch.usage.append(
                UsageEvent(
                    key: TestKeys.key(.usage, scope: terms.source, id: input.id),
                    fingerprint: TestKeys.fingerprint("\(input.account) \(input.content)"),
                    account: account,
                    pricingRefusal: refusal,
                    usageID: slice(input.id),
                    source: sender,
                    action: slice(terms.action),
                    dimensions: .empty,
                    holdID: slice(terms.holdID),
                    quantity: Amount(whole: 1),
                    credits: terms.credits ?? .zero,
                    rate: .explicit,
                    occurredAt: terms.occurredAt,
                    message: message(of: input, partition: Self.usage)
                )
            )
        }
    }

    private mutating func command(
        _ action: CommandAction,
        from input: TestInput,
        account: Int32
    ) -> Command {
        var claim: IDKey?
        var refusal: Refusal?
        switch action {
        case .grant(let terms):
            claim = TestKeys.claim(grantID: terms.grantID, account: input.account)
        case .adjust(let credits):
            // Only what is given is a grant; what is taken takes no grant's id.
            if credits.isPositive {
                claim = TestKeys.claim(grantID: input.id, account: input.account)
            }
        case .hold(let request):
            claim = TestKeys.claim(holdID: request.holdID, account: input.account)
            if request.credits.isZero { refusal = Self.noRate("hold") }
        case .reverseUsage: claim = TestKeys.claim(grantID: input.id, account: input.account)
        case .void, .release, .configure: break
        }
        return Command(
            key: TestKeys.key(.command, id: input.id),
            fingerprint: TestKeys.fingerprint("\(input.account) \(input.content)"),
            account: account,
            commandID: input.id,
            action: action,
            claim: claim,
            deferredRefusal: refusal,
            message: message(of: input, partition: Self.commands)
        )
    }

    private static func noRate(_ action: String) -> Refusal {
        Refusal(
            .noRate,
            field: "action",
            message: "expected action to be priced, got: \(action)"
        )
    }

    private mutating func message(of input: TestInput, partition: Int32) -> ReceivedMessage {
        ReceivedMessage(
            origin: Origin(partition: partition, offset: input.offset),
            timestamp: input.timestamp,
            key: slice(input.account.customerID),
            value: slice(input.content),
            headers: -1
        )
    }

    private mutating func slice(_ text: String) -> ByteSlice {
        batch.bytes.appendSlice(text.utf8)
    }

    private mutating func index(of name: AccountName) -> Int32 {
        if let index = indices[name] { return index }
        let index = Int32(names.count)
        indices[name] = index
        names.append(name)
        batch.accounts.append(
            AccountKey(
                customerID: slice(name.customerID),
                creditType: slice(name.creditType),
                hash: TestKeys.accountHash(name)
            )
        )
        return index
    }
}
