internal import Credits

// What few entries have and what a commit owes the world: written plainly, for it is rare.

extension CommitEncoder {
    mutating func encodeOwed(by commit: Commit) {
        bytes.append(varint: UInt64(commit.triggers.count))
        // By index: a trigger is long, and copying it counts references.
        for index in commit.triggers.indices { encode(commit.triggers[index]) }
        bytes.append(varint: UInt64(commit.deadLetters.count))
        for letter in commit.deadLetters { encode(letter, of: commit) }
    }

    private mutating func encode(_ trigger: Trigger) {
        // Nearly all are changes, and room for one is asked for once.
        let bound = 2 + 5 * ByteBound.varint + 5 * ByteBound.amount
        bytes.append(addingCapacity: bound) { output in
            output.append(trigger.type.rawValue)
            output.append(varint: UInt64(trigger.group + 1))
            output.append(varint: trigger.sequence)
            output.append(trigger.balance.ledger)
            output.append(trigger.balance.available)
            output.append(trigger.balance.held)
            output.append(trigger.balance.overdraft)
            guard case .change(let change) = trigger.payload else { return }
            output.append(PayloadTag.change)
            output.append(change)
        }
        encodeRest(of: trigger.payload)
    }

    /// Writes a payload that is no change.
    private mutating func encodeRest(of payload: Trigger.Payload) {
        switch payload {
        case .change:
            break
        case .crossing(let thresholds, let previousBalance):
            bytes.append(PayloadTag.crossing)
            bytes.append(varint: UInt64(thresholds.count))
            for threshold in thresholds { bytes.append(threshold) }
            bytes.append(previousBalance)
        case .passedZero(let previousBalance):
            bytes.append(PayloadTag.passedZero)
            bytes.append(previousBalance)
        case .grant(let grant):
            bytes.append(PayloadTag.grant)
            bytes.append(grant)
        case .refused(let input):
            bytes.append(PayloadTag.refused)
            bytes.append(input)
        case .hold(let hold):
            bytes.append(PayloadTag.held)
            bytes.append(hold)
        case .refusedHold(let hold, let input):
            bytes.append(PayloadTag.refusedHold)
            bytes.append(hold)
            bytes.append(input)
        case .notice(let grant, let dueAt):
            bytes.append(PayloadTag.notice)
            bytes.append(grant)
            bytes.append(dueAt)
        case .reversal(let usageID, let source, let credits):
            bytes.append(PayloadTag.reversed)
            bytes.append(text: usageID)
            bytes.append(text: source)
            bytes.append(credits)
        case .topUpRequest(let request):
            bytes.append(PayloadTag.topUpRequest)
            bytes.append(request)
        case .topUpSuspension(let reason, let request):
            bytes.append(PayloadTag.topUpSuspension)
            bytes.append(reason.rawValue)
            bytes.append(request == nil ? 0 : 1)
            if let request { bytes.append(request) }
        }
    }

    private mutating func encode(_ letter: DeadLetter, of commit: Commit) {
        bytes.append(letter.refusal.code.rawValue)
        bytes.append(optional: letter.refusal.field)
        bytes.append(text: letter.refusal.message)
        let message = letter.message
        bytes.append(message.origin)
        bytes.append(message.timestamp)
        let flags: UInt8 =
            (message.hasKey ? 1 : 0) | (message.hasValue ? 2 : 0) | (message.headers < 0 ? 0 : 4)
        bytes.append(flags)
        if message.hasKey { bytes.append(counted: commit.bytes[message.key.range]) }
        if message.hasValue { bytes.append(counted: commit.bytes[message.value.range]) }
        guard message.headers >= 0 else { return }
        let headers = commit.headers[Int(message.headers)]
        bytes.append(varint: UInt64(headers.count))
        for header in headers {
            bytes.append(text: header.name)
            bytes.append(header.value == nil ? 0 : 1)
            if let value = header.value { bytes.append(counted: value) }
        }
    }
}

/// Which payload follows; the values never change their meaning.
enum PayloadTag {
    static let change: UInt8 = 1
    static let crossing: UInt8 = 2
    static let passedZero: UInt8 = 3
    static let grant: UInt8 = 4
    static let refused: UInt8 = 5
    static let held: UInt8 = 6
    static let refusedHold: UInt8 = 7
    static let notice: UInt8 = 8
    static let reversed: UInt8 = 9
    static let topUpRequest: UInt8 = 10
    static let topUpSuspension: UInt8 = 11

