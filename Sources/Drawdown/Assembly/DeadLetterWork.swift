import Credits
import EmbeddedLedgerStore
import KafkaIO
import LedgerStore
import UsagePipeline

/// Which dead letters a person means.
struct DeadLetterSelection: Equatable, Sendable {
    /// One by its place, whatever was done about it before.
    var place: (topic: String, partition: Int32, offset: Int64)?
    /// Only those with this code.
    var code: RefusalCode?

    static func == (left: DeadLetterSelection, right: DeadLetterSelection) -> Bool {
        left.code == right.code && left.place?.topic == right.place?.topic
            && left.place?.partition == right.place?.partition
            && left.place?.offset == right.place?.offset
    }

    func holds(_ letter: WorkableLetter) -> Bool {
        if let place {
            let partition = PartitionKey(topic: place.topic, partition: place.partition)
            guard letter.place.partition == partition, letter.place.offset == place.offset else {
                return false
            }
        }
        return code == nil || code == letter.code
    }
}

/// A dead letter as its input was received.
struct WorkableLetter {
    let place: LetterPlace
    let code: RefusalCode
    let timestamp: Timestamp
    let key: [UInt8]?
    let value: [UInt8]?
    let headers: [MessageHeader]

    /// Names of what is added to a dead letter on its way out.
    private static let addedNames = ["__connect.", "drawdown.error."]

    /// Nil where the commit does not say where the input stood.
    init?(_ index: Int, of commit: Commit) {
        let letter = commit.deadLetters[index]
        let message = letter.message
        let partition = Int(message.origin.partition)
        guard commit.partitions.indices.contains(partition) else { return nil }
        let source = commit.partitions[partition]
        place = LetterPlace(
            cluster: commit.cluster,
            partition: PartitionKey(topic: source.topic, partition: source.partition),
            offset: message.origin.offset
        )
        code = letter.refusal.code
        timestamp = message.timestamp
        key = message.hasKey ? Array(commit.bytes[message.key.range]) : nil
        value = message.hasValue ? Array(commit.bytes[message.value.range]) : nil
        let all =
            commit.headers.indices.contains(Int(message.headers))
            ? commit.headers[Int(message.headers)] : []
        // An input that was taken from the dead letters' topic by hand carries them already.
        headers = all.filter { header in
            !Self.addedNames.contains { header.name.hasPrefix($0) }
        }
    }

    /// The same for inputs that are the same, byte for byte, in the same topic.
    func content(under key: HashKey) -> IDKey {
        var hash = KeyedHash(key: key)
        func combine(_ bytes: [UInt8]?) {
            hash.combine(UInt8(bytes == nil ? 0 : 1))
            let bytes = bytes ?? []
            hash.combine(prefixed: bytes.span)
        }
        combine(Array(place.partition.topic.utf8))
        combine(self.key)
        combine(value)
        hash.combine(UInt64(headers.count))
        for header in headers {
            combine(Array(header.name.utf8))
            combine(header.value)
        }
        return hash.finalize()
    }
}

/// What was done about dead letters, counted.
struct DeadLetterSummary: Equatable, Sendable {
    struct Kind: Hashable, Comparable, Sendable {
        let topic: String
        let code: String

        static func < (left: Kind, right: Kind) -> Bool {
            (left.topic, left.code) < (right.topic, right.code)
        }
    }

    var selected = 0
    /// Those that were published again, or would be.
    var sent = 0
    /// The same as another that was sent, byte for byte.
    var identical = 0
    var failed = 0
    /// Why the first one failed.
    var failure: String?
    var kinds: [Kind: Int] = [:]
}

/// Works through the dead letters of a store, beside the worker that uses it.
struct DeadLetterWork {
    private let journal: EmbeddedJournal
    private let worked: WorkedLetters
    /// Told how many of the commits were looked at.
    var onProgress: (UInt64, UInt64) -> Void = { _, _ in }

    /// So many letters are sent before it is made sure that they have arrived.
    private static let chunk = 5_000

    init(storeAt path: String) throws(StoreError) {
        journal = try EmbeddedJournal(readOnly: path, verifies: false)
        worked = WorkedLetters(inStore: path)
    }

    /// Calls `body` with each selected letter, oldest first.
    private func forEach(
        _ selection: DeadLetterSelection,
        _ body: (WorkableLetter) throws -> Void
    ) throws {
        // One that is named is meant, whatever was done about it before.
        let done = selection.place == nil ? try worked.read() : [:]
        let numbers = try journal.deadLetterCommits()
        for (index, number) in numbers.enumerated() {
            onProgress(UInt64(index), UInt64(numbers.count))
            guard let commit = try journal.commit(number: number)?.commit else { continue }
            for index in commit.deadLetters.indices {
                guard let letter = WorkableLetter(index, of: commit), selection.holds(letter),
                    done[letter.place] == nil
                else { continue }
                try body(letter)
            }
        }
    }

