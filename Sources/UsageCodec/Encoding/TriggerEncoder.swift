import Credits

/// Writes the triggers of one commit (contract §2.5), each as one message.
struct TriggerEncoder {
    /// A value stays below this, as receivers of webhooks expect it to.
    static let maximumBytes = 20_000
    /// Of each trigger: its id, the time, the content type.
    static let headerCount = 3
    /// What most triggers take, with their key.
    static let usualBytes = 512
    private let hash: [UInt8]
    private let names: EntryNames
    /// Where each group's entries are in the commit; nil: no trigger shows its entry.
    private let entries: GroupIndex?
    private let idName: OutgoingMessages.Place
    /// Of every trigger of the commit, after the id.
    private let sharedHeaders: [OutgoingMessages.Header]
    /// The commit's time, as it stands in each of them.
    private let recordedAt: [UInt8]
    private var ids = TriggerIDs()
    private var changes: ChangeWriter

    /// - Parameters:
    ///   - commit: whose triggers are to be written.
    ///   - hash: the commit's hash.
    ///   - names: what stands for numbers.
    ///   - messages: gets what all of them share.
    init(
        of commit: Commit,
        hash: [UInt8],
        names: EntryNames,
        to messages: inout OutgoingMessages
    ) {
        self.hash = hash
        self.names = names
        entries = Self.entriesByGroup(of: commit)
        var time = JSONWriter()
        time.timestamp(commit.recordedAt)
        recordedAt = time.bytes
        changes = ChangeWriter(recordedAt: time.bytes.span)
        messages.reserve(triggers: commit.triggers.count)
        func place(_ text: String) -> OutgoingMessages.Place {
            messages.place(of: text.utf8.span)
        }
        idName = place("webhook-id")
        sharedHeaders = [
            OutgoingMessages.Header(
                name: place("webhook-timestamp"),
                value: place("\(commit.recordedAt.seconds)")
            ),
            OutgoingMessages.Header(
                name: place("content-type"),
                value: place("application/json")
            ),
        ]
    }

    mutating func write(
        _ trigger: Trigger,
        of commit: Commit,
        to messages: inout OutgoingMessages
    ) {
        // A refusal makes no entry, so that its trigger has no group and names the account itself.
        if trigger.group < 0, let input = trigger.payload.refusedInput {
            let (customerID, creditType) = (input.customerID, input.creditType)
            write(trigger, customerID.utf8.span, creditType.utf8.span, of: commit, to: &messages)
            return
        }
        let groups = commit.groups.span
        let group = Int(trigger.group)
        write(
            trigger,
            commit.bytes.span(of: groups[group].customerID),
            commit.bytes.span(of: groups[group].creditType),
            of: commit,
            to: &messages
        )
    }

    private mutating func write(
        _ trigger: Trigger,
        _ customerID: Span<UInt8>,
        _ creditType: Span<UInt8>,
        of commit: Commit,
        to messages: inout OutgoingMessages
    ) {
        let id = ids.id(of: trigger, customerID: customerID, creditType: creditType)
        let key = messages.place(of: customerID)
        let start = messages.json.bytes.count
        if case .change(let change) = trigger.payload {
            changes.write(change, of: trigger, id, customerID, creditType, to: &messages.json)
        } else {
            // What has no bound of its own is dropped until the value fits; all else always does.
            for parts in [.all, .allocations, []] as [EntryParts] {
                messages.json.restart(at: start)
                writeBody(
                    of: trigger,
                    id,
                    customerID,
                    creditType,
                    parts,
                    of: commit,
                    to: &messages.json
                )
                if messages.json.bytes.count - start < Self.maximumBytes { break }
            }
        }
        let value = OutgoingMessages.Place(start..<messages.json.bytes.count)
        // The id stands first in the value: as a header it is the same bytes.
        let idStart = start + Self.opening.utf8CodeUnitCount
        messages.append(
            OutgoingMessages.Header(
                name: idName,
                value: OutgoingMessages.Place(idStart..<idStart + TriggerIDs.ID.count)
            )
        )
        for header in sharedHeaders { messages.append(header) }
        messages.append(.trigger, key: key, value: value, headers: Self.headerCount)
    }

