@testable import Credits
import UsageCodec

/// A commit that owes one trigger of every type, and what it is encoded with.
enum SampleCommit {
    static let hash = [UInt8](repeating: 0xAB, count: 32)

    static let encoder = MessageEncoder { account, ordinal in
        account == 5 && ordinal == 1 ? "welcome" : nil
    }

    static let snapshot = BalanceSnapshot(
        ledger: Samples.amount("-5.5"),
        available: Samples.amount("-5.5"),
        held: .zero,
        overdraft: Samples.amount("5.5")
    )

    static let grant = Grant(
        ordinal: 1,
        terms: GrantTerms(
            grantID: "welcome",
            credits: Amount(whole: 100),
            source: .promotional,
            effectiveAt: Samples.moment("2026-11-22T09:00:00Z"),
            expiresAt: Samples.moment("2026-12-22T09:00:00Z"),
            costBasis: .zero
        ),
        remaining: .zero,
        status: .depleted
    )

    /// An empty commit of one account's group.
    static func empty() -> Commit {
        var commit = Commit(number: 12, recordedAt: Samples.recorded, cluster: "test")
        commit.partitions = [
            PartitionProgress(topic: "usage.events", partition: 3, from: 40, next: 44),
            PartitionProgress(topic: "credits.commands", partition: 0, from: nil, next: 9),
        ]
        commit.rates = [
            RateName(cardVersion: "2026-10", rateID: "chat"),
            RateName(cardVersion: "2026-11", rateID: "sdxl"),
        ]
        commit.groups = [
            AccountGroup(
                number: 5,
                customerID: commit.bytes.appendSlice("acme \"&\" co".utf8),
                creditType: commit.bytes.appendSlice("credits".utf8),
                isNew: false,
                previousCommit: 3,
                entryCount: 2,
                firstSequence: 117,
                balanceBefore: Samples.amount("25")
            )
        ]
        return commit
    }

    /// Adds an entry of usage that takes 30.5 credits from a balance of 25.
    static func addUsage(to commit: inout Commit, dimensions: [UInt8]? = nil) {
        var canonical: [UInt8] = []
        Dimensions.append(
            name: "model".utf8,
            kind: .text,
            value: "sd\"xl".utf8,
            to: &canonical
        )
        Dimensions.append(name: "steps".utf8, kind: .number, value: "50".utf8, to: &canonical)
        commit.allocations = [
            Allocation(grant: 1, credits: Samples.amount("-25")),
            Allocation(grant: Allocation.overdraft, credits: Samples.amount("-5.5")),
        ]
        let id = commit.bytes.appendSlice(Array("img_12345".utf8))
        let action = commit.bytes.appendSlice(Array("image.generate".utf8))
        commit.entries.append(
            Entry(
                group: 0,
                type: .creditsConsumed,
                sequence: 117,
                amount: Samples.amount("-30.5"),
                balanceBefore: Samples.amount("25"),
                allocationStart: 0,
                allocationCount: 2,
                usageID: id,
                action: action,
                dimensions: commit.bytes.appendSlice(dimensions ?? canonical),
                quantity: Samples.amount("3.05"),
                rate: 1,
                occurredAt: Samples.moment("2026-11-22T09:59:59Z"),
                origin: Origin(partition: 0, offset: 42)
            )
        )
    }

    /// Adds an entry that a command made.
    static func addGrant(to commit: inout Commit) {
        commit.details = [
            EntryDetail(
                commandID: "cmd_1",
                actor: Actor(type: "admin", id: "eve"),
                reason: "a \"gift\"",
                payload: .grant(grant.terms)
            )
        ]
        let start = Int32(commit.allocations.count)
        commit.allocations.append(Allocation(grant: 2, credits: Amount(whole: 10)))
        commit.entries.append(
            Entry(
                group: 0,
                type: .creditsGranted,
                sequence: 118,
                amount: Amount(whole: 10),
                balanceBefore: Samples.amount("-5.5"),
                allocationStart: start,
                allocationCount: 1,
                detail: 0,
                occurredAt: Samples.recorded,
                origin: Origin(partition: 1, offset: 8)
            )
        )
    }

