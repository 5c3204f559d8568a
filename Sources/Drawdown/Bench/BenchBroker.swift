import Foundation

/// The benchmark's broker, in a process of its own.
final class BenchBroker {
    /// The topics that the worker reads beside the commands.
    enum UsageTopic: String {
        /// What is read as fast as it goes.
        case events = "usage.events"
        /// What is sent at a pace while it is read.
        case paced = "usage.paced"
        /// Nothing: for a worker that takes commands only.
        case none = "usage.none"
    }

    let bootstrapServers: String
    let partitions: Partitions
    private let process: BenchChild

    /// How many of each topic.
    struct Partitions: Equatable {
        /// A fetch brings one batch of each.
        static let fewest = 12
        /// What the fastest worker is sent at half its speed is kept as a whole, so that it may fall
        /// behind: the sender has the same processors.
        static let paced = 120
        let events: Int
        let commands: Int

        /// The mock cluster keeps 5 MiB of each: 100,000 to 140,000 of these events, by how large the
        /// batches were that were compressed.
        init(events: Int, customers: Int) {
            self.events = min(1000, max(Self.fewest, (events + 59_999) / 60_000))
            commands = min(1000, max(4, (customers + 99_999) / 100_000))
        }
    }

    /// - Throws: ``CommandFailure`` where `mock-broker` is not beside this program or does not start.
    init(_ partitions: Partitions) throws(CommandFailure) {
        self.partitions = partitions
        let topics = [
            "\(UsageTopic.events.rawValue):\(partitions.events)",
            "\(UsageTopic.paced.rawValue):\(Partitions.paced)",
            "\(UsageTopic.none.rawValue):1", "credits.commands:\(partitions.commands)",
            "webhook.triggers:16", "usage.dead-letters:4",
        ]
        process = try BenchChild(
            "mock-broker",
            ["--until-eof"] + topics.flatMap { ["--topic", $0] }
        )
        guard let line = process.nextLine() else {
            throw CommandFailure(.unavailable, "the broker did not start")
        }
        bootstrapServers = String(line.drop { $0 != "=" }.dropFirst())
    }

    func stop() { process.stop() }
}