    /// What every value has before its id.
    static let opening: StaticString = "{\"id\":\""

    private func writeBody(
        of trigger: Trigger,
        _ id: TriggerIDs.ID,
        _ customerID: Span<UInt8>,
        _ creditType: Span<UInt8>,
        _ parts: EntryParts,
        of commit: Commit,
        to json: inout JSONWriter
    ) {
        json.object {
            $0.key("id")
            $0.string(id)
            $0.member("type", trigger.type.name)
            $0.key("timestamp")
            $0.raw(recordedAt.span)
            $0.key("customer_id")
            $0.string(customerID)
            $0.key("credit_type")
            $0.string(creditType)
            $0.member("sequence", trigger.sequence)
            $0.objectMember("data") {
                $0.key("balance")
                $0.writeBalance(trigger.balance)
                write(trigger, parts, of: commit, to: &$0)
            }
        }
    }

    private func write(
        _ trigger: Trigger,
        _ parts: EntryParts,
        of commit: Commit,
        to data: inout JSONWriter
    ) {
        switch trigger.payload {
        // Written by itself.
        case .change: break
        case .crossing(let thresholds, let previousBalance):
            data.arrayMember("thresholds") { list in
                for threshold in thresholds { list.writeThreshold(threshold) }
            }
            if trigger.type == .balanceLow, let lowest = Self.lowest(of: thresholds) {
                data.key("threshold")
                data.writeThreshold(lowest)
            }
            data.member("previous_balance", previousBalance)
            writeEntry(of: trigger, parts, of: commit, to: &data)
        case .passedZero(let previousBalance):
            data.member("previous_balance", previousBalance)
            writeEntry(of: trigger, parts, of: commit, to: &data)
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
            write(input, as: "command_id", of: commit, to: &data)
        case .refused(let input):
            let isCommand = trigger.type == .commandRejected || trigger.type == .commandConflict
            write(input, as: isCommand ? "command_id" : "usage_id", of: commit, to: &data)
        }
    }

    private func write(
        _ input: RefusedInput,
        as name: StaticString,
        of commit: Commit,
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
        of commit: Commit,
        to data: inout JSONWriter
    ) {
        data.key("entry")
        guard let entry = entry(of: trigger, in: commit) else {
            data.null()
            return
        }
        data.writeEntry(entry, of: commit, hash: hash, names: names, parts: parts)
    }

    private func entry(of trigger: Trigger, in commit: Commit) -> Entry? {
        let group = commit.groups[Int(trigger.group)]
        guard trigger.sequence >= group.firstSequence else { return nil }
        guard let entries else { return nil }
        let places = entries[Int(trigger.group)]
        let position = trigger.sequence - group.firstSequence
        guard position < UInt64(places.count) else { return nil }
        return commit.entries[Int(entries.order[places.lowerBound + Int(position)])]
    }

    /// One pass over the entries, so that a trigger for each of them stays linear.
    private static func entriesByGroup(of commit: Commit) -> GroupIndex? {
        let needsEntries = commit.triggers.contains {
            switch $0.payload {
            case .crossing, .passedZero: true
            default: false
            }
        }
        guard needsEntries else { return nil }
        return GroupIndex(commit.entries.map(\.group), count: commit.groups.count)
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

extension Trigger.Payload {
    /// The input that was refused; nil: none was.
    fileprivate var refusedInput: RefusedInput? {
        switch self {
        case .refused(let input), .refusedHold(_, let input): input
        case .change, .crossing, .passedZero, .grant, .notice, .reversal, .topUpRequest,
            .topUpSuspension, .hold:
            nil
        }
    }
}