    /// A commit whose one trigger shows an entry with this many dimensions of 250 quotes each.
    static func withDimensions(_ count: Int) -> Commit {
        var canonical: [UInt8] = []
        for number in 100..<100 + count {
            Dimensions.append(
                name: "name\(number)".utf8,
                kind: .text,
                value: [UInt8](repeating: 0x22, count: 250),
                to: &canonical
            )
        }
        var commit = empty()
        addUsage(to: &commit, dimensions: canonical)
        commit.triggers = [trigger(.balanceDepleted, .passedZero(previousBalance: .zero))]
        return commit
    }

    /// A commit whose one trigger shows an entry that drew on this many grants.
    static func withAllocations(_ count: Int32) -> Commit {
        var commit = withDimensions(1)
        commit.allocations = (0..<UInt32(count)).map { Allocation(grant: $0, credits: .zero) }
        commit.entries[0].allocationCount = count
        return commit
    }

    static func thresholds() -> [Threshold] {
        [
            Threshold(kind: .absolute, value: Amount(whole: 20)),
            Threshold(kind: .absolute, value: Amount(whole: 10)),
        ].compactMap { $0 }
    }

    static func refused(_ code: RefusalCode, partition: Int32 = 0) -> RefusedInput {
        RefusedInput(
            id: "img_12345",
            source: "eu",
            customerID: "globex",
            creditType: "gpu",
            code: code,
            fingerprint: 0x1234_5678_9abc_def0,
            origin: Origin(partition: partition, offset: 43)
        )
    }

    static func trigger(
        _ type: TriggerType,
        _ payload: Trigger.Payload,
        group: Int32 = 0,
        sequence: UInt64 = 117
    ) -> Trigger {
        Trigger(
            type: type,
            group: group,
            sequence: sequence,
            balance: snapshot,
            payload: payload
        )
    }

    /// One trigger of every type that there is.
    static func triggers() -> [Trigger] {
        let before = Samples.amount("25")
        let change = BalanceChange(
            previousBalance: before,
            firstSequence: 117,
            entries: 2,
            reasons: 1 << UInt32(EntryType.creditsGranted.rawValue)
                | 1 << UInt32(EntryType.creditsConsumed.rawValue)
        )
        return [
            trigger(.balanceChanged, .change(change), sequence: 118),
            trigger(.balanceLow, .crossing(thresholds(), previousBalance: before)),
            trigger(
                .balanceRecovered,
                .crossing(thresholds(), previousBalance: Samples.amount("-5.5")),
                sequence: 118
            ),
            trigger(.balanceDepleted, .passedZero(previousBalance: before)),
            trigger(.balanceOverdrawn, .passedZero(previousBalance: before)),
            trigger(.grantCreated, .grant(grant)),
            trigger(.grantActivated, .grant(grant)),
            trigger(.grantDepleted, .grant(grant)),
            trigger(.grantVoided, .grant(grant)),
            trigger(.usageRejected, .refused(refused(.noRate)), group: -1, sequence: 0),
            trigger(.usageConflict, .refused(refused(.usageIDConflict)), group: -1, sequence: 9),
            trigger(
                .commandRejected,
                .refused(refused(.duplicateGrant, partition: 1)),
                group: -1,
                sequence: 0
            ),
            trigger(
                .commandConflict,
                .refused(refused(.commandIDConflict, partition: 1)),
                group: -1,
                sequence: 0
            ),
        ] + holdTriggers() + laterTriggers()
    }

    /// The commit that owes all of them.
    static func whole() -> Commit {
        var commit = empty()
        addUsage(to: &commit)
        addGrant(to: &commit)
        addHolds(to: &commit)
        addReversal(to: &commit)
        commit.triggers = triggers()
        return commit
    }
}

extension SampleCommit {
    static func messages(of commit: Commit) -> [OutgoingMessage] {
        encoder.messages(of: commit, hash: hash).copies
    }
}

extension OutgoingMessage {
    var text: String { String(decoding: value ?? [], as: UTF8.self) }

    func header(_ name: String) -> String? {
        headers.last { $0.name == name }?.value.map { String(decoding: $0, as: UTF8.self) }
    }
}
