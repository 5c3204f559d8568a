@testable import Credits
import Testing
import UsageCodec

/// A trigger's id says what happened, and nothing of where, when or by whom it was noticed.
@Suite struct TriggerIDTests {
    private func id(
        _ trigger: Trigger,
        _ change: (inout Commit) -> Void = { _ in }
    ) throws -> String {
        var commit = SampleCommit.whole()
        commit.triggers = [trigger]
        change(&commit)
        let messages = SampleCommit.messages(of: commit)
        return try #require(messages.first?.header("webhook-id"))
    }

    @Test func idsStayTheSameFromReleaseToRelease() throws {
        // Receivers keep them: another id for the same thing would be taken as another thing.
        let ids = try SampleCommit.triggers().map { try id($0) }
        #expect(
            ids == [
                "evt_00d8acab6b9f3a0cab197a49a0716fa9",
                "evt_7db04e6a1b248d1b260ed5db070eb76f",
                "evt_12933556b699f728aaa2eb3a61b0a19e",
                "evt_2809efe2dee97b1be960b0405fe7584f",
                "evt_2ad3a6f73230ad018aaa08cdb671f49a",
                "evt_fa5d0b9134a3ff4e5a1e531e04b390dd",
                "evt_3e4bcf32e329a916d9f5bc424a8364d9",
                "evt_0d33b8c5692bc37ac61d872ec894fec7",
                "evt_421da21ee9108c356a40d6eb918cfe75",
                "evt_c5185d9fee4db11b74d1c1bee05d094d",
                "evt_0a6bae5d66fb0c2c2bc6a567bcd37135",
                "evt_a5d970c0858e4b0d2e0def8c1c9160f2",
                "evt_26ec7cd772359cb7bc0e09e172c9e316",
                "evt_680e716f5b6b244d1ca6d8accc9f5909",
                "evt_3b7f6a74368840ad4630a1b1f0f0b403",
                "evt_9237327629a851aa80bb5ac2ef0fc8a7",
                "evt_1638abd7a0da81a48ac3306ec3e48322",
                "evt_c902b3233934452bcf65a6a6753978ca",
                "evt_f8618e45f1a631fd5d810852ae50ba09",
                "evt_af8004d4a6a8c59a84791ce79d597c80",
                "evt_0c59d582d1b795296b9b36a43055524a",
                "evt_c2c0e6c73833752a1295468fa0d93bf7",
                "evt_dd638068b564b819554f4854ff00e66e",
            ]
        )
    }

    @Test func everyTriggerHasAnIDOfItsOwn() throws {
        let ids = try SampleCommit.triggers().map { try id($0) }
        #expect(Set(ids).count == ids.count)
        #expect(ids.allSatisfy { $0.hasPrefix("evt_") && $0.utf8.count == 36 })
    }

    @Test func neitherPositionNorTimeNorStoreCounts() throws {
        for trigger in SampleCommit.triggers() {
            let moved = try id(trigger) { commit in
                commit.number = 99
                commit.recordedAt = Samples.moment("2027-01-01T00:00:00Z")
                commit.cluster = "other"
                commit.partitions = []
                commit.groups[0].number = 77
            }
            #expect(try moved == id(trigger))
        }
        let elsewhere = RefusedInput(
            id: "img_12345",
            source: "eu",
            customerID: "globex",
            creditType: "other",
            code: .noRate,
            fingerprint: 0x1234_5678_9abc_def0,
            origin: Origin(partition: 1, offset: 99_999)
        )
        let first = SampleCommit.trigger(
            .usageRejected,
            .refused(SampleCommit.refused(.noRate)),
            group: -1
        )
        let second = SampleCommit.trigger(
            .usageRejected,
            .refused(elsewhere),
            group: 0,
            sequence: 300
        )
        #expect(try id(first) == id(second))
    }

    @Test func whatHappenedCounts() throws {
        let base = SampleCommit.refused(.noRate)
        func refused(
            id: String? = nil,
            source: String? = nil,
            customer: String? = nil,
            code: RefusalCode? = nil,
            fingerprint: UInt64? = nil
        ) -> Trigger {
            let input = RefusedInput(
                id: id ?? base.id,
                source: source ?? base.source,
                customerID: customer ?? base.customerID,
                creditType: base.creditType,
                code: code ?? base.code,
                fingerprint: fingerprint ?? base.fingerprint,
                origin: base.origin
            )
            return SampleCommit.trigger(.usageRejected, .refused(input), group: -1)
        }
        let ids = try [
            refused(), refused(id: "other"), refused(source: ""), refused(customer: "acme"),
            refused(code: .tooOld), refused(fingerprint: 1),
            // A length keeps source and id apart.
            refused(id: "u" + base.id, source: "e"),
        ].map { try id($0) }
        #expect(Set(ids).count == ids.count)
    }

    @Test func oneGrantUsedUpTwiceIsTwoTriggers() throws {
        let first = SampleCommit.trigger(.grantDepleted, .grant(SampleCommit.grant), sequence: 5)
        let second = SampleCommit.trigger(.grantDepleted, .grant(SampleCommit.grant), sequence: 9)
        #expect(try id(first) != id(second))
    }

    @Test func aHoldIsToldFromOthersByItsAccountAndID() throws {
        func created(_ holdID: String, credits: Int64 = 1, sequence: UInt64 = 5) throws -> String {
            let hold = Hold(
                holdID: holdID,
                credits: Amount(whole: credits),
                placedAt: Samples.recorded,
                expiresAt: Samples.recorded
            )
            return try id(SampleCommit.trigger(.holdCreated, .hold(hold), sequence: sequence))
        }
        #expect(try created("h") == created("h", credits: 2, sequence: 9))
        #expect(try created("h") != created("i"))
    }

    @Test func aNoticeIsToldFromOthersByItsGrantAndMoment() throws {
        func notice(_ dueAt: String, sequence: UInt64 = 5) throws -> String {
            let payload = Trigger.Payload.notice(SampleCommit.grant, dueAt: Samples.moment(dueAt))
            return try id(SampleCommit.trigger(.grantExpiring, payload, sequence: sequence))
        }
        let week = "2026-12-15T09:00:00Z"
        #expect(try notice(week) == notice(week, sequence: 9))
        #expect(try notice(week) != notice("2026-12-21T09:00:00Z"))
    }

    @Test func aTopUpIsToldFromOthersByItsRequest() throws {
        func requested(_ requestID: String, sequence: UInt64 = 5) throws -> String {
            let request = Self.request(requestID)
            let trigger = SampleCommit.trigger(
                .topUpRequested,
                .topUpRequest(request),
                sequence: sequence
            )
            return try id(trigger)
        }
        #expect(try requested("r1") == requested("r1", sequence: 9))
        #expect(try requested("r1") != requested("r2"))
    }

    @Test func aRequestIsLeftUnansweredOnceAndACapMayBeReachedAgain() throws {
        func suspended(
            _ reason: TopUpSuspension,
            _ requestID: String?,
            sequence: UInt64
        ) throws -> String {
            let payload = Trigger.Payload.topUpSuspension(
                reason,
                request: requestID.map(Self.request)
            )
            return try id(SampleCommit.trigger(.topUpSuspended, payload, sequence: sequence))
        }
        let unanswered = try suspended(.notAnswered, "r1", sequence: 5)
        #expect(try unanswered == suspended(.notAnswered, "r1", sequence: 6))
        #expect(try unanswered != suspended(.notAnswered, "r2", sequence: 5))
        let capped = try suspended(.capReached, "r1", sequence: 5)
        #expect(try capped != suspended(.capReached, "r1", sequence: 6))
        #expect(try capped != suspended(.capReached, nil, sequence: 5))
        #expect(capped != unanswered)
    }

    private static func request(_ requestID: String) -> TopUpRequest {
        TopUpRequest(
            requestID: requestID,
            credits: Amount(whole: 1),
            threshold: .zero,
            sequence: 1,
            attempt: 0,
            requestedAt: Samples.recorded,
            answerBy: Samples.recorded,
            window: nil
        )
    }

    @Test func aHoldThatIsRefusedAgainIsTheSameTriggerAndAnotherCommandIsNot() throws {
        func rejected(
            command: String = "c",
            fingerprint: UInt64 = 1,
            offset: Int64 = 1,
            placedAt: Timestamp = Samples.recorded
        ) throws -> String {
            let input = RefusedInput(
                id: command,
                source: "",
                customerID: "globex",
                creditType: "gpu",
                code: .insufficientCredits,
                fingerprint: fingerprint,
                origin: Origin(partition: 0, offset: offset)
            )
            let hold = Hold(
                holdID: "h",
                credits: Amount(whole: 1),
                placedAt: placedAt,
                expiresAt: placedAt
            )
            return try id(
                SampleCommit.trigger(.holdRejected, .refusedHold(hold, input), group: -1)
            )
        }
        let later = Samples.moment("2027-01-01T00:00:00Z")
        #expect(try rejected() == rejected(offset: 99, placedAt: later))
        #expect(try rejected() != rejected(command: "d"))
        #expect(try rejected() != rejected(fingerprint: 2))
    }
}
