@testable import Credits
import Testing
import UsageCodec

/// Triggers as contract §2.5 writes them, whole.
@Suite struct TriggerTests {
    private static let entry =
        #""entry":{"customer_id":"acme \"&\" co","credit_type":"credits","sequence":117,"#
        + #""entry_type":"credits_consumed","amount":"-30.5","balance_before":"25","#
        + #""balance_after":"-5.5","allocations":[{"grant_id":"welcome","credits":"-25"},"#
        + #"{"grant_id":null,"credits":"-5.5"}],"usage_id":"img_12345","source":"","#
        + #""command_id":null,"action":"image.generate","quantity":"3.05","#
        + #""dimensions":{"model":"sd\"xl","steps":50},"#
        + #""rate":{"card_version":"2026-11","rate_id":"sdxl"},"#
        + #""occurred_at":"2026-11-22T09:59:59Z","recorded_at":"2026-11-22T10:00:00Z","#
        + #""actor":null,"reason":null,"#
        + #""origin":{"topic":"usage.events","partition":3,"offset":42},"commit":"# + commit + "}"
    private static let grantEntry =
        #""entry":{"customer_id":"acme \"&\" co","credit_type":"credits","sequence":118,"#
        + #""entry_type":"credits_granted","amount":"10","balance_before":"-5.5","#
        + #""balance_after":"4.5","allocations":[{"grant_id":"#
        + ##""#2","credits":"10"}],"usage_id":null,"source":null,"command_id":"cmd_1","##
        + #""action":null,"quantity":null,"dimensions":null,"rate":null,"#
        + #""occurred_at":"2026-11-22T10:00:00Z","recorded_at":"2026-11-22T10:00:00Z","#
        + #""actor":{"type":"admin","id":"eve"},"reason":"a \"gift\"","#
        + #""origin":{"topic":"credits.commands","partition":0,"offset":8},"commit":"# + commit
        + "}"
    private static let commit =
        #"{"number":12,"hash":""# + String(repeating: "ab", count: 32) + #""}"#
    private static let grant =
        #""grant":{"grant_id":"welcome","credits":"100","remaining":"0","source":"promotional","#
        + #""category":"promotional","priority":50,"effective_at":"2026-11-22T09:00:00Z","#
        + #""expires_at":"2026-12-22T09:00:00Z","status":"depleted","cost_basis":"0"}"#
    private static let hold =
        #""hold":{"hold_id":"job \"7\"","credits":"12.5","placed_at":"2026-11-22T10:00:00Z","#
        + #""expires_at":"2026-11-22T10:15:00Z"}"#
    private static let thresholds =
        #""thresholds":[{"type":"absolute","value":"20"},{"type":"absolute","value":"10"}]"#
    private static let usageOrigin =
        #""origin":{"topic":"usage.events","partition":3,"offset":43}"#
    private static let commandOrigin =
        #""origin":{"topic":"credits.commands","partition":0,"offset":43}"#

