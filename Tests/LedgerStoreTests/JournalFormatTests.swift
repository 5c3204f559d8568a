import Credits
import LedgerStore
import Testing

// A commit comes back from its bytes as it went in, and bytes that are not a commit never trap.

@Suite("Journal format")
struct JournalFormatTests {
    /// A commit with everything in it that a commit can have.
    private func everything() -> Commit {
        var commit = Sample.commit(9)
        commit.partitions.append(
            PartitionProgress(topic: "credits.commands", partition: 0, from: 3, next: 5)
        )
        commit.outcomes.applied = 5
        commit.outcomes.invalid = 300
        commit.rates = [
            RateName(cardVersion: "2026-11", rateID: "chat"),
            RateName(cardVersion: "ü", rateID: ""),
        ]
        addGroups(to: &commit)
        addTriggers(to: &commit)
        commit.headers = [
            [MessageHeader(name: "unused", value: nil)],
            [
                MessageHeader(name: "trace", value: [0, 255]), MessageHeader(name: "", value: nil),
            ],
        ]
        let key = commit.bytes.appendSlice([1, 2])
        let value = commit.bytes.appendSlice([0xff, 0xfe])
        commit.deadLetters = [
            DeadLetter(
                message: ReceivedMessage(
                    origin: Origin(partition: 1, offset: 4),
                    timestamp: Sample.moment,
                    key: key,
                    value: value,
                    headers: 1
                ),
                refusal: Refusal(.invalidField, field: "credits", message: "expected …")
            ),
            DeadLetter(
                message: ReceivedMessage(
                    origin: .time,
                    timestamp: .earliest,
                    key: nil,
                    value: nil,
                    headers: -1
                ),
                refusal: Refusal(.invalidJSON, message: "")
            ),
        ]
        return commit
    }

    private func addGroups(to commit: inout Commit) {
        let terms = GrantTerms(
            grantID: "grant 1",
            credits: Sample.amount("1000.000000000001"),
            source: .promotional,
            priority: 1000,
            effectiveAt: .earliest,
            expiresAt: .latest,
            costBasis: Sample.amount("0.01"),
            reference: "r"
        )
        commit.addGroup(
            700,
            "ünïcode",
            isNew: false,
            previousCommit: 8,
            firstSequence: 1 << 40,
            balance: Sample.amount("-99999999999999999999999999.999999999999")
        )
        commit.groups[0].thresholds = [
            ThresholdState(threshold: threshold(.percent, "12.5"), phase: .fired)
        ]
        commit.add(
            .creditsGranted,
            terms.credits,
            allocations: [
                Allocation(grant: 0, credits: Sample.amount("1")),
                Allocation(grant: 77, credits: Sample.amount("999.000000000001")),
            ],
            detail: EntryDetail(
                commandID: "c1",
                actor: Actor(type: "admin", id: "ada"),
                reason: "thanks",
                payload: .grant(terms)
            )
        )
        commit.addGroup(3, "plain")
        commit.use("u1", 5, grant: 0)
        let (source, action) = (commit.bytes.appendSlice([65]), commit.bytes.appendSlice([66, 67]))
        commit.add(.creditsConsumed, Sample.amount("-0.5"), id: "u2") { entry in
            entry.action = action
            entry.dimensions = source
            entry.quantity = Sample.amount("12345.678")
            entry.rate = 1
            entry.occurredAt = .latest
            entry.origin = .time
        }
        commit.add(
            .settingsChanged,
            .zero,
            allocations: [],
            detail: EntryDetail(
                commandID: "c2",
                payload: .settings(
                    AccountSettings(
                        overdraft: .limit(Sample.amount("7")),
                        thresholds: [threshold(.absolute, "-3")]
                    )
                )
            )
        )
        commit.add(
            .creditsGranted,
            .zero,
            allocations: [],
            detail: EntryDetail(commandID: "", payload: .activation(5))
        ) { $0.key = IDKey(high: 0, low: 0) }
        commit.addGroup(9, "only announced", isNew: false, previousCommit: 2)
        commit.addGroup(12, "corrected")
        addCorrections(to: &commit)
    }

