import Credits
import LedgerStore
import Testing
import UsageCodec

@testable import UsagePipeline

/// Commands before usage of the same time, and history in the order in which it happened.
@Suite struct InputOrderTests {
    @Test func usageWaitsForAnOlderCommandThatIsStillToBeRead() throws {
        let test = TestWorker()
        test.source.slow = [TestSource.commands]
        test.grant("g", 100, at: -2)
        test.use("u", 30, at: -1)
        try test.open()
        try test.work()
        #expect(try test.entries() == [])
        test.source.slow = []
        try test.work()
        #expect(try test.entries() == ["g 100", "u 70"])
    }

    @Test func usageDoesNotWaitForACommandThatCameLater() throws {
        let test = TestWorker()
        test.use("u", 30, at: -3600)
        test.grant("g", 100, at: -1800)
        try test.open()
        try test.work()
        #expect(try test.entries() == ["u -30", "g 70"])
    }

    @Test func aQuietCommandTopicHoldsUpNothing() throws {
        let test = TestWorker()
        try test.open()
        test.use("u", 30, at: 0)
        try test.work(6)
        #expect(try test.entries() == ["u -30"])
    }

    @Test func aCommandOfTheSameMomentGoesFirst() throws {
        let test = TestWorker()
        test.use("u", 30, at: -1)
        test.grant("g", 100, at: -1)
        try test.open()
        try test.work()
        #expect(try test.entries() == ["g 100", "u 70"])
    }

    @Test func aCommandGoesAheadOfUsageByABatchsAgeAndNoFurther() throws {
        let test = TestWorker()
        test.use("near", 1, at: -100.01)
        test.grant("g1", 100, at: -100)
        test.use("far", 1, at: -50.03)
        test.grant("g2", 100, at: -50)
        try test.open()
        try test.work()
        #expect(try test.entries() == ["g1 100", "near 99", "far 98", "g2 198"])
    }

    @Test func aCommandWaitsForAPartitionOfUsageThatIsBehind() throws {
        let behind = PartitionKey(topic: "usage", partition: 1)
        let test = TestWorker(source: TestSource([TestSource.usage, behind, TestSource.commands]))
        test.source.slow = [behind]
        test.use("u1", 30, at: -3000)
        test.use("u2", 30, at: -2900, partition: 1)
        test.grant("g", 100, at: -2000)
        test.use("u3", 30, at: -1000)
        try test.open()
        try test.work()
        #expect(try test.entries() == ["u1 -30"])
        test.source.slow = []
        try test.work()
        #expect(try test.entries() == ["u1 -30", "u2 -60", "g 40", "u3 10"])
    }

    @Test func usageOfNowDoesNotOvertakeWhatTimeBroughtWhileOtherInputIsBehind() throws {
        let behind = PartitionKey(topic: "usage", partition: 1)
        let test = TestWorker(source: TestSource([TestSource.usage, behind, TestSource.commands]))
        test.grant("g", 100, at: -9000, expiresAt: -5000)
        test.use("late", 10, at: -2000, partition: 1)
        test.use("now", 5, at: -1)
        try test.open()
        try test.work()
        #expect(try test.entries() == ["g 100", "late 90", "credits_expired -10", "now -15"])
    }

    @Test func usageOfNowDoesNotLetHistoryPastWhatTimeBrought() throws {
        let usage = (0..<3).map { PartitionKey(topic: "usage", partition: $0) }
        let test = TestWorker(source: TestSource(usage + [TestSource.commands]))
        test.grant("g1", 100, at: -20000, expiresAt: -9000)
        test.grant("g2", 100, at: -20000, expiresAt: -7000)
        test.use("a", 10, at: -18000)
        test.use("b", 1, at: -5000)
        test.use("d", 1, at: -3000)
        test.use("c", 1, at: -4000, partition: 1)
        test.use("now", 1, at: -1, partition: 2)
        try test.open()
        try test.work(100)
        let expected = [
            "g1 100", "g2 200", "a 190", "credits_expired 100", "b 99", "c 98",
            "credits_expired -2", "d -3", "now -4",
        ]
        #expect(try test.entries() == expected)
    }

    @Test func usageOfNowDoesNotWaitForAPartitionThatWasAtItsEndAndFellSilent() throws {
        let silent = PartitionKey(topic: "usage", partition: 1)
        let test = TestWorker(source: TestSource([TestSource.usage, silent, TestSource.commands]))
        test.grant("g", 100, at: -2, expiresAt: 1)
        try test.open()
        try test.work()
        test.source.slow = [silent]
        test.clock.advance(by: .seconds(7200))
        test.use("now", 5, at: 7200)
        try test.work()
        #expect(try test.entries() == ["g 100", "now 95"])
    }

