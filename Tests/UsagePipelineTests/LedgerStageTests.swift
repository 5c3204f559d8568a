import Credits
import LedgerStore
import Testing

@testable import UsagePipeline

/// What time brings, held against how far input is read.
@Suite struct LedgerStageTests {
    private let hour = 3600.0

    @Test func aGrantExpiresOnceItsGraceIsOverAndAllIsRead() throws {
        let test = TestWorker()
        test.grant("g", 100, at: -1, expiresAt: 1)
        try test.open()
        try test.work()
        test.clock.advance(by: .seconds(3590))
        try test.work()
        #expect(try test.entries() == ["g 100"])
        test.clock.advance(by: .seconds(20))
        try test.work()
        #expect(try test.entries() == ["g 100", "credits_expired 0"])
    }

    @Test func nothingExpiresWhileAPartitionIsStillToBeRead() throws {
        let test = TestWorker()
        test.grant("g", 100, at: -1, expiresAt: 1)
        try test.open()
        try test.work()
        test.source.slow = [TestSource.usage]
        test.use("late", 60, at: 0.5)
        test.clock.advance(by: .seconds(3 * 3600))
        try test.work(400)
        #expect(try test.entries() == ["g 100"])
        test.source.slow = []
        try test.work(400)
        #expect(try test.entries() == ["g 100", "late 40", "credits_expired 0"])
    }

    @Test func nothingExpiresWhileTheClusterDoesNotAnswer() throws {
        let test = TestWorker()
        test.grant("g", 100, at: -1, expiresAt: 1)
        try test.open()
        try test.work()
        test.source.answers = false
        test.clock.advance(by: .seconds(2 * 3600))
        try test.work(400)
        #expect(try test.entries() == ["g 100"])
        // Asked once a second at most.
        #expect(test.source.questions <= 4)
        test.source.answers = true
        try test.work(400)
        #expect(try test.entries() == ["g 100", "credits_expired 0"])
    }

    @Test func theClusterIsNotAskedWhileNothingIsDue() throws {
        let test = TestWorker()
        test.grant("g", 100, at: -1, expiresAt: 1)
        try test.open()
        try test.work(400)
        #expect(test.source.questions == 0)
    }