    /// Writes down that letters need nothing more.
    func discard(
        _ selection: DeadLetterSelection,
        isDryRun: Bool,
        at now: Timestamp
    ) throws -> DeadLetterSummary {
        var summary = DeadLetterSummary()
        var places: [LetterPlace] = []
        try forEach(selection) { letter in
            summary.note(letter)
            places.append(letter.place)
            guard places.count >= Self.chunk else { return }
            if !isDryRun { try worked.append(.discarded, places, at: now) }
            places = []
        }
        if !isDryRun { try worked.append(.discarded, places, at: now) }
        return summary
    }

    /// Publishes the inputs of letters again, where they came from, as they were.
    ///
    /// What was published and not yet written down when the process ends is published once more by
    /// the next time, which its id makes harmless.
    ///
    /// - Parameters:
    ///   - selection: which.
    ///   - producer: nil only counts.
    ///   - now: when it is done.
    /// - Returns: what was done; those that Kafka did not take are counted in it.
    /// - Throws: ``StoreError``, where the store cannot be read or nothing be written down.
    func requeue(
        _ selection: DeadLetterSelection,
        with producer: Producer?,
        at now: Timestamp
    ) throws -> DeadLetterSummary {
        var summary = DeadLetterSummary()
        var sending = producer.map { LetterSending($0) }
        var random = SystemRandomNumberGenerator()
        let key = HashKey(first: random.next(), second: random.next())
        var contents: Set<IDKey> = []
        func settle() throws {
            let settled = sending?.settle() ?? []
            try worked.append(.requeued, settled, at: now)
        }
        try forEach(selection) { letter in
            summary.note(letter)
            guard contents.insert(letter.content(under: key)).inserted else {
                summary.identical += 1
                sending?.skip(letter)
                return
            }
            try sending?.send(letter)
            summary.sent += 1
            if let sending, sending.count >= Self.chunk { try settle() }
        }
        try settle()
        summary.failed = sending?.failed ?? 0
        summary.failure = sending?.failure
        summary.sent -= summary.failed
        return summary
    }
}

extension DeadLetterSummary {
    fileprivate mutating func note(_ letter: WorkableLetter) {
        selected += 1
        kinds[Kind(topic: letter.place.partition.topic, code: letter.code.name), default: 0] += 1
    }
}

/// Letters on their way to their topics.
private struct LetterSending {
    private let producer: Producer
    /// By the producer's tag.
    private var places: [UInt64: LetterPlace] = [:]
    private var skipped: [LetterPlace] = []
    private var nextTag: UInt64 = 1
    private(set) var failed = 0
    private(set) var failure: String?

    private static let timeout = Duration.seconds(60)

    init(_ producer: Producer) {
        self.producer = producer
    }

    var count: Int { places.count }

    mutating func skip(_ letter: WorkableLetter) { skipped.append(letter.place) }

    /// - Throws: a ``CommandFailure`` where Kafka takes none for long.
    mutating func send(_ letter: WorkableLetter) throws(CommandFailure) {
        let tag = nextTag
        nextTag += 1
        let deadline = ContinuousClock.now + Self.timeout
        while true {
            do throws(KafkaError) {
                try producer.send(
                    topic: letter.place.partition.topic,
                    // Where it stood, whatever partitioner its sender has: the order within a
                    // partition is that of its customers.
                    partition: letter.place.partition.partition,
                    key: letter.key,
                    value: letter.value,
                    headers: letter.headers.map { Header(name: $0.name, value: $0.value) },
                    // Its age counts, and where it says no time of its own it is its time.
                    timestampMs: letter.timestamp.microseconds / 1000,
                    tag: tag
                )
                places[tag] = letter.place
                return
            } catch {
                guard error.code == .queueFull, ContinuousClock.now < deadline else {
                    note(error.reason)
                    return
                }
                _ = producer.flush(timeout: .milliseconds(100))
            }
        }
    }

    /// Waits for all that are under way.
    ///
    /// Returns the places of those that arrived, and of those that are the same.
    mutating func settle() -> [LetterPlace] {
        let isFlushed = producer.flush(timeout: Self.timeout)
        var arrived: [LetterPlace] = []
        var failures: [String] = []
        do throws(KafkaError) {
            var before = -1
            while !places.isEmpty, before != places.count {
                before = places.count
                try producer.deliveries(maximum: .max, timeout: .zero) { delivery in
                    guard let place = places.removeValue(forKey: delivery.tag) else { return }
                    if let error = delivery.error {
                        failures.append(error.reason)
                    } else {
                        arrived.append(place)
                    }
                }
            }
        } catch {
            failures.append(error.reason)
        }
        for reason in failures { note(reason) }
        if !isFlushed || !places.isEmpty {
            failed += places.count
            failure = failure ?? "Kafka has not acknowledged it in time"
        }
        places = [:]
        defer { skipped = [] }
        // The one that a skipped letter is the same as may be among those that failed.
        return failed == 0 ? arrived + skipped : arrived
    }

    private mutating func note(_ reason: String) {
        failed += 1
        failure = failure ?? reason
    }
}