    /// 100 credits and two events of 60, through two partitions, together or in batches of their own.
    @Test(
        arguments: [
            (OverdraftPolicy.refuse, 40), (.record, -20), (.limit(Amount(whole: 20)), -20),
            (.limit(Amount(whole: 10)), 40),
        ],
        [1, 10_000]
    )
    func whichPartitionUsageComesThroughDoesNotDecideWhatAPolicyAllows(
        policy: (overdraft: OverdraftPolicy, balance: Int),
        maximumEvents: Int
    ) throws {
        for partitions: [Int32] in [[0, 0], [0, 1], [1, 0], [1, 1]] {
            let other = PartitionKey(topic: "usage", partition: 1)
            let test = TestWorker(
                source: TestSource([TestSource.usage, other, TestSource.commands]),
                policies: Policies(
                    defaults: AccountSettings(overdraft: policy.overdraft, thresholds: []),
                    coalescing: 0,
                    expiryNotices: []
                ),
                maximumEvents: maximumEvents
            )
            test.grant("g", 100, at: -10)
            test.use("a", 60, at: -5, partition: partitions[0])
            test.use("b", 60, at: -5, partition: partitions[1])
            try test.open()
            try test.work()
            #expect(try test.balance(of: "c") == policy.balance)
            #expect(try test.entries().count == (policy.balance < 0 ? 3 : 2))
        }
    }

    @Test func aRecordWithoutATimestampIsOfTheMomentItIsRead() throws {
        let test = TestWorker()
        test.source.send(
            #"{"command_id":"g","customer_id":"c","type":"grant","credits":100,"expires_after":"P1D"}"#,
            to: TestSource.commands,
            at: nil
        )
        test.use("before", 30, at: -3600)
        test.source.send(
            #"{"usage_id":"u","customer_id":"c","credits":20}"#,
            to: TestSource.usage,
            at: nil
        )
        try test.open()
        try test.work()
        #expect(try test.entries() == ["before -30", "g 70", "u 50"])
    }

    @Test func theMomentOfReadingConfirmsNoClock() {
        let identity = InMemoryLedgerStore(policies: Policies()).identity
        let source = TestSource()
        source.send(
            #"{"usage_id":"u","customer_id":"c","credits":20}"#,
            to: TestSource.usage,
            at: nil
        )
        let settings = WorkerSettings(roles: ["usage": .usage, "commands": .command])
        let clock = TestClock(TestWorker.noon)
        var order = InputOrder(
            source: source,
            clock: clock,
            builder: BatchBuilder(
                cluster: "test",
                roles: settings.roles,
                decoder: InputDecoder(
                    hashKey: identity.hashKey,
                    rates: .empty,
                    limits: DecodeLimits()
                )
            ),
            settings: settings,
            put: { _ in }
        )
        order.assign([TestSource.usage, TestSource.commands], at: clock.now)
        order.begin(boundary: nil)
        source.poll(maximum: 10, timeout: .zero, gathering: .zero) { order.receive($0) }
        let (isTaken, newest) = (!order.isEmpty, order.newestRecord)
        #expect(isTaken)
        #expect(newest == .earliest)
    }

    @Test func recordsFromTheFutureHoldUpNothing() throws {
        let test = TestWorker()
        test.grant("g", 100, at: 1_000_000)
        test.use("u", 30, at: 500_000)
        try test.open()
        try test.work()
        #expect(try test.entries() == ["g 100", "u 70"])
    }

    @Test func monthsOfAlternatingInputAreAppliedInTheirOrder() throws {
        let test = TestWorker()
        for day in 0..<100 {
            let start = Double(day - 200) * 86_400
            test.grant("g\(day)", 10, at: start)
            test.use("u\(day)", 10, at: start + 3600)
        }
        try test.open()
        try test.work(1000)
        let expected = (0..<100).flatMap { ["g\($0) 10", "u\($0) 0"] }
        #expect(try test.entries() == expected)
    }

    @Test func whatWaitsIsBoundedByPausingAndComesWhole() throws {
        let test = TestWorker()
        let filler = String(repeating: "x", count: 900_000)
        test.source.slow = [TestSource.commands]
        for number in 0..<64 {
            test.source.send(
                "{\"usage_id\":\"u\(number)\",\"customer_id\":\"c\",\"credits\":1,\"x\":\"\(filler)\"}",
                to: TestSource.usage,
                at: TestWorker.at(Double(number - 100))
            )
        }
        test.grant("g", 100, at: -200)
        let bounded = TestWorker(source: test.source, maximumEvents: 8)
        try bounded.open()
        try bounded.work()
        #expect(test.source.paused == [TestSource.usage])
        #expect(try bounded.entries() == [])
        test.source.slow = []
        try bounded.work(400)
        #expect(test.source.paused == [])
        #expect(try bounded.entries().count == 65)
        #expect(try bounded.entries().first == "g 100")
    }
}
