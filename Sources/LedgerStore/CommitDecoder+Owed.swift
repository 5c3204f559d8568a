internal import Credits

extension CommitDecoder {
    @_lifetime(self: copy self)
    mutating func decodeOwed() {
        for _ in 0..<reader.count() where !reader.isDamaged { decodeTrigger() }
        for _ in 0..<reader.count() where !reader.isDamaged { decodeDeadLetter() }
    }

    @_lifetime(self: copy self)
    private mutating func decodeTrigger() {
        let type = TriggerType(rawValue: reader.byte())
        let group = Int64(truncatingIfNeeded: reader.varint()) &- 1
        let sequence = reader.varint()
        let ledger = reader.amount()
        let available = reader.amount()
        let held = reader.amount()
        let overdraft = reader.amount()
        let payload = decodePayload()
        guard let type, let payload, group >= -1, group < commit.groups.count else {
            reader.fail()
            return
        }
        commit.triggers.append(
            Trigger(
                type: type,
                group: Int32(group),
                sequence: sequence,
                balance: BalanceSnapshot(
                    ledger: ledger,
                    available: available,
                    held: held,
                    overdraft: overdraft
                ),
                payload: payload
            )
        )
    }

    @_lifetime(self: copy self)
    private mutating func decodePayload() -> Trigger.Payload? {
        switch reader.byte() {
        case PayloadTag.change: .change(reader.balanceChange())
        case PayloadTag.crossing:
            .crossing(reader.thresholds(), previousBalance: reader.amount())
        case PayloadTag.passedZero: .passedZero(previousBalance: reader.amount())
        case PayloadTag.grant: reader.grant().map { .grant($0) }
        case PayloadTag.refused:
            reader.refusedInput(partitions: commit.partitions).map { .refused($0) }
        case PayloadTag.held: reader.hold().map { .hold($0) }
        case PayloadTag.refusedHold: decodeRefusedHold()
        case PayloadTag.notice: reader.grant().map { .notice($0, dueAt: reader.moment()) }
        case PayloadTag.reversed:
            .reversal(usageID: reader.text(), source: reader.text(), credits: reader.amount())
        case PayloadTag.topUpRequest: .topUpRequest(reader.topUpRequest())
        case PayloadTag.topUpSuspension: decodeSuspension()
        default: nil
        }
    }

    @_lifetime(self: copy self)
    private mutating func decodeRefusedHold() -> Trigger.Payload? {
        guard let hold = reader.hold(),
            let input = reader.refusedInput(partitions: commit.partitions)
        else { return nil }
        return .refusedHold(hold, input)
    }

    @_lifetime(self: copy self)
    private mutating func decodeSuspension() -> Trigger.Payload? {
        guard let reason = TopUpSuspension(rawValue: reader.byte()) else { return nil }
        return .topUpSuspension(
            reason,
            request: reader.isPresent() ? reader.topUpRequest() : nil
        )
    }

    @_lifetime(self: copy self)
    private mutating func decodeDeadLetter() {
        let code = RefusalCode(rawValue: reader.byte())
        let field = reader.optionalText()
        let message = reader.text()
        let origin = Origin(
            partition: reader.partition(of: commit.partitions),
            offset: reader.zigzag()
        )
        let timestamp = reader.moment()
        let flags = reader.byte()
        let key = flags & 1 == 0 ? nil : keepCounted()
        let value = flags & 2 == 0 ? nil : keepCounted()
        var headers: Int32 = -1
        if flags & 4 != 0 {
            headers = Int32(truncatingIfNeeded: commit.headers.count)
            commit.headers.append(reader.headers())
        }
        guard let code, flags <= 7 else {
            reader.fail()
            return
        }
        commit.deadLetters.append(
            DeadLetter(
                message: ReceivedMessage(
                    origin: origin,
                    timestamp: timestamp,
                    key: key,
                    value: value,
                    headers: headers
                ),
                refusal: Refusal(code, field: field, message: message)
            )
        )
    }
}

extension ByteReader {
    /// An index into a commit's partitions, or −1.
    @_lifetime(self: copy self)
    mutating func partition(of partitions: [PartitionProgress]) -> Int32 {
        let partition = zigzag()
        guard partition >= -1, partition < partitions.count else {
            fail()
            return -1
        }
        return Int32(partition)
    }

    @_lifetime(self: copy self)
    mutating func headers() -> [MessageHeader] {
        var headers: [MessageHeader] = []
        for _ in 0..<count() where !isDamaged {
            let name = text()
            headers.append(MessageHeader(name: name, value: isPresent() ? byteArray() : nil))
        }
        return headers
    }

    @_lifetime(self: copy self)
    package mutating func byteArray() -> [UInt8] {
        var copy: [UInt8] = []
        for index in counted() { copy.append(bytes[index]) }
        return copy
    }

    @_lifetime(self: copy self)
    mutating func threshold() -> Threshold? {
        let kind = Threshold.Kind(rawValue: byte())
        let value = amount()
        guard let kind, let threshold = Threshold(kind: kind, value: value) else {
            fail()
            return nil
        }
        return threshold
    }