    static let none: UInt8 = 0
    static let granted: UInt8 = 1
    static let activation: UInt8 = 2
    static let settings: UInt8 = 3
    static let cancellation: UInt8 = 4
    static let hold: UInt8 = 5
    static let endOfHold: UInt8 = 6
    static let reversal: UInt8 = 7
    static let recurring: UInt8 = 8
    static let rollover: UInt8 = 9
}

extension [UInt8] {
    mutating func append(_ origin: Origin) {
        append(zigzag: Int64(origin.partition))
        append(zigzag: origin.offset)
    }

    mutating func append(_ threshold: Threshold) {
        append(threshold.kind.rawValue)
        append(threshold.value)
    }

    mutating func append(_ states: [ThresholdState]) {
        append(varint: UInt64(states.count))
        for state in states {
            append(state.threshold)
            append(state.phase.rawValue)
        }
    }

    mutating func append(_ change: BalanceChange) {
        append(addingCapacity: ByteBound.amount + 3 * ByteBound.varint) { $0.append(change) }
    }

    mutating func append(_ grant: Grant) { append(grant, remaining: grant.remaining) }

    mutating func append(_ grant: Grant, remaining: Amount) {
        append(varint: UInt64(grant.ordinal))
        append(grant.terms)
        append(remaining)
        append(grant.status.rawValue)
        append(grant.noticedAt)
    }

    mutating func append(_ terms: GrantTerms) {
        append(text: terms.grantID)
        append(terms.credits)
        append(terms.source.rawValue)
        append(terms.category.rawValue)
        append(zigzag: Int64(terms.priority))
        append(terms.effectiveAt)
        append(terms.expiresAt == nil ? 0 : 1)
        if let expiresAt = terms.expiresAt { append(expiresAt) }
        append(terms.costBasis == nil ? 0 : 1)
        if let costBasis = terms.costBasis { append(costBasis) }
        append(optional: terms.reference)
        append(optional: terms.requestID)
    }

    mutating func append(_ hold: Hold) {
        append(text: hold.holdID)
        append(hold.credits)
        append(hold.placedAt)
        append(hold.expiresAt)
    }

    mutating func append(_ input: RefusedInput) {
        append(text: input.id)
        append(text: input.source)
        append(text: input.customerID)
        append(text: input.creditType)
        append(input.code.rawValue)
        append(word: input.fingerprint)
        append(input.origin)
    }

    mutating func append(_ settings: AccountSettings) {
        switch settings.overdraft {
        case nil: append(0)
        case .record: append(1)
        case .limit(let amount):
            append(2)
            append(amount)
        case .refuse: append(3)
        }
        append(settings.thresholds == nil ? 0 : 1)
        if let thresholds = settings.thresholds {
            append(varint: UInt64(thresholds.count))
            for threshold in thresholds { append(threshold) }
        }
        switch settings.autoTopUp {
        case nil: append(0)
        case .off: append(1)
        case .on(let rule):
            append(2)
            append(rule)
        }
        append(settings.recurring == nil ? 0 : 1)
        guard let recurring = settings.recurring else { return }
        append(varint: UInt64(recurring.count))
        for rule in recurring { append(rule) }
    }

    mutating func append(_ detail: EntryDetail) {
        append(text: detail.commandID)
        append(detail.actor == nil ? 0 : 1)
        if let actor = detail.actor {
            append(text: actor.type)
            append(text: actor.id)
        }
        append(optional: detail.reason)
        switch detail.payload {
        case .none: append(PayloadTag.none)
        case .grant(let terms):
            append(PayloadTag.granted)
            append(terms)
        case .activation(let ordinal):
            append(PayloadTag.activation)
            append(varint: UInt64(ordinal))
        case .settings(let settings):
            append(PayloadTag.settings)
            append(settings)
        case .cancellation(let ordinal):
            append(PayloadTag.cancellation)
            append(varint: UInt64(ordinal))
        case .hold(let hold):
            append(PayloadTag.hold)
            append(hold)
        case .endOfHold(let holdID):
            append(PayloadTag.endOfHold)
            append(text: holdID)
        case .reversal(let reversal):
            append(PayloadTag.reversal)
            append(reversal)
        case .recurring(let terms, let state):
            append(PayloadTag.recurring)
            append(terms)
            append(state)
        case .rollover(let terms, let ordinal):
            append(PayloadTag.rollover)
            append(terms)
            append(varint: UInt64(ordinal))
        }
    }
}

extension OutputSpan<UInt8> {
    @_lifetime(self: copy self)
    mutating func append(_ change: BalanceChange) {
        append(change.previousBalance)
        append(varint: change.firstSequence)
        append(varint: change.entries)
        append(varint: UInt64(change.reasons))
    }
}
