import Credits
import LedgerStore
import Testing
import UsageCodec

@testable import UsagePipeline

/// A worker over a memory's store, stepped by the test, at noon of a day in 2026.
final class TestWorker {
    static let noon = Timestamp(clampingMilliseconds: 1_793_534_400_000)

    let clock = TestClock(noon)
    let source: TestSource
    let store: InMemoryLedgerStore
    let worker: Worker

    init(
        source: TestSource = TestSource(),
        store: InMemoryLedgerStore? = nil,
        start: StartPosition = .earliest,
        policies: Policies = Policies(coalescing: 0, expiryNotices: []),
        maximumEvents: Int = 10_000,
        maximumAge: Duration = .milliseconds(20),
        maximumDue: Int = 5000
    ) {
        self.source = source
        let store = store ?? InMemoryLedgerStore(policies: policies)
        self.store = store
        worker = Worker(
            source: source,
            sink: TestSink(),
            store: store,
            policies: policies,
            decoder: InputDecoder(
                hashKey: store.identity.hashKey,
                rates: policies.rates,
                limits: DecodeLimits()
            ),
            settings: WorkerSettings(
                roles: ["usage": .usage, "commands": .command],
                start: start,
                maximumEvents: maximumEvents,
                maximumAge: maximumAge,
                maximumDue: maximumDue
            ),
            clock: clock
        )
    }

    func open() throws { try worker.open {} }

    /// The moment so many seconds after noon.
    static func at(_ seconds: Double) -> Timestamp {
        noon.advanced(byMicroseconds: Int64(seconds * 1_000_000))
    }

    func use(_ id: String, _ credits: Int, at seconds: Double, partition: Int32 = 0) {
        source.send(
            "{\"usage_id\":\"\(id)\",\"customer_id\":\"c\",\"credits\":\(credits)}",
            to: PartitionKey(topic: "usage", partition: partition),
            at: Self.at(seconds)
        )
    }

    func grant(
        _ id: String,
        _ credits: Int,
        to customer: String = "c",
        at seconds: Double,
        expiresAt: Double? = nil
    ) {
        let expiry = expiresAt.map { ",\"expires_at\":\"\(Self.at($0))\"" } ?? ""
        source.send(
            "{\"command_id\":\"\(id)\",\"customer_id\":\"\(customer)\",\"type\":\"grant\","
                + "\"credits\":\(credits)\(expiry)}",
            to: TestSource.commands,
            at: Self.at(seconds)
        )
    }

    /// Each stage does its next thing so many times, while so much time passes in between.
    func work(_ steps: Int = 40, passing duration: Duration = .milliseconds(7)) throws {
        for _ in 0..<steps {
            _ = try worker.stepIntake()
            _ = try worker.stepLedger()
            _ = try worker.stepRelay()
            clock.advance(by: duration)
        }
    }

    func balance(of customer: String) throws -> Int {
        let account = store.reader.account(customerID: customer, creditType: "credits")
        return try #require(account.flatMap { Int($0.balance.description) })
    }

    func entries(of customer: String = "c") throws -> [String] {
        let found = store.reader.account(customerID: customer, creditType: "credits")
        guard let account = found else { return [] }
        return try store.reader.entries(account: account, before: nil, type: nil, limit: 500)
            .reversed().map { record in
                let commit = record.sealed.commit
                let name =
                    record.entry.isUsage
                    ? commit.bytes.string(of: record.entry.usageID)
                    : commit.details[Int(record.entry.detail)].commandID
                return
                    "\(name.isEmpty ? record.entry.type.name : name) \(record.entry.balanceAfter)"
            }
    }
}