    @Test(arguments: [
        (
            "credit_balance.changed", 118,
            #""previous_balance":"25","delta":"-30.5","first_sequence":117,"last_sequence":118,"#
                + #""entries":2,"reasons":["credits_granted","credits_consumed"]"#
        ),
        (
            "credit_balance.low", 117,
            thresholds + #","threshold":{"type":"absolute","value":"10"},"#
                + #""previous_balance":"25","# + entry
        ),
        (
            "credit_balance.recovered", 118,
            thresholds + #","previous_balance":"-5.5","# + grantEntry
        ),
        ("credit_balance.depleted", 117, #""previous_balance":"25","# + entry),
        ("credit_balance.overdrawn", 117, #""previous_balance":"25","# + entry),
        ("credit_grant.created", 117, grant),
        ("credit_grant.activated", 117, grant),
        ("credit_grant.depleted", 117, grant),
        ("credit_grant.voided", 117, grant),
        (
            "usage.rejected", 0, #""usage_id":"img_12345","reason":"no_rate","# + usageOrigin
        ),
        (
            "usage.conflict", 9,
            #""usage_id":"img_12345","reason":"usage_id_conflict","# + usageOrigin
        ),
        (
            "command.rejected", 0,
            #""command_id":"img_12345","reason":"duplicate_grant","# + commandOrigin
        ),
        (
            "command.conflict", 0,
            #""command_id":"img_12345","reason":"command_id_conflict","# + commandOrigin
        ),
        ("credit_hold.created", 119, hold),
        ("credit_hold.captured", 119, hold),
        ("credit_hold.released", 119, hold),
        ("credit_hold.expired", 119, hold),
        (
            "credit_hold.rejected", 118,
            hold + #","command_id":"img_12345","reason":"insufficient_credits","#
                + commandOrigin
        ),
        ("credit_grant.expiring", 117, grant),
        ("credit_grant.expired", 117, grant),
        (
            "usage.reversed", 123,
            #""usage_id":"img \"1\"","source":"eu","credits":"30.5""#
        ),
        (
            "auto_top_up.requested", 117,
            #""request_id":"top_up \"1\"","credits":"500","threshold":"99.5""#
        ),
        ("auto_top_up.suspended", 117, #""reason":"not_answered""#),
    ])
    func everyTypeIsWrittenAsTheContractSays(type: String, sequence: Int, data: String) throws {
        let messages = SampleCommit.messages(of: SampleCommit.whole())
        let matching = messages.filter { $0.text.contains("\"type\":\"\(type)\"") }
        let message = try #require(matching.first)
        #expect(matching.count == 1)
        let isRefused = ["rejected", "conflict"].contains { type.hasSuffix(".\($0)") }
        let account =
            isRefused
            ? #""customer_id":"globex","credit_type":"gpu""#
            : #""customer_id":"acme \"&\" co","credit_type":"credits""#
        let id = try #require(message.header("webhook-id"))
        #expect(
            message.text
                == #"{"id":"\#(id)","type":"\#(type)","timestamp":"2026-11-22T10:00:00Z","#
                + account + #","sequence":\#(sequence),"data":{"#
                + #""balance":{"ledger":"-5.5","available":"-5.5","held":"0","overdraft":"5.5"},"#
                + data + "}}"
        )
        #expect(message.kind == .trigger)
        #expect(message.key == Array((isRefused ? "globex" : "acme \"&\" co").utf8))
        #expect(message.header("webhook-timestamp") == "1795341600")
        #expect(message.header("content-type") == "application/json")
        #expect(message.headers.count == 3)
    }

    @Test func everyTypeThereIsHasItsTextAbove() {
        #expect(Set(SampleCommit.triggers().map(\.type)) == Set(TriggerType.allCases))
    }

    @Test func triggersComeInOrderAndBeforeDeadLetters() {
        var commit = SampleCommit.whole()
        let message = ReceivedMessage(
            origin: Origin(partition: 0, offset: 1),
            timestamp: Samples.recorded,
            key: nil,
            value: nil,
            headers: -1
        )
        commit.deadLetters = [
            DeadLetter(message: message, refusal: Refusal(.invalidJSON, message: "m"))
        ]
        let messages = SampleCommit.messages(of: commit)
        #expect(messages.map(\.kind).dropLast().allSatisfy { $0 == .trigger })
        #expect(messages.last?.kind == .deadLetter)
        let types = messages.dropLast().map(\.text)
        for (text, trigger) in zip(types, commit.triggers) {
            #expect(text.contains("\"type\":\"\(trigger.type.name)\""))
        }
    }

    @Test func aCommitThatOwesNothingHasNoMessages() {
        #expect(
            SampleCommit.messages(of: SampleCommit.empty()) == []
        )
    }

    @Test func whatTimeBroughtHasNoOrigin() {
        var commit = SampleCommit.empty()
        commit.triggers = [
            SampleCommit.trigger(
                .usageRejected,
                .refused(SampleCommit.refused(.tooOld, partition: -1)),
                group: -1
            )
        ]
        let messages = SampleCommit.messages(of: commit)
        #expect(messages.first?.text.contains(#""origin":null"#) == true)
    }

    @Test(arguments: [1, 50, 300])
    func aValueStaysBelowTwentyKilobytes(dimensions: Int) throws {
        let commit = SampleCommit.withDimensions(dimensions)
        let message = try #require(
            SampleCommit.messages(of: commit).first
        )
        #expect(message.text.utf8.count < 20_000)
        #expect(message.text.contains("\"dimensions\"") == (dimensions == 1))
        #expect(message.text.contains("\"allocations\""))
    }