    @Test func usageOfAnOutageStillDrawsOnWhatExpiredMeanwhile() throws {
        let test = TestWorker()
        test.grant("g", 100, at: -2 * hour - 10, expiresAt: -2 * hour)
        test.use("in time", 60, at: -2 * hour - 5)
        test.use("too late", 5, at: -2 * hour + 5)
        try test.open()
        try test.work(400)
        #expect(
            try test.entries() == ["g 100", "in time 40", "too late 35", "credits_expired -5"]
        )
    }

    @Test func inAHistoryAGrantExpiresBeforeWhatCameAfterIt() throws {
        let test = TestWorker()
        test.grant("g1", 100, at: -100 * hour, expiresAt: -90 * hour)
        test.use("u1", 60, at: -95 * hour)
        test.use("u2", 5, at: -80 * hour)
        test.grant("g2", 10, at: -70 * hour)
        try test.open()
        try test.work(400)
        #expect(
            try test.entries() == ["g1 100", "u1 40", "credits_expired 0", "u2 -5", "g2 5"]
        )
    }

    @Test func aScheduleThatTheDefaultsGainBeginsWhenItsAccountGetsIt() throws {
        let first = TestWorker()
        first.use("u1", 1, at: -1)
        try first.open()
        try first.work()
        let month = try #require(CalendarDuration("P1M"))
        let rule = RecurringGrant(
            scheduleID: "free",
            credits: Amount(whole: 10),
            every: month,
            anchor: nil
        )
        var policies = Policies(coalescing: 0, expiryNotices: [])
        policies.defaults.recurring = [rule]
        let store = try first.store.reopened(under: policies)
        let second = TestWorker(source: first.source, store: store, policies: policies)
        second.source.answers = false
        second.source.slow = second.source.partitions
        try second.open()
        try second.work(400)
        // Nothing is known to be read: neither a grant, nor one of each month since the year 1.
        #expect(try second.entries() == ["u1 -1"])
        second.source.answers = true
        second.source.slow = []
        try second.work(400)
        #expect(try second.entries() == ["u1 -1", "credits_granted 9"])
        let account = second.store.reader.account(customerID: "c", creditType: "credits")
        let begin = try #require(account?.grants.first?.terms.effectiveAt)
        #expect(begin >= TestWorker.noon)
    }

    /// Each of something that was never used.
    private func sendReversals(_ count: Int, to source: TestSource) {
        for number in 0..<count {
            source.send(
                "{\"command_id\":\"r\(number)\",\"customer_id\":\"c\",\"type\":\"reverse_usage\","
                    + "\"usage_id\":\"u\"}",
                to: TestSource.commands,
                at: TestWorker.at(-1)
            )
        }
    }

    @Test func reversalsOfWhichEachMayReadACommitAreDoneInPortions() throws {
        let test = TestWorker()
        sendReversals(1200, to: test.source)
        try test.open()
        // The ledger is busy meanwhile, so that batches grow.
        for _ in 0..<20 {
            _ = try test.worker.stepIntake()
            test.clock.advance(by: .milliseconds(1))
        }
        try test.work()
        #expect(test.store.reader.outcomes.total == 1200)
        let sizes = try (1...test.store.head.number).map { number in
            try #require(try test.store.reader.commit(number: number)).commit.deadLetters.count
        }
        #expect(sizes.max() == 500)
    }

    @Test func howeverManyPortionsWaitIntakeHandsOverNoMoreThanThereIsRoomFor() throws {
        let test = TestWorker()
        sendReversals(5000, to: test.source)
        // All of them are read, and wait for usage that may be older.
        test.source.slow = [TestSource.usage]
        try test.open()
        for _ in 0..<30 { _ = try test.worker.stepIntake() }
        test.source.slow = []
        for _ in 0..<30 {
            _ = try test.worker.stepIntake()
            test.clock.advance(by: .milliseconds(1))
        }
        // Intake rests: what is done now is what it has handed over.
        for _ in 0..<30 { _ = try test.worker.stepLedger() }
        #expect(test.store.reader.outcomes.total == 1000)
        try test.work(100)
        #expect(test.store.reader.outcomes.total == 5000)
    }

    @Test func accountsThatExpireAllAtOnceAreDoneInPortionsBetweenInputs() throws {
        let test = TestWorker(maximumDue: 100)
        for number in 0..<2000 {
            test.grant("g\(number)", 1, to: "c\(number)", at: -1, expiresAt: 1)
        }
        try test.open()
        try test.work()
        #expect(test.store.reader.accountCount == 2000)
        test.clock.advance(by: .seconds(2 * 3600))
        try test.work(4, passing: .seconds(1))
        for number in 0..<5 {
            test.use("u\(number)", 1, at: 2 * hour + 10 + Double(number))
            let before = test.store.head.number
            var commits: UInt64 = 0
            while try test.entries().count <= number, commits < 20 {
                try test.work(1, passing: .milliseconds(30))
                commits = test.store.head.number - before
            }
            // With the next commit but one: what is under way when it comes, and its own.
            #expect(commits <= 3)
            #expect(try test.balance(of: "c1999") == 1)
        }
        try test.work(60, passing: .milliseconds(30))
        #expect(try test.balance(of: "c1999") == 0)
    }

    /// A worker that holds an announcement back which is due a second after noon, and how many commits
    /// it has made.
    private func workerWithAnnouncement(
        maximumAge: Duration = .milliseconds(20)
    ) throws -> (test: TestWorker, commits: UInt64) {
        let test = TestWorker(
            policies: Policies(coalescing: 1_000_000, expiryNotices: []),
            maximumAge: maximumAge
        )
        test.use("first", 1, at: 0)
        try test.open()
        try test.work(20, passing: .milliseconds(10))
        test.use("second", 1, at: 0.2)
        try test.work(20, passing: .milliseconds(10))
        let due = try #require(test.store.nextAnnouncement)
        test.clock.advance(by: .microseconds(due.microseconds - test.clock.now.microseconds))
        return (test, test.store.head.number)
    }

    @Test func anAnnouncementWaitsForABatchAsLongAsABatchMayWait() throws {
        let (test, commits) = try workerWithAnnouncement()
        try test.work(19, passing: .milliseconds(1))
        #expect(test.store.head.number == commits)
        try test.work(3, passing: .milliseconds(1))
        #expect(test.store.head.number == commits + 1)
        #expect(test.store.nextAnnouncement == nil)
    }

    @Test func howeverLongABatchMayWaitAnAnnouncementDoesNot() throws {
        let (test, commits) = try workerWithAnnouncement(maximumAge: .milliseconds(400))
        try test.work(49, passing: .milliseconds(1))
        #expect(test.store.head.number == commits)
        try test.work(3, passing: .milliseconds(1))
        #expect(test.store.head.number == commits + 1)
    }

    @Test func anAnnouncementSharesTheCommitOfABatch() throws {
        let (test, commits) = try workerWithAnnouncement()
        test.source.send(
            #"{"usage_id":"third","customer_id":"another","credits":1}"#,
            to: TestSource.usage,
            at: test.clock.now
        )
        try test.work(12, passing: .milliseconds(1))
        #expect(test.store.head.number == commits + 1)
        #expect(test.store.nextAnnouncement == nil)
    }
}