    private func addCorrections(to commit: inout Commit) {
        let hold = Hold(
            holdID: "hold ü",
            credits: Sample.amount("0.000000000001"),
            placedAt: Sample.moment,
            expiresAt: .latest
        )
        commit.add(
            .holdPlaced,
            .zero,
            allocations: [],
            detail: EntryDetail(commandID: "c3", payload: .hold(hold))
        )
        let source = commit.bytes.appendSlice([65])
        commit.add(
            .holdCaptured,
            .zero,
            allocations: [],
            id: "u3",
            detail: EntryDetail(commandID: "", payload: .endOfHold("hold ü"))
        ) { entry in
            entry.source = source
            entry.key = IDKey(high: 0, low: 0)
        }
        commit.add(
            .creditsVoided,
            .zero,
            allocations: [],
            detail: EntryDetail(commandID: "c4", payload: .cancellation(.max))
        )
        commit.add(
            .manualAdjustment,
            Sample.amount("-2"),
            detail: EntryDetail(commandID: "c5", reason: "a slip")
        )
    }

    private func addTriggers(to commit: inout Commit) {
        let balance = BalanceSnapshot(
            ledger: Sample.amount("1.5"),
            available: Sample.amount("1"),
            held: .zero,
            overdraft: Sample.amount("0.25")
        )
        let grant = Grant(
            restored: 3,
            terms: GrantTerms(grantID: "g", credits: .zero, effectiveAt: .latest),
            remaining: Sample.amount("2"),
            status: .depleted,
            noticedAt: Sample.moment
        )
        let change = BalanceChange(
            previousBalance: .zero,
            firstSequence: 4,
            entries: 2,
            reasons: 6
        )
        let refused = RefusedInput(
            id: "u",
            source: "s",
            customerID: "c",
            creditType: "t",
            code: .insufficientCredits,
            fingerprint: .max,
            origin: Origin(partition: 1, offset: 3)
        )
        let hold = Hold(
            holdID: "h",
            credits: Sample.amount("3"),
            placedAt: .earliest,
            expiresAt: .latest
        )
        let payloads: [(TriggerType, Int32, Trigger.Payload)] = [
            (.balanceChanged, 2, .change(change)),
            (.balanceLow, 0, .crossing([threshold(.percent, "20")], previousBalance: .zero)),
            (.balanceDepleted, 1, .passedZero(previousBalance: Sample.amount("9"))),
            (.grantCreated, 0, .grant(grant)),
            (.usageRejected, -1, .refused(refused)),
            (.holdExpired, 3, .hold(hold)),
            (.holdRejected, -1, .refusedHold(hold, refused)),
        ]
        commit.triggers = payloads.map {
            Trigger(type: $0, group: $1, sequence: 12, balance: balance, payload: $2)
        }
    }

    private func threshold(_ kind: Threshold.Kind, _ value: String) -> Threshold {
        guard let threshold = Threshold(kind: kind, value: Sample.amount(value)) else {
            preconditionFailure("expected a threshold")
        }
        return threshold
    }

