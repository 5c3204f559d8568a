import ArgumentParser

/// What `drawdown dev` was asked for.
struct DevelopmentOptions: Equatable, Sendable {
    /// The directory of the store and of `dev.json`, made when it is missing; nil: that of the
    /// environment, else ``standardDirectory``.
    var dataDirectory: String?
    /// The API's port on loopback; 0 takes a free one, nil that of the environment, else 8080.
    var httpPort: Int?
    /// Whether live traffic is made.
    var isDemo = false
    /// Demo messages per second.
    var rate = 200
    /// Ends by itself after so long; nil runs until it is stopped.
    var duration: Duration?

    static let standardDirectory = "./drawdown-data"

    /// What `dev` has of its own, as a configuration file would say it: what the environment says goes
    /// before it.
    ///
    /// A playground does not take a gigabyte of a developer's disk.
    private static let file = """
        start: earliest
        kafka: { bootstrap.servers: 127.0.0.1:9092 }
        store: { embedded: { path: \(standardDirectory), reserve: 16MiB } }
        http: { listen: 127.0.0.1:8080 }
        """

    /// The defaults and what the environment says instead, read from the start, with the demo's prices
    /// unless others are given; the caller fills in the broker.
    ///
    /// - Throws: what is wrong with the environment.
    func configuration(
        environment: [String: String]
    ) throws(ConfigurationFaults) -> Configuration.Loaded {
        // The broker and its topics are its own, whatever is said of others; and what a flag says is said.
        var own = ["DRAWDOWN_KAFKA", "DRAWDOWN_TOPICS"]
        if httpPort != nil { own.append("DRAWDOWN_HTTP_LISTEN") }
        if dataDirectory != nil { own.append("DRAWDOWN_STORE_EMBEDDED_PATH") }
        let variables = environment.filter { variable in
            !own.contains { variable.key == $0 || variable.key.hasPrefix($0 + "_") }
        }
        let loaded = try Configuration.parse(Self.file, file: "dev", environment: variables)
        var configuration = loaded.configuration
        if let dataDirectory { configuration.store.path = dataDirectory }
        if let httpPort {
            configuration.http.listen = ListenAddress(host: "127.0.0.1", port: httpPort)
        }
        if configuration.rateCards.isEmpty { configuration.rateCards = [DemoRates.card] }
        return Configuration.Loaded(configuration: configuration, warnings: loaded.warnings)
    }
}

/// The command `drawdown dev`.
struct DevCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dev",
        abstract: "Run everything on this machine: broker, store, worker and API.",
        discussion: """
            Needs nothing but this program. The broker is part of it and forgets its messages when \
            it ends. Of each partition it keeps about 5 MiB: who sends faster than the worker reads \
            makes it miss messages, which ends it with 76; the demo waits for it instead. The ledger \
            stays in the data directory. Addresses are printed, and written to DIR/dev.json once \
            everything is ready. Settings have their defaults; each but those of the \
            broker and the topics can be given by its variable, such as \
            DRAWDOWN_DEFAULTS_OVERDRAFT=refuse.

            Examples:
              drawdown dev --demo
              drawdown dev --data ./play --http 0 --demo --rate 1000 --for 60
            """
    )

    @Option(
        help: ArgumentHelp(
            "Where the ledger is kept. Default: \(DevelopmentOptions.standardDirectory).",
            valueName: "dir"
        )
    )
    var data: String?

    @Option(
        help: ArgumentHelp("The port of the API; 0 for any. Default: 8080.", valueName: "port")
    )
    var http: Int?

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
        guard data?.isEmpty != true else {
            throw ValidationError("expected --data to be a directory, got: nothing")
        }
        if let http, !(0...65_535).contains(http) {
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
