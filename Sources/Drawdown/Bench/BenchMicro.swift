import Credits
import EmbeddedLedgerStore
import Foundation
import LedgerStore
import UsageCodec

/// What each step of the worker costs by itself, on one thread, in nanoseconds per event: the
/// median of several batches.
struct BenchMicroReport: Codable, Equatable {
    var batchEvents = BenchLedger.batchSize
    var rounds = 0
    var customers = 0
    var duplicatesPercent = 0
    var knownIds = 0
    var decodeNs = 0.0
    /// One look and one insertion, beside a million ids.
    var idIndexNs = 0.0
    var loadNs = 0.0
    var applyNs = 0.0
    var encodeNs = 0.0
    /// All of the store's part: encoding again, writing, and waiting for the disk.
    var commitNs = 0.0
    var triggersNs = 0.0
    var triggersPerEvent = 0.0

    /// The figures as a table for people.
    var text: String {
        var table = TextTable(["ns per event": .right, "step": .left])
        let rows: KeyValuePairs = [
            "decode: JSON into a batch": decodeNs,
            "id index: look up and insert, beside 1,000,000 ids": idIndexNs,
            "load: what is known of ids and accounts": loadNs,
            "apply: the rules of the ledger": applyNs,
            "encode: a commit's bytes and hash": encodeNs,
            "commit: encode, write, wait for the disk": commitNs,
            "triggers: their JSON and headers": triggersNs,
        ]
        for (step, nanoseconds) in rows {
            table.append([BenchReport.decimal(nanoseconds, 1), step])
        }
        return table.text
            + "Medians of \(rounds) batches of \(LiveFormat.count(batchEvents)) events, "
            + "\(BenchReport.decimal(triggersPerEvent, 3)) triggers per event.\n"
    }
}

/// Runs the steps of the worker one by one, so that a change's effect is seen where it happens.
struct BenchMicro {
    private let options: Benchmark.Options
    /// The first batches meet accounts and memory for the first time.
    private static let warmUps = 5
    private static let rounds = 25

    init(_ options: Benchmark.Options) {
        self.options = options
    }

    func run(note: (String) -> Void) throws -> BenchMicroReport {
        let directory = BenchDirectory()
        defer { directory.remove() }
        do {
            var ledger = try BenchLedger(storeAt: directory.path)
            note("granting credits")
            try ledger.grant(customers: options.customers)
            if options.knownIDs > 0 {
                try ledger.apply(options.knownLoad) {
                    note("known ids: \(LiveFormat.count($0))")
                }
            }
            note("measuring")
            let report = try measure(&ledger)
            try ledger.close()
            return report
        } catch let error as StoreError {
            throw CommandFailure(error)
        }
    }

    private func measure(_ ledger: inout BenchLedger) throws(StoreError) -> BenchMicroReport {
        var settings = options.load
        settings.events = (Self.warmUps + Self.rounds) * BenchLedger.batchSize
        var load = BenchLoad(settings)
        var steps = Steps(ledger.store.reader)
        for round in 0..<Self.warmUps + Self.rounds {
            let messages = Messages(BenchLedger.batchSize, of: &load)
            if round == Self.warmUps { steps.forget() }
            try steps.run(messages, on: &ledger)
        }
        var report = steps.report
        report.rounds = Self.rounds
        report.customers = options.customers
        report.duplicatesPercent = options.duplicatesPercent
        report.knownIds = options.knownIDs
        return report
    }

    /// The messages of one batch, made beforehand.
    private struct Messages {
        let list: [(key: [UInt8], value: [UInt8])]

        init(_ count: Int, of load: inout BenchLoad) {
            var made: [(key: [UInt8], value: [UInt8])] = []
            for _ in 0..<count {
                let event = load.next()
                var message: (key: [UInt8], value: [UInt8]) = ([], [])
                load.write(event, into: &message.value)
                BenchLoad.writeKey(of: event.customer, into: &message.key)
                made.append(message)
            }
            list = made
        }
    }

    /// Nanoseconds per event, by step and round.
    private struct Steps {
        private let encoder: MessageEncoder
        private var ids = IDTable()
        private var decoding: [Double] = []
        private var indexing: [Double] = []
        private var loading: [Double] = []
        private var applying: [Double] = []
        private var encoding: [Double] = []
        private var committing: [Double] = []
        private var triggering: [Double] = []
        private var triggers = 0

        init(_ reader: any LedgerReader) {
            encoder = MessageEncoder { account, ordinal in
                reader.account(number: account)?.grants
                    .first { $0.ordinal == ordinal }?.terms.grantID
            }
            var random = SplitMix64(seed: 3)
            for number in 0..<1_000_000 {
                let key = IDKey(high: random.next(), low: random.next())
                ids.insert(key, KnownID(fingerprint: random.next(), commit: UInt64(number)))
            }
        }

        mutating func forget() {
            (decoding, indexing, loading, applying) = ([], [], [], [])
            (encoding, committing, triggering, triggers) = ([], [], [], 0)
        }

        mutating func run(
            _ messages: Messages,
            on ledger: inout BenchLedger
        ) throws(StoreError) {
            let count = messages.list.count
            var watch = Stopwatch(count: count)
            var batch = ledger.newBatch(of: count)
            for message in messages.list {
                ledger.decode(message.key, message.value, as: .usage, into: &batch)
            }
            decoding.append(watch.lap())
            var known = 0
            for event in batch.usage {
                if ids[event.key] != nil { known += 1 }
                ids.insert(event.key, KnownID(fingerprint: event.fingerprint, commit: 1))
            }
            indexing.append(watch.lap())
            // Looked at, so that the looks are not left out as useless.
            precondition(known <= count, "expected at most \(count) known ids, got: \(known)")
            let loaded = try ledger.load(batch)
            loading.append(watch.lap())
            let transition = ledger.transition(batch, to: consume loaded)
            applying.append(watch.lap())
            let sealed = JournalFormat.encode(
                transition.commit,
                previousHash: ledger.store.head.hash
            )
            encoding.append(watch.lap())
            let commit = transition.commit
            let head = try ledger.store.commit(consume transition)
            committing.append(watch.lap())
            precondition(head.hash == sealed.hash, "expected the store to write the same commit")
            watch.restart()
            triggers += encoder.messages(of: commit, hash: head.hash).count
            triggering.append(watch.lap())
            ledger.store.notePublished(through: head.number)
        }

        var report: BenchMicroReport {
            func median(_ samples: [Double]) -> Double { BenchQuantiles(samples)[0.5] ?? 0 }
            var report = BenchMicroReport()
            report.decodeNs = median(decoding)
            report.idIndexNs = median(indexing)
            report.loadNs = median(loading)
            report.applyNs = median(applying)
            report.encodeNs = median(encoding)
            report.commitNs = median(committing)
            report.triggersNs = median(triggering)
            let events = triggering.count * BenchLedger.batchSize
            report.triggersPerEvent = Double(triggers) / Double(max(events, 1))
            return report
        }
    }

    /// Takes the time of one step after the other, in nanoseconds per event.
    private struct Stopwatch {
        private let count: Double
        private var began = ContinuousClock.now

        init(count: Int) {
            self.count = Double(count)
        }

        mutating func restart() { began = .now }

        mutating func lap() -> Double {
            defer { began = .now }
            return (ContinuousClock.now - began) / .nanoseconds(1) / count
        }
    }
}
