import ArgumentParser
import Dispatch
import Foundation
import Glibc
import KafkaIO

@main
struct MockBroker: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mock-broker",
        abstract: "A Kafka cluster on loopback, for development and tests.",
        discussion: """
            Keeps some 5 MiB per partition in memory and forgets everything when it ends. Stops on \
            SIGTERM or SIGINT.
            """
    )

    @Option(help: "Brokers to start, from 1 to 9.")
    var brokers = 1

    @Option(help: ArgumentHelp("A topic to create; may be repeated.", valueName: "name:partitions"))
    var topic: [TopicOption] = []

    @Option(help: "Write the same line, bootstrap.servers=HOST:PORT, to this file, too.")
    var addressFile: String?

    @Option(help: "Answer each request this many milliseconds late, as over a network.")
    var roundTrip = 0

    @Flag(help: "Stop when standard input ends.")
    var untilEOF = false

    @Option(name: .customLong("for"), help: "Stop after this many seconds.")
    var seconds: Int?

    mutating func validate() throws {
        guard (1...9).contains(brokers) else {
            throw ValidationError("expected --brokers to be between 1 and 9, got: \(brokers)")
        }
        guard (0...10_000).contains(roundTrip) else {
            throw ValidationError(
                "expected --round-trip to be between 0 and 10000, got: \(roundTrip)"
            )
        }
        guard seconds.map({ $0 > 0 }) ?? true else {
            throw ValidationError("expected --for to be at least 1, got: \(seconds ?? 0)")
        }
    }

    func run() throws {
        // Before any thread starts: a signal must find somebody who waits for it.
        let stop = StopSignal()
        let cluster = try MockCluster(brokers: brokers)
        for topic in topic {
            try cluster.createTopic(
                topic.name,
                partitions: topic.partitions,
                replication: min(brokers, 3)
            )
        }
        if roundTrip > 0 {
            try cluster.setRoundTrip(broker: nil, .milliseconds(roundTrip))
        }
        let address = "bootstrap.servers=\(cluster.bootstrapServers)\n"
        if let addressFile { try publish(address, to: addressFile) }
        print(address, terminator: "")
        fflush(nil)
        if untilEOF { stop.whenStandardInputEnds() }
        stop.wait(seconds: seconds)
        // The cluster must live until here, whatever the optimizer thinks.
        withExtendedLifetime(cluster) {}
    }

    /// Under another name first: who waits for the file must never read half an address.
    private func publish(_ address: String, to path: String) throws {
        try Data(address.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    }
}

/// A topic as the command line names it, such as `usage.events:4`.
struct TopicOption: ExpressibleByArgument {
    let name: String
    let partitions: Int

    init?(argument: String) {
        let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, let partitions = Int(parts[1]),
            (1...1_000).contains(partitions)
        else { return nil }
        name = String(parts[0])
        self.partitions = partitions
    }
}
