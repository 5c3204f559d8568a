import Testing

@testable import Credits

/// Requests for credits: their ids, and what time may bring at most.
@Suite struct TopUpTests {
    private func inputs(_ lines: String) throws -> [TestInput] {
        try LedgerTable(lines).lines.compactMap { line in
            guard case .input(let input) = line.step else { return nil }
            return input
        }
    }

    private func policies(_ rule: String) throws -> Policies {
        let setting: AutoTopUpSetting = try #require(AutoTopUpSetting(tableWord: rule))
        return Policies(defaults: AccountSettings(autoTopUp: setting))
    }

    private func requests(_ commits: [Commit]) -> [TopUpRequest] {
        commits.flatMap(\.triggers).compactMap { trigger in
            guard case .topUpRequest(let request) = trigger.payload else { return nil }
            return request
        }
    }

    private func later(_ duration: String) throws -> Timestamp {
        LedgerTable.beginning.advanced(by: try #require(CalendarDuration(duration)))
    }

    @Test func aRequestHasTheSameIDWhereverTheSameHappened() throws {
        var ids: [String] = []
        for other in ["", "usage u0 other 1 applied balance -1"] {
            var store = TestStore(policies: try policies("threshold:0,pack:1"))
            _ = store.apply(try inputs(other), at: LedgerTable.beginning)
            _ = store.apply(
                try inputs("usage u1 acme 1 applied balance -1"),
                at: try later(other.isEmpty ? "PT0S" : "P9D")
            )
            ids.append(try #require(requests(store.commits).last).requestID)
        }
        #expect(ids[0] == ids[1])
        // Written down once, for a request that is made again after a crash must not change.
        #expect(ids[0] == "topup_732e24fd9918de59b92b877451305025")
    }

    @Test func requestsOfOneEntryHaveIDsOfTheirOwn() throws {
        let rule = "threshold:0,pack:1,period:P1D,count:1,answer:PT1H"
        var store = TestStore(policies: try policies(rule))
        _ = store.apply(
            try inputs("usage u1 acme 1 applied balance -1"),
            at: LedgerTable.beginning
        )
        for day in 1...3 { _ = store.apply([], at: try later("P\(day)D")) }
        let made = requests(store.commits)
        #expect(made.map(\.attempt) == [0, 1, 2, 3])
        #expect(made.map(\.sequence) == [1, 1, 1, 1])
        #expect(Set(made.map(\.requestID)).count == 4)
        #expect(
            made.allSatisfy { $0.requestID.wholeMatch(of: /topup_[0-9a-f]{32}/) != nil }
        )
    }

    @Test(
        "a request after a pause is the one that would have been made without it",
        arguments: [
            "PT1H,count:1,answer:PT10M", "PT1H,count:1,answer:PT90M", "P1M,count:1,answer:PT1H",
        ]
    )
    func isTheSame(_ cap: String) throws {
        let rule = "threshold:100,pack:500,period:\(cap)"
        let isMonthly = cap.hasPrefix("P1M")
        var made: [TopUpRequest?] = []
        for steps in [[], isMonthly ? 1...4 : 1...10] as [any Sequence<Int>] {
            var store = TestStore(policies: try policies(rule))
            _ = store.apply(
                try inputs("usage u1 acme 1 applied balance -1"),
                at: LedgerTable.beginning
            )
            for step in steps {
                _ = store.apply([], at: try later(isMonthly ? "P\(step)M" : "PT\(step * 30)M"))
            }
            _ = store.apply([], at: try later(isMonthly ? "P4M" : "PT5H"))
            made.append(requests(store.commits).last)
        }
        #expect(made[0]?.requestID == made[1]?.requestID)
        #expect(made[0]?.attempt ?? 0 > 1)
    }

    @Test func accountsDoNotShareIDs() throws {
        var store = TestStore(policies: try policies("threshold:0,pack:1"))
        let commit = store.apply(
            try inputs(
                """
                usage u1 ab/c 1 applied balance -1
                usage u2 a/bc 1 applied balance -1
                usage u3 a/b  1 applied balance -1
                """
            ),
            at: LedgerTable.beginning
        ).commit
        #expect(Set(requests([commit]).map(\.requestID)).count == 3)
    }

    /// A window of a microsecond ends a thousand million times in a quarter of an hour.
    @Test func aRuleThatNeverRestsAsksOnceForAllThatWasMissed() throws {
        let rule = "threshold:0,pack:1,period:PT0.000001S,count:1,answer:PT0.000001S"
        var store = TestStore(policies: try policies(rule))
        _ = store.apply(
            try inputs("usage u1 acme 1 applied balance -1"),
            at: LedgerTable.beginning
        )
        let inputs = try inputs(
            """
            usage u2 acme 1 recorded=PT5M  applied balance -2
            usage u3 acme 1 recorded=PT10M applied balance -3
            """
        )
        for batch in [[], inputs, []] {
            let faults = store.apply(batch, at: try later("PT15M")).faults
            #expect(faults == [])
        }
        let attempts = requests(store.commits).map(\.attempt)
        #expect(attempts.count == 2)
        // As many as would have been made.
        #expect(attempts.first == 0)
        #expect((899_999_000...900_000_000).contains(attempts.last ?? 0))
        #expect(store.accounts.values.contains { $0.topUp.isPending })
    }

    @Test func requestsOfManyAccountsComeInPortions() throws {
        let rule = "threshold:0,pack:1,period:PT7M,count:1,answer:PT1S"
        var store = TestStore(policies: try policies(rule))
        let lines = (0..<4000).map { "usage u\($0) c\($0) 1 applied balance -1" }
        _ = store.apply(
            try inputs(lines.joined(separator: "\n")),
            at: LedgerTable.beginning,
            readThrough: .latest
        )
        // Of each account one end of a wait, one request for the last window, and the end of its wait.
        for count in [10_000, 2000] {
            let transition = store.apply([], at: try later("PT15M"), readThrough: .latest)
            #expect(transition.commit.triggers.count == count)
        }
    }

    @Test func aRuleOfNoCreditsAsksForNothingAndDoesNotTrap() async {
        await #expect(processExitsWith: .success) {
            let hour = try #require(CalendarDuration.seconds(3600))
            let rule = AutoTopUp(threshold: .zero, credits: .zero, answerWithin: hour)
            #expect(rule.request(at: Amount(whole: -1), within: nil) == nil)
        }
    }

    @Test func soMuchIsAskedForAsTheBalanceHasRoomFor() throws {
        let hour = try #require(CalendarDuration.seconds(3600))
        let most = Amount(unchecked: Amount.limit)
        let rule = AutoTopUp(threshold: most, credits: Amount(whole: 7), answerWithin: hour)
        let credits = try #require(rule.request(at: most.negated, within: nil))
        #expect(credits <= most && most.subtracting(credits).map { $0 < rule.credits } == true)
        let near = try #require(most.subtracting(Amount(whole: 20)))
        #expect(rule.request(at: near, within: nil) == Amount(whole: 14))
        // One that does not fit is asked for all the same: whoever answers is told.
        let nearer = try #require(most.subtracting(Amount(whole: 3)))
        #expect(rule.request(at: nearer, within: nil) == Amount(whole: 7))
    }
}
