import Credits
import Foundation
import Synchronization
import UsageCodec
import UsagePipeline

/// Accounts of their own that show how long it takes from a record to the acknowledged trigger.
///
/// Each gets an event so seldom that its `credit_balance.changed` is not held back to be one with
/// others.
enum BenchProbes {
    static let count = 300
    /// Between two events of one account; longer than the default of `triggers.coalesce`.
    static let period = Duration.milliseconds(1500)

    /// When a probe was sent.
    struct Sent: Equatable {
        let number: Int
        let microseconds: Int64
    }

    static func customerID(_ index: Int) -> String { "probe-\(index)" }

    /// A probe's event; each takes one credit.
    static func write(_ number: Int, of name: String, into bytes: inout [UInt8]) {
        bytes.removeAll(keepingCapacity: true)
        bytes.append(
            contentsOf:
                #"{"usage_id":"probe_\#(number)","customer_id":"\#(name)","credits":1}"#.utf8
        )
    }

    /// How often a probe account was used by the first of so many probes.
    static func used(_ index: Int, ofFirst probes: Int) -> Int {
        probes / count + (index < probes % count ? 1 : 0)
    }

    /// The wall clock, which processes share.
    static var now: Int64 { UsagePipeline.SystemClock().now.microseconds }
}

/// How fast a load is sent while its end-to-end times are taken.
struct BenchPace: Equatable {
    let eventsPerSecond: Int
    /// For so long probes are sent.
    let duration: Duration

    /// Before the first probe: connections are made, held-back triggers of earlier are sent, and the
    /// worker catches up with what was sent meanwhile.
    static let warmUp = Duration.seconds(5)

    var events: Int { eventsDue(after: Self.warmUp + duration) }
    var probes: Int { probesDue(after: Self.warmUp + duration) }

    func eventsDue(after elapsed: Duration) -> Int {
        Int(elapsed / .seconds(1) * Double(eventsPerSecond))
    }

    func probesDue(after elapsed: Duration) -> Int {
        let spacing = BenchProbes.period / BenchProbes.count
        return max(0, Int((elapsed - Self.warmUp) / spacing))
    }
}

/// Notes when the triggers of probes were acknowledged; hands everything else through.
final class BenchProbeSink: MessageSink {
    /// When, by account and the sequence of the account's entry.
    struct Acknowledged: Hashable {
        let customerID: String
        let sequence: Int
    }

    /// Read by another thread once the worker has ended.
    final class Notes: Sendable {
        let microseconds = Mutex<[Acknowledged: Int64]>([:])
    }

    private let sink: any MessageSink
    private let notes: Notes
    private var inFlight: [(tag: UInt64, probe: Acknowledged)] = []
    /// Tells our tags from the worker's, which are commit numbers.
    private static let ownBit: UInt64 = 1 << 62

    init(_ sink: any MessageSink, notes: Notes) {
        self.sink = sink
        self.notes = notes
    }

    func send(
        _ messages: OutgoingMessages,
        _ range: Range<Int>,
        tag: UInt64
    ) throws(SinkError) -> Int {
        var next = range.lowerBound
        while next < range.upperBound {
            let probe = Self.probe(of: messages[next])
            // What lies between two probes goes in one piece, as without this sink.
            let end = probe == nil ? Self.nextProbe(after: next, in: messages, range) : next + 1
            let own = probe == nil ? tag : Self.ownBit | UInt64(inFlight.count)
            let taken = try sink.send(messages, next..<end, tag: own)
            if let probe, taken == 1 { inFlight.append((tag, probe)) }
            next += taken
            guard next == end else { break }
        }
        return next - range.lowerBound
    }

    /// Where the next message about a probe account stands; the end where there is none.
    private static func nextProbe(
        after index: Int,
        in messages: OutgoingMessages,
        _ range: Range<Int>
    ) -> Int {
        (index + 1..<range.upperBound).first { isAboutProbe(messages[$0]) } ?? range.upperBound
    }

    private static func isAboutProbe(_ message: borrowing LentMessage) -> Bool {
        guard let key = message.key, key.count > prefix.count else { return false }
        return prefix.indices.allSatisfy { key[$0] == prefix[$0] }
    }

    private static let prefix = Array("probe-".utf8)

    var wake: @Sendable () -> Void { sink.wake }

    func deliveries(timeout: Duration, _ receive: (SinkDelivery) -> Void) throws(SinkError) {
        try sink.deliveries(timeout: timeout) { delivery in
            guard delivery.tag & ~(Self.ownBit - 1) == Self.ownBit else { return receive(delivery) }
            let own = inFlight[Int(delivery.tag & (Self.ownBit - 1))]
            if delivery.failure == nil {
                notes.microseconds.withLock { $0[own.probe] = BenchProbes.now }
            }
            receive(SinkDelivery(tag: own.tag, failure: delivery.failure))
        }
    }

    /// The entry that a trigger is about, where it is a probe's changed balance.
    private static func probe(of message: borrowing LentMessage) -> Acknowledged? {
        guard message.kind == .trigger, isAboutProbe(message), let key = message.key,
            let value = message.value
        else { return nil }
        let customerID = String(span: key)
        let text = String(span: value)
        guard text.contains(#""type":"credit_balance.changed""#),
            let mark = text.firstRange(of: #""sequence":"#),
            let sequence = Int(text[mark.upperBound...].prefix { $0.isNumber })
        else { return nil }
        return Acknowledged(customerID: customerID, sequence: sequence)
    }
}

extension BenchProbes {
    /// From record to acknowledged trigger, in milliseconds, of each probe that has its own trigger.
    ///
    /// An account's first entry is its grant, its second its first probe.
    static func milliseconds(
        _ sent: [Sent],
        _ acknowledged: [BenchProbeSink.Acknowledged: Int64]
    ) -> [Double] {
        sent.compactMap { probe in
            let entry = BenchProbeSink.Acknowledged(
                customerID: customerID(probe.number % count),
                sequence: 2 + probe.number / count
            )
            // The record's own timestamp has whole milliseconds; this is the same moment.
            return acknowledged[entry].map { Double($0 - probe.microseconds) / 1000 }
        }
    }
}