    @_lifetime(self: copy self)
    mutating func thresholds() -> [Threshold] {
        var thresholds: [Threshold] = []
        for _ in 0..<count() {
            guard let threshold = threshold() else { break }
            thresholds.append(threshold)
        }
        return thresholds
    }

    @_lifetime(self: copy self)
    mutating func thresholdStates() -> [ThresholdState] {
        var states: [ThresholdState] = []
        for _ in 0..<count() {
            guard let threshold = threshold(),
                let phase = ThresholdState.Phase(rawValue: byte())
            else {
                fail()
                break
            }
            states.append(ThresholdState(threshold: threshold, phase: phase))
        }
        return states
    }

    @_lifetime(self: copy self)
    mutating func balanceChange() -> BalanceChange {
        BalanceChange(
            previousBalance: amount(),
            firstSequence: varint(),
            entries: varint(),
            reasons: UInt32(truncatingIfNeeded: varint())
        )
    }

    @_lifetime(self: copy self)
    mutating func grant() -> Grant? {
        let ordinal = UInt32(truncatingIfNeeded: varint())
        guard let terms = grantTerms() else { return nil }
        let remaining = amount()
        guard let status = GrantStatus(rawValue: byte()) else {
            fail()
            return nil
        }
        return Grant(
            restored: ordinal,
            terms: terms,
            remaining: remaining,
            status: status,
            noticedAt: moment()
        )
    }

    @_lifetime(self: copy self)
    mutating func grantTerms() -> GrantTerms? {
        let grantID = text()
        let credits = amount()
        let source = GrantSource(rawValue: byte())
        let category = GrantCategory(rawValue: byte())
        let priority = Int(zigzag())
        let effectiveAt = moment()
        let expiresAt = isPresent() ? moment() : nil
        let costBasis = isPresent() ? amount() : nil
        let reference = optionalText()
        let requestID = optionalText()
        guard let source, let category else {
            fail()
            return nil
        }
        return GrantTerms(
            grantID: grantID,
            credits: credits,
            source: source,
            category: category,
            priority: priority,
            effectiveAt: effectiveAt,
            expiresAt: expiresAt,
            costBasis: costBasis,
            reference: reference,
            requestID: requestID
        )
    }

    /// A hold below 0 is damage: sums over holds rely on none being there.
    @_lifetime(self: copy self)
    mutating func hold() -> Hold? {
        let holdID = text()
        let credits = amount()
        let placedAt = moment()
        let expiresAt = moment()
        guard !credits.isNegative, !isDamaged else {
            fail()
            return nil
        }
        return Hold(
            holdID: holdID,
            credits: credits,
            placedAt: placedAt,
            expiresAt: expiresAt
        )
    }

    @_lifetime(self: copy self)
    mutating func refusedInput(partitions: [PartitionProgress]) -> RefusedInput? {
        let id = text()
        let source = text()
        let customerID = text()
        let creditType = text()
        let code = RefusalCode(rawValue: byte())
        let fingerprint = word()
        let origin = Origin(partition: partition(of: partitions), offset: zigzag())
        guard let code else {
            fail()
            return nil
        }
        return RefusedInput(
            id: id,
            source: source,
            customerID: customerID,
            creditType: creditType,
            code: code,
            fingerprint: fingerprint,
            origin: origin
        )
    }

    @_lifetime(self: copy self)
    mutating func settings() -> AccountSettings {
        var settings = AccountSettings()
        switch byte() {
        case 0: break
        case 1: settings.overdraft = .record
        case 2: settings.overdraft = .limit(amount())
        case 3: settings.overdraft = .refuse
        default: fail()
        }
        if isPresent() { settings.thresholds = thresholds() }
        switch byte() {
        case 0: break
        case 1: settings.autoTopUp = .off
        case 2: settings.autoTopUp = .on(autoTopUp())
        default: fail()
        }
        if isPresent() { settings.recurring = recurringGrants() }
        return settings
    }

    @_lifetime(self: copy self)
    mutating func entryDetail() -> EntryDetail {
        let commandID = text()
        var actor: Actor?
        if isPresent() { actor = Actor(type: text(), id: text()) }
        let reason = optionalText()
        var payload = EntryDetail.Payload.none
        switch byte() {
        case PayloadTag.none: break
        case PayloadTag.granted:
            if let terms = grantTerms() { payload = .grant(terms) }
        case PayloadTag.activation:
            payload = .activation(UInt32(truncatingIfNeeded: varint()))
        case PayloadTag.settings: payload = .settings(settings())
        case PayloadTag.cancellation:
            payload = .cancellation(UInt32(truncatingIfNeeded: varint()))
        case PayloadTag.hold:
            if let hold = hold() { payload = .hold(hold) }
        case PayloadTag.endOfHold: payload = .endOfHold(text())
        case PayloadTag.reversal: payload = .reversal(reversal())
        case PayloadTag.recurring:
            if let terms = grantTerms() { payload = .recurring(terms, recurringState()) }
        case PayloadTag.rollover:
            if let terms = grantTerms() {
                payload = .rollover(terms, from: UInt32(truncatingIfNeeded: varint()))
            }
        default: fail()
        }
        return EntryDetail(commandID: commandID, actor: actor, reason: reason, payload: payload)
    }
}
