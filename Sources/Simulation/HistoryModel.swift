import Credits
import LedgerStore

/// Walks the journal and decides every message anew, from dictionaries that know nothing of how
/// the ledger works.
struct HistoryModel {
    struct Applied {
        let input: SentInput
        let place: Place
        let commit: UInt64
    }

    private let inputs: [Place: SentInput]
    private let ends: [PartitionKey: Int64]
    let broker: SimulatedBroker
    let grace: CalendarDuration
    private(set) var applied: [String: Applied] = [:]
    private(set) var read: [PartitionKey: Int64] = [:]
    /// Of usage ids what was given back.
    var reversed: [String: Int] = [:]
    private(set) var customers: [String: CustomerModel] = [:]
    /// Refused messages with their codes.
    private(set) var refused: [Place: String] = [:]

    init(inputs: [Place: SentInput], broker: SimulatedBroker, grace: CalendarDuration) {
        self.inputs = inputs
        self.broker = broker
        self.grace = grace
        ends = broker.ends
    }

    /// Follows one commit; says what is wrong with it.
    mutating func take(_ commit: Commit) -> String? {
        var undecided: [Place: SentInput] = [:]
        var counts = OutcomeCounts()
        if let fault = advance(by: commit, into: &undecided) { return fault }
        let total = UInt64(undecided.count)
        for entry in commit.entries {
            if let fault = take(entry, of: commit, &undecided, &counts) { return fault }
        }
        for letter in commit.deadLetters {
            if let fault = take(letter, of: commit, &undecided, &counts) { return fault }
        }
        for (place, input) in undecided {
            guard let known = known(input, at: place, in: commit), known.input == input else {
                return "\(input.id ?? "a malformed message") was lost"
            }
            counts.duplicate += 1
        }
        guard counts == commit.outcomes, counts.total == total else {
            return "commit \(commit.number) should count \(counts), got: \(commit.outcomes)"
        }
        return nil
    }

    /// What is wrong once everything has come to its end.
    func finish(_ reader: any LedgerReader) -> String? {
        for (partition, end) in ends where end > 0 && read[partition] != end {
            return "expected all messages of \(partition) to be decided"
        }
        guard reader.accountCount == customers.count else {
            return "expected \(customers.count) accounts, got: \(reader.accountCount)"
        }
        for name in customers.keys.sorted() {
            guard let model = customers[name] else { continue }
            if let fault = model.unfinished { return fault }
            let balance = reader.account(customerID: name, creditType: "credits")?.balance
            guard balance == Amount(whole: Int64(model.balance)) else {
                return "\(name) should have \(model.balance), got: "
                    + "\(balance?.description ?? "no account")"
            }
        }
        return nil
    }

    /// The messages that the commit says it decided: each partition goes on where it stopped.
    private mutating func advance(
        by commit: Commit,
        into undecided: inout [Place: SentInput]
    ) -> String? {
        for progress in commit.partitions {
            let key = PartitionKey(topic: progress.topic, partition: progress.partition)
            let start = read[key] ?? 0
            guard (progress.from ?? 0) == start, progress.next >= start,
                progress.next <= ends[key] ?? 0
            else { return "commit \(commit.number) does not go on where \(key) stopped" }
            read[key] = progress.next
            for offset in start..<progress.next {
                let place = Place(partition: key, offset: offset)
                undecided[place] = inputs[place]
            }
        }
        return nil
    }

    private func place(of origin: Origin, in commit: Commit) -> Place? {
        guard commit.partitions.indices.contains(Int(origin.partition)) else { return nil }
        let progress = commit.partitions[Int(origin.partition)]
        let key = PartitionKey(topic: progress.topic, partition: progress.partition)
        return Place(partition: key, offset: origin.offset)
    }

    /// What was applied under the message's id before it.
    private func known(_ input: SentInput, at place: Place, in commit: Commit) -> Applied? {
        guard let id = input.id, let known = applied[id] else { return nil }
        let isAfter =
            known.commit == commit.number && known.place.partition == place.partition
            && known.place.offset > place.offset
        return isAfter ? nil : known
    }

    private mutating func take(
        _ entry: Entry,
        of commit: Commit,
        _ undecided: inout [Place: SentInput],
        _ counts: inout OutcomeCounts
    ) -> String? {
        let name = commit.customerID(of: commit.groups[Int(entry.group)])
        var customer = customers[name] ?? CustomerModel(name: name)
        customer.begin(commit.number)
        let before = customer.balance
        let fault: String?
        if entry.origin == .time {
            fault = bring(entry, of: commit, &customer)
        } else {
            guard let place = place(of: entry.origin, in: commit),
                let input = undecided.removeValue(forKey: place)
            else { return "\(name) has an entry that no message of commit \(commit.number) made" }
            counts.applied += 1
            fault = apply(input, entry, at: place, of: commit, &customer)
        }
        if let fault { return fault }
        guard entry.sequence == UInt64(customer.sequence),
            entry.balanceBefore == Amount(whole: Int64(before)),
            entry.amount == Amount(whole: Int64(customer.balance - before))
        else { return "entry \(entry.sequence) of \(name) is not what was sent" }
        customers[name] = customer
        return nil
    }

