import ArgumentParser

/// What `drawdown dev` was asked for.
struct DevelopmentOptions: Equatable, Sendable {
    /// The directory of the store and of `dev.json`; made when it is missing.
    var dataDirectory = "./drawdown-data"
    /// The API's port on loopback; 0 takes a free one.
    var httpPort = 8080
    /// Where other programs read how to reach it.
    var developmentFile: String { "\(dataDirectory)/dev.json" }
    /// Whether live traffic is made.
    var isDemo = false
    /// Demo messages per second.
    var rate = 200
    /// Ends by itself after so long; nil runs until it is stopped.
    var duration: Duration?

    /// The defaults, read from the start, with the demo's prices; the caller fills in the broker.
    var configuration: Configuration {
        var configuration = Configuration()
        configuration.store.path = dataDirectory
        // A playground does not take a gigabyte of a developer's disk.
        configuration.store.reserve = .mebibytes(16)
        configuration.http.listen = ListenAddress(host: "127.0.0.1", port: httpPort)
        configuration.rateCards = [DemoRates.card]
        return configuration
    }
}

/// The command `drawdown dev`.
struct DevCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dev",
        abstract: "Run everything on this machine: broker, store, worker and API.",
        discussion: """
            Needs nothing but this program. The broker is part of it and forgets its messages when \
            it ends; the ledger stays in the data directory. Addresses are printed, and written to \
            DIR/dev.json once everything is ready.

            Examples:
              drawdown dev --demo
              drawdown dev --data ./play --http 0 --demo --rate 1000 --for 60
            """
    )

    @Option(help: ArgumentHelp("Where the ledger is kept.", valueName: "dir"))
    var data = DevelopmentOptions().dataDirectory

    @Option(help: ArgumentHelp("The port of the API; 0 for any.", valueName: "port"))
    var http = DevelopmentOptions().httpPort

    @Flag(help: "Make live traffic of a few hundred customers.")
    var demo = false

    @Option(
        help: ArgumentHelp(
            "Demo messages per second (with --demo), 1 to 1000000.",
            valueName: "n"
        )
    )
    var rate = DevelopmentOptions().rate

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp("End after so many seconds.", valueName: "seconds")
    )
    var seconds: Double?

    func validate() throws {
        guard !data.isEmpty else {
            throw ValidationError("expected --data to be a directory, got: nothing")
        }
        guard (0...65_535).contains(http) else {
            throw ValidationError("expected --http to be between 0 and 65535, got: \(http)")
        }
        guard (1...1_000_000).contains(rate) else {
            throw ValidationError("expected --rate to be between 1 and 1000000, got: \(rate)")
        }
        if let seconds {
            guard seconds > 0, seconds <= 31_536_000 else {
                throw ValidationError(
                    "expected --for to be above 0 and at most 31536000 seconds, got: \(seconds)"
                )
            }
        }
    }

    var options: DevelopmentOptions {
        DevelopmentOptions(
            dataDirectory: data,
            httpPort: http,
            isDemo: demo,
            rate: rate,
            duration: seconds.map { .seconds($0) }
        )
    }

    func run() async throws {
        try await Assembly.develop(options)
    }
}