    @Test func allocationsAreDroppedAfterDimensionsWhereTheyAloneAreTooLarge() throws {
        let message = try #require(
            SampleCommit.messages(of: SampleCommit.withAllocations(2000)).first
        )
        #expect(message.text.utf8.count < 20_000)
        #expect(!message.text.contains("\"dimensions\""))
        #expect(!message.text.contains("\"allocations\"") && message.text.contains("\"entry\":{"))
    }

    @Test func whatIsHeldIsInTheBalance() throws {
        var commit = SampleCommit.empty()
        commit.triggers = [
            Trigger(
                type: .holdCreated,
                group: 0,
                sequence: 1,
                balance: BalanceSnapshot(
                    ledger: Amount(whole: 100),
                    available: Samples.amount("87.5"),
                    held: Samples.amount("12.5"),
                    overdraft: .zero
                ),
                payload: .hold(SampleCommit.hold)
            )
        ]
        let messages = SampleCommit.messages(of: commit)
        let message = try #require(messages.first)
        #expect(
            message.text.contains(
                #""balance":{"ledger":"100","available":"87.5","held":"12.5","overdraft":"0"}"#
            )
        )
    }

    @Test func aSuspensionSaysWhetherTheCapIsReached() {
        var commit = SampleCommit.empty()
        commit.triggers = [
            SampleCommit.trigger(.topUpSuspended, .topUpSuspension(.capReached, request: nil))
        ]
        let messages = SampleCommit.messages(of: commit)
        #expect(messages.first?.text.contains(#""reason":"cap_reached"}}"#) == true)
    }

    @Test(arguments: [2, -1])
    func aRateThatTheCommitDoesNotNameIsNull(rate: Int32) {
        var commit = SampleCommit.withDimensions(1)
        commit.entries[0].rate = rate
        let messages = SampleCommit.messages(of: commit)
        #expect(messages.first?.text.contains(#""rate":null,"#) == true)
    }

    @Test func theLowestThresholdIsNamedAndOtherwiseTheLedgersFirst() throws {
        let percent = try #require(Threshold(kind: .percent, value: Amount(whole: 20)))
        let absolute = try #require(Threshold(kind: .absolute, value: Amount(whole: 1)))
        var commit = SampleCommit.whole()
        commit.triggers = [
            SampleCommit.trigger(
                .balanceLow,
                .crossing([percent, absolute], previousBalance: .zero)
            )
        ]
        let messages = SampleCommit.messages(of: commit)
        #expect(
            messages.first?.text.contains(#""threshold":{"type":"percent","value":"20"}"#) == true
        )
    }

    @Test func namesThatNeedEscapesHaveThemInTheValueAndNotInTheKey() throws {
        var commit = SampleCommit.whole()
        let name = "a\"b\\\u{1}\n-and-more-é"
        commit.groups[0].customerID = commit.bytes.appendSlice(name.utf8)
        let message = try #require(SampleCommit.messages(of: commit).first)
        #expect(message.key == Array(name.utf8))
        #expect(message.text.contains(#""customer_id":"a\"b\\\u0001\n-and-more-é","#))
        #expect(message.text.contains(#""type":"credit_balance.changed""#))
    }

    @Test func eachChangeHasItsOwnReasons() throws {
        var commit = SampleCommit.whole()
        commit.triggers = [2, 6, 2, 0].map { reasons in
            SampleCommit.trigger(
                .balanceChanged,
                .change(
                    BalanceChange(
                        previousBalance: .zero,
                        firstSequence: 1,
                        entries: 1,
                        reasons: reasons
                    )
                )
            )
        }
        let texts = SampleCommit.messages(of: commit).map(\.text)
        let lists = [
            #"["credits_granted"]"#, #"["credits_granted","credits_consumed"]"#,
            #"["credits_granted"]"#, "[]",
        ]
        for (text, list) in zip(texts, lists) {
            #expect(text.hasSuffix("\"reasons\":\(list)}}"))
        }
    }

    @Test func aDeltaThatIsNoAmountIsNull() throws {
        let most = try Amount("99999999999999999999999999.999999999999")
        var commit = SampleCommit.whole()
        commit.triggers = [
            Trigger(
                type: .balanceChanged,
                group: 0,
                sequence: 2,
                balance: BalanceSnapshot(
                    ledger: most,
                    available: most,
                    held: .zero,
                    overdraft: .zero
                ),
                payload: .change(
                    BalanceChange(
                        previousBalance: most.negated,
                        firstSequence: UInt64.max,
                        entries: 10_000_000_000,
                        reasons: 2
                    )
                )
            )
        ]
        let text = try #require(SampleCommit.messages(of: commit).first?.text)
        #expect(
            text.hasSuffix(
                #""previous_balance":"-\#(most)","delta":null,"#
                    + #""first_sequence":18446744073709551615,"last_sequence":2,"#
                    + #""entries":10000000000,"reasons":["credits_granted"]}}"#
            )
        )
    }

    @Test func memoryThatIsUsedAgainLeavesNothingBehind() {
        var messages = OutgoingMessages()
        for commit in [SampleCommit.whole(), SampleCommit.withDimensions(3), SampleCommit.empty()] {
            SampleCommit.encoder.write(commit, hash: SampleCommit.hash, to: &messages)
            #expect(messages.copies == SampleCommit.messages(of: commit))
        }
        #expect(messages.isEmpty)
    }
}