    /// What time brought.
    private func bring(
        _ entry: Entry,
        of commit: Commit,
        _ customer: inout CustomerModel
    ) -> String? {
        if entry.type == .creditsExpired { return expire(entry, of: commit, &customer) }
        guard case .activation(let ordinal) = commit.details[Int(entry.detail)].payload else {
            return "time made an entry of \(customer.name) that is neither"
        }
        return customer.activate(Int(ordinal), at: commit.recordedAt)
    }

    private mutating func apply(
        _ input: SentInput,
        _ entry: Entry,
        at place: Place,
        of commit: Commit,
        _ customer: inout CustomerModel
    ) -> String? {
        guard let id = input.id else { return "a malformed message was applied" }
        let first = Applied(input: input, place: place, commit: commit.number)
        guard applied.updateValue(first, forKey: id) == nil else {
            return "\(id) was applied twice"
        }
        switch input {
        case .usage(let usage):
            guard entry.type == .creditsConsumed, usage.customer == customer.name,
                commit.bytes.string(of: entry.usageID) == usage.id
            else { return "\(id) is not as it was sent" }
            return customer.consume(usage.credits)
        case .command(let command):
            guard !entry.isUsage, command.customer == customer.name,
                commit.details[Int(entry.detail)].commandID == command.id
            else { return "\(id) is not as it was sent" }
            return apply(command, entry, at: timestamp(of: place), of: commit, &customer)
        case .malformed:
            return "a malformed message was applied"
        }
    }

    private func timestamp(of place: Place) -> Timestamp {
        broker.logs[place.partition]?[Int(place.offset)].timestamp ?? .earliest
    }

    private mutating func apply(
        _ command: SentCommand,
        _ entry: Entry,
        at now: Timestamp,
        of commit: Commit,
        _ customer: inout CustomerModel
    ) -> String? {
        let type = entry.type
        switch command.action {
        case .grant(let credits, let effectiveAt, let expiresAt):
            let isScheduled = effectiveAt > now
            guard type == (isScheduled ? .grantScheduled : .creditsGranted) else {
                return "grant \(command.id) should\(isScheduled ? "" : " not") be scheduled"
            }
            customer.grant(
                ModelGrant(
                    credits: credits,
                    effectiveAt: effectiveAt,
                    expiresAt: expiresAt,
                    isActive: !isScheduled
                )
            )
        case .reverse(let usageID, let credits):
            guard let returned = giveBack(credits, of: usageID, by: command, entry) else {
                return "\(command.id) gave back what was not taken"
            }
            customer.giveBack(returned, as: Self.grant(of: entry, in: commit))
        case .configure(let floor, let thresholds):
            guard type == .settingsChanged else { return "\(command.id) made a \(type.name)" }
            customer.configure(floor: floor, thresholds: thresholds)
        }
        return nil
    }

    private mutating func take(
        _ letter: DeadLetter,
        of commit: Commit,
        _ undecided: inout [Place: SentInput],
        _ counts: inout OutcomeCounts
    ) -> String? {
        let code = letter.refusal.code
        guard let place = place(of: letter.message.origin, in: commit),
            let input = undecided.removeValue(forKey: place)
        else { return "commit \(commit.number) refuses a message that it did not decide" }
        refused[place] = code.name
        counts[code.outcome] += 1
        let isRight: Bool
        switch (input, code) {
        case (.malformed(let expected), _):
            isRight = expected == code.name
        case (.usage(let usage), .insufficientCredits):
            var customer = customers[usage.customer] ?? CustomerModel(name: usage.customer)
            customer.begin(commit.number)
            let isUnused = applied["usage \(usage.id)"].map { $0.commit == commit.number } ?? true
            isRight =
                Workload.isLimited(usage.customer) && isUnused
                && customer.mayRefuse(usage.credits, occurredAt: timestamp(of: place))
        case (.command(let command), _) where code.outcome == .rejected:
            isRight = isRightly(code, refused: command)
        default:
            let known = known(input, at: place, in: commit)
            isRight = code.name == input.conflictCode && known.map { $0.input != input } == true
        }
        return isRight ? nil : "\(input) was refused as \(code.name)"
    }
}