    @Test func aCommitComesBackWhole() throws {
        let commit = everything()
        let sealed = JournalFormat.encode(commit, previousHash: Sample.genesisHash)
        let read = try JournalFormat.decode(sealed.bytes, under: Sample.secret)
        #expect(read.hash == sealed.hash)
        #expect(read.commit.number == 9)
        #expect(read.commit.recordedAt == commit.recordedAt)
        #expect(read.commit.cluster == "lkc-1")
        #expect(read.commit.partitions == commit.partitions)
        #expect(read.commit.rates == commit.rates)
        #expect(read.commit.outcomes == commit.outcomes)
        #expect(read.commit.details == commit.details)
        #expect(read.commit.allocations == commit.allocations)
        #expect(read.commit.triggers == commit.triggers)
        #expect(
            read.commit.groups.map { Fields($0, read.commit) }
                == commit.groups.map { Fields($0, commit) }
        )
        #expect(read.commit.entries.count == 9)
        for (found, made) in zip(read.commit.entries, commit.entries) {
            #expect(Fields(found, read.commit) == Fields(made, commit))
        }
        let letter = try #require(read.commit.deadLetters.first)
        #expect(read.commit.bytes[letter.message.value.range] == [0xff, 0xfe])
        #expect(read.commit.bytes[letter.message.key.range] == [1, 2])
        #expect(read.commit.headers == [commit.headers[1]])
        #expect(letter.refusal == commit.deadLetters[0].refusal)
        #expect(!read.commit.deadLetters[1].message.hasValue)
    }

    /// A key here would be shared by every capture and expiry there is.
    @Test func anEmptyCommandIDThatTakesAnIDIsDamage() {
        var commit = Sample.commit(1)
        commit.addGroup(1, "acme")
        commit.add(
            .holdExpired,
            .zero,
            allocations: [],
            detail: EntryDetail(commandID: "", payload: .endOfHold("h1"))
        )
        let bytes = JournalFormat.encode(commit, previousHash: Sample.genesisHash).bytes
        let error = #expect(throws: StoreError.self) {
            try JournalFormat.decode(bytes, under: Sample.secret)
        }
        #expect(error?.code == .damaged)
        commit.entries[0].key = IDKey(high: 0, low: 0)
        let sound = JournalFormat.encode(commit, previousHash: Sample.genesisHash).bytes
        #expect(throws: Never.self) { try JournalFormat.decode(sound, under: Sample.secret) }
    }

    @Test func aHoldBelowZeroIsDamage() {
        var commit = Sample.commit(1)
        commit.addGroup(1, "acme")
        commit.hold("h1", -1)
        let bytes = JournalFormat.encode(commit, previousHash: Sample.genesisHash).bytes
        let error = #expect(throws: StoreError.self) {
            try JournalFormat.decode(bytes, under: Sample.secret)
        }
        #expect(error?.code == .damaged)
    }

    @Test func writingAReadCommitGivesTheSameBytes() throws {
        let sealed = JournalFormat.encode(everything(), previousHash: Sample.genesisHash)
        let read = try JournalFormat.decode(sealed.bytes, under: Sample.secret)
        let again = JournalFormat.encode(read.commit, previousHash: Sample.genesisHash)
        #expect(again.bytes == sealed.bytes)
    }

    @Test func oneAccountsGroupIsReadWithoutTheRest() throws {
        let commit = everything()
        let sealed = JournalFormat.encode(commit, previousHash: Sample.genesisHash)
        let read = try #require(
            try JournalFormat.group(of: 3, in: sealed.bytes.span, under: Sample.secret)
        )
        #expect(read.hash == sealed.hash)
        #expect(read.commit.groups.map(read.commit.customerID(of:)) == ["plain"])
        #expect(read.commit.entries.map(\.group) == [0, 0, 0, 0])
        for (found, made) in zip(read.commit.entries, commit.entries[1...]) {
            #expect(Fields(found, read.commit).ids == Fields(made, commit).ids)
        }
        #expect(read.commit.bytes.count < 20)
        #expect(
            try JournalFormat.group(of: 4, in: sealed.bytes.span, under: Sample.secret) == nil
        )
    }

    @Test func theHashContinuesThePreviousCommits() {
        let commit = everything()
        let first = JournalFormat.encode(commit, previousHash: Sample.genesisHash)
        let second = JournalFormat.encode(commit, previousHash: first.hash)
        #expect(first.hash != second.hash)
        #expect(first.hash == Array(first.bytes.suffix(32)))
    }

    @Test func anEmptyCommitIsShort() throws {
        let commit = Commit(number: 1, recordedAt: Sample.moment, cluster: "")
        let sealed = JournalFormat.encode(commit, previousHash: Sample.genesisHash)
        #expect(sealed.bytes.count < 140)
        #expect(try JournalFormat.decode(sealed.bytes, under: Sample.secret).commit.number == 1)
    }

    @Test func anyChangedByteIsDamage() {
        let bytes = JournalFormat.encode(everything(), previousHash: Sample.genesisHash).bytes
        for index in bytes.indices {
            var damaged = bytes
            damaged[index] ^= 0x10
            let error = #expect(throws: StoreError.self) {
                try JournalFormat.decode(damaged, under: Sample.secret)
            }
            // Another format's version is not damage, but no reason to go on either.
            #expect(error?.code == .damaged || (4..<8).contains(index))
        }
    }

    @Test func anyTruncationIsDamage() {
        let bytes = JournalFormat.encode(everything(), previousHash: Sample.genesisHash).bytes
        for count in 0..<bytes.count {
            #expect(throws: StoreError.self) {
                try JournalFormat.decode(Array(bytes.prefix(count)), under: Sample.secret)
            }
        }
    }

    /// With the hash out of the way, the reader itself must stand whatever it is given.
    @Test func damageNeverTrapsTheReader() {
        let bytes = JournalFormat.encode(everything(), previousHash: Sample.genesisHash).bytes
        var random = SplitMix(state: 20_261_122)
        var readable = 0
        for _ in 0..<40_000 {
            var damaged = bytes
            for _ in 0..<random.next(below: 4) + 1 {
                let index = random.next(below: damaged.count)
                damaged[index] =
                    [0, 0xff, 0x80, UInt8(random.next(below: 256))][
                        random.next(below: 4)
                    ]
            }
            if let read = try? JournalFormat.decode(
                damaged,
                under: Sample.secret,
                checksHash: false
            ) {
                readable += 1
                touchEverything(in: read.commit)
            }
            _ = try? JournalFormat.group(of: 3, in: damaged.span, under: Sample.secret)
        }
        #expect(readable > 1000)
    }

    /// Uses every index and every slice, and whatever traps out of range.
    private func touchEverything(in commit: Commit) {
        for entry in commit.entries {
            _ = commit.groups[Int(entry.group)]
            _ = commit.allocations(of: entry)
            _ = entry.balanceAfter
            if entry.detail >= 0 { _ = commit.details[Int(entry.detail)] }
            if entry.origin.partition >= 0 { _ = commit.partitions[Int(entry.origin.partition)] }
            for slice in [entry.usageID, entry.source, entry.action, entry.dimensions] {
                _ = commit.bytes.string(of: slice)
            }
        }
        for trigger in commit.triggers where trigger.group >= 0 {
            _ = commit.groups[Int(trigger.group)]
        }
        for letter in commit.deadLetters {
            _ = commit.bytes[letter.message.key.range]
            _ = commit.bytes[letter.message.value.range]
            if letter.message.headers >= 0 { _ = commit.headers[Int(letter.message.headers)] }
        }
        _ = JournalFormat.encode(commit, previousHash: Sample.genesisHash)
    }
}

