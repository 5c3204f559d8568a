@testable import Credits
import UsageCodec

/// What holds leave in a commit.
extension SampleCommit {
    static let hold = Hold(
        holdID: "job \"7\"",
        credits: Samples.amount("12.5"),
        placedAt: Samples.moment("2026-11-22T10:00:00Z"),
        expiresAt: Samples.moment("2026-11-22T10:15:00Z")
    )

    /// Adds an entry for each way in which a hold changes.
    static func addHolds(to commit: inout Commit) {
        let placed = detail("cmd_2", .hold(hold))
        let captured = detail("", .endOfHold(hold.holdID))
        let released = detail("cmd_3", .endOfHold(hold.holdID))
        addHold(.holdPlaced, placed, Origin(partition: 1, offset: 5), to: &commit)
        addHold(.holdCaptured, captured, Origin(partition: 0, offset: 43), to: &commit)
        let last = commit.entries.count - 1
        commit.entries[last].usageID = commit.bytes.appendSlice(Array("img_12346".utf8))
        commit.entries[last].source = commit.bytes.appendSlice(Array("eu".utf8))
        addHold(.holdReleased, released, Origin(partition: 1, offset: 6), to: &commit)
        addHold(.holdExpired, captured, .time, to: &commit)
    }

    private static func detail(
        _ commandID: String,
        _ payload: EntryDetail.Payload
    ) -> EntryDetail {
        EntryDetail(commandID: commandID, payload: payload)
    }

    private static func addHold(
        _ type: EntryType,
        _ detail: EntryDetail,
        _ origin: Origin,
        to commit: inout Commit
    ) {
        commit.details.append(detail)
        commit.entries.append(
            Entry(
                group: 0,
                type: type,
                sequence: 117 + UInt64(commit.entries.count),
                amount: .zero,
                balanceBefore: Samples.amount("4.5"),
                allocationStart: Int32(commit.allocations.count),
                allocationCount: 0,
                detail: Int32(commit.details.count - 1),
                occurredAt: Samples.recorded,
                origin: origin
            )
        )
    }

    /// A trigger of every type about holds.
    static func holdTriggers() -> [Trigger] {
        let types: [TriggerType] = [.holdCreated, .holdCaptured, .holdReleased, .holdExpired]
        return types.map { trigger($0, .hold(hold), sequence: 119) } + [
            trigger(
                .holdRejected,
                .refusedHold(hold, refused(.insufficientCredits, partition: 1)),
                group: -1,
                sequence: 118
            )
        ]
    }
}
