/// The benchmark's usage: which events there are, and what they must come to.
///
/// A function of its settings alone, so that a process that sends and one that checks agree without
/// a word, and any event can be made again from its number.
struct BenchLoad: Sendable {
    /// What a load is made of.
    struct Settings: Equatable, Sendable {
        var events: Int
        var customers: Int
        /// Of each hundred events so many are repetitions.
        var duplicatesPercent = 0
        /// Begins every usage id, three letters: loads of different names have no event in common.
        var name = "use"
        var seed: UInt64 = 7
    }

    /// One event; ``BenchLoad/write(_:into:)`` puts it down.
    struct Event: Equatable, Sendable {
        let number: Int
        let customer: Int
        let credits: Int
        /// Where everything else about the event is taken from.
        fileprivate let word: UInt64
    }

    /// What all events of a load come to.
    struct Sums: Equatable, Sendable {
        /// Credits by customer.
        var used: [Int]
        var distinct = 0
    }

    let settings: Settings
    private let zipf: ZipfTable
    private var random: SplitMix64
    /// How many different events were dealt out.
    private(set) var distinct = 0

    /// Nearly all repetitions are of one of so many latest events: a producer repeats what it sent a
    /// moment ago.
    static let recent = 2000
    /// Of each hundred repetitions so many are recent; the others are of any earlier event.
    static let recentPercent = 95

    init(_ settings: Settings, zipf: ZipfTable? = nil) {
        self.settings = settings
        self.zipf = zipf ?? ZipfTable(count: settings.customers)
        random = SplitMix64(seed: settings.seed)
    }

    /// So many first events are new, whatever the share of repetitions: there must be something to
    /// repeat.
    ///
    /// Where all are repetitions, these are many enough not to stay in a processor's cache.
    var firstEvents: Int {
        settings.duplicatesPercent < 100
            ? 1 : min(max(settings.events / 50, 1), 100_000)
    }

    /// The next event, new or repeated.
    mutating func next() -> Event {
        guard distinct >= firstEvents,
            random.below(100) < settings.duplicatesPercent
        else {
            distinct += 1
            return event(distinct - 1)
        }
        let isRecent = firstEvents == 1 && random.below(100) < Self.recentPercent
        let range = isRecent ? min(Self.recent, distinct) : distinct
        return event(distinct - 1 - random.below(range))
    }

    /// The event of a number, from 0.
    func event(_ number: Int) -> Event {
        var random = SplitMix64(seed: settings.seed ^ UInt64(number) << 20)
        let customer = zipf.rank(random.next())
        let word = random.next()
        return Event(
            number: number,
            customer: customer,
            credits: 10 + Int((word >> 56) % 50),
            word: word
        )
    }

    /// What a load of these settings comes to.
    static func sums(of settings: Settings) -> Sums {
        var load = BenchLoad(settings)
        var sums = Sums(used: [Int](repeating: 0, count: settings.customers))
        for _ in 0..<settings.events {
            let before = load.distinct
            let event = load.next()
            if load.distinct > before { sums.used[event.customer] += event.credits }
        }
        sums.distinct = load.distinct
        return sums
    }

    /// The name of a customer.
    static func customerID(_ customer: Int) -> String {
        var bytes = Text.customer
        bytes.write(decimal: customer, endingAt: bytes.count)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Puts the key of a customer's messages into a buffer, in place of what it held.
    static func writeKey(of customer: Int, into bytes: inout [UInt8]) {
        bytes.removeAll(keepingCapacity: true)
        bytes.append(contentsOf: Text.customer)
        bytes.write(decimal: customer, endingAt: bytes.count)
    }
}

// The event as JSON: a text with room for digits, for millions are wanted a second.
extension BenchLoad {
    private enum Text {
        static let customer = Array("customer-0000000".utf8)
        private static let models = ["opus-4", "sonnet-4", "haiku-4", "whisper-3"]
        private static let regions = ["eu-central-1", "us-east-1", "us-west-2", "ap-south-1"]
        // Long gone, so that no machine's clock takes it for the future.
        static let head =
            #"{"usage_id":"use_00000000-000000000","customer_id":"customer-0000000","#
            + #""action":"chat.reply","credits":00,"occurred_at":"2025-03-00T00:00:00.000Z","#
        static let events = models.flatMap { model in
            regions.map { region in
                Array(
                    (head + #""dimensions":{"model":"\#(model)","region":"\#(region)","#
                        + #""tokens":0000}}"#).utf8
                )
            }
        }

        /// Where a part of the head ends, and so its last digit stands before.
        static func end(of part: String) -> Int {
            guard let range = head.firstRange(of: part) else {
                preconditionFailure("expected the event to hold \(part)")
            }
            return head.utf8.distance(from: head.startIndex, to: range.upperBound)
        }

        static let name = end(of: "use")
        static let word = end(of: "use_00000000")
        static let number = end(of: "-000000000")
        static let customerID = end(of: "customer-0000000")
        static let credits = end(of: #""credits":00"#)
        static let day = end(of: "2025-03-00")
        static let hour = day + 3
        static let minute = hour + 3
        static let second = minute + 3
        static let millisecond = second + 4
    }

    /// Puts an event into a buffer, in place of what it held.
    func write(_ event: Event, into bytes: inout [UInt8]) {
        let word = event.word
        bytes.removeAll(keepingCapacity: true)
        bytes.append(contentsOf: Text.events[Int(word >> 8 & 0xf)])
        bytes.write(settings.name, endingAt: Text.name)
        bytes.write(hexadecimal: word &* 0x9e37_79b9_7f4a_7c15, endingAt: Text.word)
        bytes.write(decimal: event.number, endingAt: Text.number)
        bytes.write(decimal: event.customer, endingAt: Text.customerID)
        bytes.write(decimal: event.credits, endingAt: Text.credits)
        // A millisecond later for each event; a month begins anew after 28 days.
        let milliseconds = event.number + Int(word & 0x3f)
        let seconds = milliseconds / 1000
        bytes.write(decimal: 1 + seconds / 86_400 % 28, endingAt: Text.day)
        bytes.write(decimal: seconds / 3600 % 24, endingAt: Text.hour)
        bytes.write(decimal: seconds / 60 % 60, endingAt: Text.minute)
        bytes.write(decimal: seconds % 60, endingAt: Text.second)
        bytes.write(decimal: milliseconds % 1000, endingAt: Text.millisecond)
        bytes.write(decimal: 1000 + Int(word >> 12 & 0xfff), endingAt: bytes.count - 2)
    }
}

extension [UInt8] {
    /// Writes over zeros, the last digit just before `end`.
    fileprivate mutating func write(decimal number: Int, endingAt end: Int) {
        var (rest, position) = (UInt64(truncatingIfNeeded: number), end)
        var digits = mutableSpan
        while rest > 0 {
            position -= 1
            digits[position] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
    }

    /// Eight digits.
    fileprivate mutating func write(hexadecimal word: UInt64, endingAt end: Int) {
        var digits = mutableSpan
        for place in 1...8 {
            let digit = UInt8(truncatingIfNeeded: word >> UInt64(4 * place) & 0xf)
            digits[end - place] = digit < 10 ? 0x30 + digit : 0x57 + digit
        }
    }

    fileprivate mutating func write(_ text: String, endingAt end: Int) {
        replaceSubrange(end - text.utf8.count..<end, with: text.utf8)
    }
}
