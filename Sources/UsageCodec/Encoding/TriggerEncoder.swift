import Credits

/// Writes the triggers of one commit (contract §2.5).
struct TriggerEncoder {
    /// A value stays below this, as receivers of webhooks expect it to.
    static let maximumBytes = 20_000
    private let commit: Commit
    private let hash: [UInt8]
    private let names: EntryNames
    /// For each group, where its entries are in the commit, in order.
    private let entries: [[Int32]]
    /// Of every trigger of the commit.
    private let sharedHeaders: [MessageHeader]
    /// The commit's time, as it stands in each of them.
    private let recordedAt: [UInt8]
    /// Writes one after the other.
    private var writer = JSONWriter(capacity: 4096)

    init(commit: Commit, hash: [UInt8], names: EntryNames) {
        self.commit = commit
        self.hash = hash
        self.names = names
        entries = Self.entriesByGroup(of: commit)
        writer.timestamp(commit.recordedAt)
        recordedAt = writer.bytes
        sharedHeaders = [
            MessageHeader("webhook-timestamp", "\(commit.recordedAt.seconds)"),
            MessageHeader("content-type", "application/json"),
        ]
    }

    mutating func message(of trigger: Trigger) -> OutgoingMessage {
        let (customerID, creditType) = account(of: trigger)
        let id = TriggerID.text(of: trigger, customerID: customerID, creditType: creditType)
        // What has no bound of its own is dropped until the value fits; all else always does.
        writeBody(of: trigger, id: id, customerID, creditType, .all)
        if writer.bytes.count >= Self.maximumBytes {
            writeBody(of: trigger, id: id, customerID, creditType, .allocations)
        }
        if writer.bytes.count >= Self.maximumBytes {
            writeBody(of: trigger, id: id, customerID, creditType, [])
        }
        var headers: [MessageHeader] = []
        headers.reserveCapacity(1 + sharedHeaders.count)
        headers.append(MessageHeader(name: "webhook-id", value: id))
        headers.append(contentsOf: sharedHeaders)
        return OutgoingMessage(
            kind: .trigger,
            key: Array(customerID.utf8),
            // A copy of its own, and no longer than it is: the writer's memory is used again.
            value: writer.copy(),
            headers: headers
        )
    }

    private func account(of trigger: Trigger) -> (customerID: String, creditType: String) {
        switch trigger.payload {
        // Such a trigger has no group, for a refusal makes no entry.
        case .refused(let input), .refusedHold(_, let input):
            return (input.customerID, input.creditType)
        case .change, .crossing, .passedZero, .grant, .notice, .reversal, .topUpRequest,
            .topUpSuspension, .hold:
            let group = commit.groups[Int(trigger.group)]
            return (commit.customerID(of: group), commit.creditType(of: group))
        }
    }

    private mutating func writeBody(
        of trigger: Trigger,
        id: [UInt8],
        _ customerID: String,
        _ creditType: String,
        _ parts: EntryParts
    ) {
        // Taken out while it is written to, for what writes looks at the encoder.
        var writer = JSONWriter()
        swap(&writer, &self.writer)
        defer { swap(&writer, &self.writer) }
        writer.removeAll()
        writer.object {
            $0.key("id")
            $0.string(ascii: id)
            $0.member("type", trigger.type.name)
            $0.key("timestamp")
            $0.raw(recordedAt)
            $0.member("customer_id", customerID)
            $0.member("credit_type", creditType)
            $0.member("sequence", trigger.sequence)
            $0.objectMember("data") {
                $0.key("balance")
                $0.writeBalance(trigger.balance)
                write(trigger, parts, to: &$0)
            }
        }
    }

