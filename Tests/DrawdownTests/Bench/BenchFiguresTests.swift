// Goal: what the benchmark says of its measurements is right, and under the contract's names.
// Method: few samples whose figures are plain to see.

import Foundation
import Synchronization
import Testing
import UsageCodec
import UsagePipeline

@testable import Drawdown

@Suite struct BenchQuantilesTests {
    @Test(arguments: [(0.0, 1.0), (0.5, 5.0), (0.9, 9.0), (0.99, 10.0), (1.0, 10.0)])
    func aQuantileIsASample(share: Double, expected: Double) {
        #expect(BenchQuantiles([3, 1, 2, 10, 9, 8, 4, 5, 6, 7])[share] == expected)
    }

    @Test func nothingHasNoQuantile() {
        #expect(BenchQuantiles([])[0.5] == nil)
    }
}

@Suite struct BenchReportTests {
    @Test func itsKeysAreTheContracts() throws {
        let text = try BenchCommand.json(BenchReport())
        let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        let keys = Set(try #require(object).keys)
        #expect(
            keys.isSuperset(of: [
                "raw_drain_per_s", "pipeline_per_s", "ratio", "cpu_us_per_event", "rss_mb",
                "commit_p50_ms", "commit_p99_ms", "end_to_end_p50_ms", "end_to_end_p99_ms",
                "restart_s", "disk_bytes_per_event", "events", "customers", "duplicates_percent",
                "known_ids", "librdkafka", "kafka", "sums_agree",
            ])
        )
    }

    @Test func propertiesKeepTheirNames() throws {
        var report = BenchReport()
        report.kafka = ["queued.min.messages": "1"]
        #expect(try BenchCommand.json(report).contains(#""queued.min.messages" : "1""#))
    }

    @Test(arguments: [(1234.567, 1, "1,234.6"), (0.05, 2, "0.05"), (7.0, 0, "7")])
    func aDecimalIsRounded(value: Double, decimals: Int, expected: String) {
        #expect(BenchReport.decimal(value, decimals) == expected)
    }

    @Test func theTableSaysWhatTheFiguresAre() {
        var report = BenchReport()
        report.pipelinePerS = 1_234_567.8
        #expect(report.text.contains("1,234,568  events/s applied, durable, announced\n"))
        #expect(!report.text.hasPrefix("\n"))
    }
}

@Suite struct BenchPaceTests {
    private let pace = BenchPace(eventsPerSecond: 1000, duration: .seconds(3))

    @Test func eventsComeEvenlyFromTheStart() {
        #expect(pace.eventsDue(after: .milliseconds(1500)) == 1500)
        #expect(pace.events == 8000)
    }

    @Test func probesComeAfterTheWarmUpEachAccountOncePerPeriod() {
        #expect(pace.probesDue(after: BenchPace.warmUp) == 0)
        #expect(pace.probesDue(after: BenchPace.warmUp + BenchProbes.period) == BenchProbes.count)
        #expect(pace.probes == 2 * BenchProbes.count)
    }

    @Test func everyProbeIsUsedByOneAccount() {
        let used = (0..<BenchProbes.count).map { BenchProbes.used($0, ofFirst: 601) }
        #expect(used.reduce(0, +) == 601)
        #expect(used[0] == 3)
        #expect(used[1] == 2)
    }
}

@Suite struct BenchProbeSinkTests {
    /// Delivers whatever it was sent, under its tag.
    private final class EchoSink: MessageSink {
        var tags: [UInt64] = []
        var failure: String?

        func send(
            _ messages: OutgoingMessages,
            _ range: Range<Int>,
            tag: UInt64
        ) throws(SinkError) -> Int {
            tags += range.map { _ in tag }
            return range.count
        }

        let wake: @Sendable () -> Void = {}

        func deliveries(
            timeout: Duration,
            _ receive: (SinkDelivery) -> Void
        ) throws(SinkError) {
            for tag in tags { receive(SinkDelivery(tag: tag, failure: failure)) }
            tags = []
        }
    }

    private static func trigger(
        _ customer: String,
        _ type: String = "credit_balance.changed",
        sequence: Int = 2
    ) -> OutgoingMessage {
        let json = #"{"id":"evt_1","type":"\#(type)","sequence":\#(sequence),"data":{}}"#
        return OutgoingMessage(
            kind: .trigger,
            key: Array(customer.utf8),
            value: Array(json.utf8),
            headers: []
        )
    }

    private static func send(
        _ message: OutgoingMessage,
        to sink: BenchProbeSink,
        tag: UInt64
    ) throws {
        var messages = OutgoingMessages()
        messages.append(message)
        #expect(try sink.send(messages, 0..<1, tag: tag) == 1)
    }

    @Test func theWorkerSeesItsOwnTags() throws {
        let notes = BenchProbeSink.Notes()
        let sink = BenchProbeSink(EchoSink(), notes: notes)
        try Self.send(Self.trigger("customer-1"), to: sink, tag: 7)
        try Self.send(Self.trigger("probe-1"), to: sink, tag: 8)
        try Self.send(Self.trigger("probe-1", "credit_grant.created"), to: sink, tag: 9)
        var tags: [UInt64] = []
        try sink.deliveries(timeout: .zero) { tags.append($0.tag) }
        #expect(tags == [7, 8, 9])
        let noted = notes.microseconds.withLock { Array($0.keys) }
        #expect(noted == [.init(customerID: "probe-1", sequence: 2)])
    }

    @Test func whatFailedIsNotNoted() throws {
        let notes = BenchProbeSink.Notes()
        let echo = EchoSink()
        echo.failure = "gone"
        let sink = BenchProbeSink(echo, notes: notes)
        try Self.send(Self.trigger("probe-1"), to: sink, tag: 8)
        try sink.deliveries(timeout: .zero) { #expect($0.failure == "gone") }
        #expect(notes.microseconds.withLock { $0.isEmpty })
    }

    @Test func aProbeIsTimedByTheEntryThatItMade() {
        let sent = [
            BenchProbes.Sent(number: 0, microseconds: 1000),
            BenchProbes.Sent(number: BenchProbes.count, microseconds: 9000),
        ]
        let times = BenchProbes.milliseconds(
            sent,
            [
                .init(customerID: "probe-0", sequence: 2): 3500,
                .init(customerID: "probe-1", sequence: 2): 9,
            ]
        )
        #expect(times == [2.5])
    }
}
