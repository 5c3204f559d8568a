@testable import Credits
import UsageCodec

/// What time, reversals and top-ups leave in a commit.
extension SampleCommit {
    static let request = TopUpRequest(
        requestID: "top_up \"1\"",
        credits: Samples.amount("500"),
        threshold: Samples.amount("99.5"),
        sequence: 117,
        attempt: 0,
        requestedAt: Samples.recorded,
        answerBy: Samples.moment("2026-11-22T11:00:00Z"),
        window: nil
    )

    /// Adds an entry that gives credits of a usage back.
    static func addReversal(to commit: inout Commit) {
        let state = Reversible(
            account: 5,
            allocations: [
                ReturnedAllocation(
                    grant: 1,
                    drawn: Samples.amount("25"),
                    returned: Samples.amount("10")
                )
            ],
            reversed: Samples.amount("10")
        )
        commit.details.append(
            EntryDetail(
                commandID: "cmd_4",
                actor: Actor(type: "admin", id: "eve"),
                reason: "refund",
                payload: .reversal(Reversal(state: state, grant: nil))
            )
        )
        let start = Int32(commit.allocations.count)
        commit.allocations.append(Allocation(grant: 1, credits: Samples.amount("10")))
        let usageID = commit.bytes.appendSlice(Array("img_12345".utf8))
        let source = commit.bytes.appendSlice(Array("eu".utf8))
        commit.entries.append(
            Entry(
                group: 0,
                type: .usageReversed,
                sequence: 117 + UInt64(commit.entries.count),
                amount: Samples.amount("10"),
                balanceBefore: Samples.amount("4.5"),
                allocationStart: start,
                allocationCount: 1,
                detail: Int32(commit.details.count - 1),
                usageID: usageID,
                source: source,
                occurredAt: Samples.recorded,
                origin: Origin(partition: 1, offset: 7)
            )
        )
    }

    /// A trigger of every type that came after the others.
    static func laterTriggers() -> [Trigger] {
        let dueAt = Samples.moment("2026-12-21T09:00:00Z")
        return [
            trigger(.grantExpiring, .notice(grant, dueAt: dueAt)),
            trigger(.grantExpired, .grant(grant)),
            trigger(
                .usageReversed,
                .reversal(usageID: "img \"1\"", source: "eu", credits: Samples.amount("30.5")),
                sequence: 123
            ),
            trigger(.topUpRequested, .topUpRequest(request)),
            trigger(.topUpSuspended, .topUpSuspension(.notAnswered, request: request)),
        ]
    }
}