    private func write(_ trigger: Trigger, _ parts: EntryParts, to data: inout JSONWriter) {
        switch trigger.payload {
        case .change(let change): write(change, of: trigger, to: &data)
        case .crossing(let thresholds, let previousBalance):
            data.arrayMember("thresholds") { list in
                for threshold in thresholds { list.writeThreshold(threshold) }
            }
            if trigger.type == .balanceLow, let lowest = Self.lowest(of: thresholds) {
                data.key("threshold")
                data.writeThreshold(lowest)
            }
            data.member("previous_balance", previousBalance)
            writeEntry(of: trigger, parts, to: &data)
        case .passedZero(let previousBalance):
            data.member("previous_balance", previousBalance)
            writeEntry(of: trigger, parts, to: &data)
        case .grant(let grant), .notice(let grant, _):
            data.key("grant")
            data.writeGrant(grant)
        case .reversal(let usageID, let source, let credits):
            data.member("usage_id", usageID)
            data.member("source", source)
            data.member("credits", credits)
        case .topUpRequest(let request):
            data.member("request_id", request.requestID)
            data.member("credits", request.credits)
            data.member("threshold", request.threshold)
        case .topUpSuspension(let reason, _): data.member("reason", reason.name)
        case .hold(let hold):
            data.key("hold")
            data.writeHold(hold)
        case .refusedHold(let hold, let input):
            data.key("hold")
            data.writeHold(hold)
            write(input, as: "command_id", to: &data)
        case .refused(let input):
            let isCommand = trigger.type == .commandRejected || trigger.type == .commandConflict
            write(input, as: isCommand ? "command_id" : "usage_id", to: &data)
        }
    }

    private func write(
        _ change: BalanceChange,
        of trigger: Trigger,
        to data: inout JSONWriter
    ) {
        data.member("previous_balance", change.previousBalance)
        // Null only for a swing across nearly the whole range, which is no amount.
        data.member("delta", orNull: trigger.balance.ledger.subtracting(change.previousBalance))
        data.member("first_sequence", change.firstSequence)
        data.member("last_sequence", trigger.sequence)
        data.member("entries", change.entries)
        data.arrayMember("reasons") { list in
            for type in change.reasonTypes { list.string(type.name) }
        }
    }

    private func write(
        _ input: RefusedInput,
        as name: StaticString,
        to data: inout JSONWriter
    ) {
        data.member(name, input.id)
        data.member("reason", input.code.name)
        data.key("origin")
        data.writeOrigin(input.origin, of: commit)
    }

    private func writeEntry(
        of trigger: Trigger,
        _ parts: EntryParts,
        to data: inout JSONWriter
    ) {
        data.key("entry")
        guard let entry = entry(of: trigger) else {
            data.null()
            return
        }
        data.writeEntry(entry, of: commit, hash: hash, names: names, parts: parts)
    }

    private func entry(of trigger: Trigger) -> Entry? {
        let group = commit.groups[Int(trigger.group)]
        guard trigger.sequence >= group.firstSequence else { return nil }
        let positions = entries[Int(trigger.group)]
        let position = trigger.sequence - group.firstSequence
        guard position < UInt64(positions.count) else { return nil }
        return commit.entries[Int(positions[Int(position)])]
    }

    /// One pass over the entries, so that a trigger for each of them stays linear.
    private static func entriesByGroup(of commit: Commit) -> [[Int32]] {
        let needsEntries = commit.triggers.contains {
            switch $0.payload {
            case .crossing, .passedZero: true
            default: false
            }
        }
        guard needsEntries else { return [] }
        var lists = [[Int32]](repeating: [], count: commit.groups.count)
        for (index, entry) in commit.entries.enumerated() {
            lists[Int(entry.group)].append(Int32(index))
        }
        return lists
    }

    /// The threshold with the lowest level among those that one entry crossed.
    ///
    /// Within a kind that is the lowest value. Where kinds mix, the levels depend on the account's
    /// basis, which the ledger knew: it lists the lowest first.
    private static func lowest(of thresholds: [Threshold]) -> Threshold? {
        guard let first = thresholds.first else { return nil }
        guard thresholds.allSatisfy({ $0.kind == first.kind }) else { return first }
        return thresholds.min { $0.value < $1.value }
    }
}