/// What of a group or an entry must come back, with slices resolved.
private struct Fields: Equatable {
    let ids: [String]
    let numbers: [Int128]
    let thresholds: [ThresholdState]?

    init(_ group: AccountGroup, _ commit: Commit) {
        ids = [
            commit.customerID(of: group), commit.creditType(of: group), "\(group.isNew)",
        ]
        numbers = [
            Int128(group.number), Int128(group.previousCommit), Int128(group.entryCount),
            Int128(group.firstSequence), group.balanceBefore.units,
        ]
        thresholds = group.thresholds
    }

    init(_ entry: Entry, _ commit: Commit) {
        ids = [entry.usageID, entry.source, entry.action, entry.dimensions].map {
            commit.bytes.string(of: $0)
        }
        numbers = [
            Int128(entry.group), Int128(entry.type.rawValue), Int128(entry.sequence),
            entry.amount.units, entry.balanceBefore.units, Int128(entry.detail),
            Int128(entry.key.high), Int128(entry.key.low), Int128(entry.fingerprint),
            entry.quantity.units, Int128(entry.rate),
            Int128(entry.occurredAt.microseconds), Int128(entry.origin.partition),
            Int128(entry.origin.offset), Int128(entry.allocationCount),
        ]
        thresholds = nil
    }
}
