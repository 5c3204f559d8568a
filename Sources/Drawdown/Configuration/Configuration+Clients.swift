import KafkaIO

extension Configuration.Loaded {
    /// Has librdkafka judge the properties of `kafka` as a whole, which it does only where it makes a
    /// client: each may be right by itself, and two of them contradict each other.
    ///
    /// The clients are those that `run` makes, and end at once. They are told of no brokers, so that
    /// nothing is connected to.
    ///
    /// - Parameter file: the name under which the person at the terminal knows the file.
    /// - Throws: what the library has against them, beside the warnings.
    func checkClients(file: String) throws(ConfigurationFaults) {
        let sending = WorkerAssembly.producerProperties(of: configuration)
        var reasons: [String] = []
        func attempt(_ make: () throws(KafkaError) -> Void) {
            do throws(KafkaError) {
                try make()
            } catch {
                // What concerns all clients is said once.
                if !reasons.contains(error.reason) { reasons.append(error.reason) }
            }
        }
        attempt { () throws(KafkaError) in try Self.tryConsumer(configuration.kafka) }
        attempt { () throws(KafkaError) in try Self.tryProducer(sending) }
        attempt { () throws(KafkaError) in
            try Self.tryProducer(KafkaCommandSubmitter.properties(from: sending))
        }
        guard !reasons.isEmpty else { return }
        let faults = reasons.map { reason in
            ConfigurationFault(
                kafkaPlace,
                key: "kafka",
                message: "librdkafka refuses the properties of kafka: \(reason)"
            )
        }
        throw ConfigurationFaults(file: file, faults: (warnings + faults).inReadingOrder())
    }

    /// How long the end of a client is waited for; one that knows no broker takes milliseconds.
    ///
    /// A thread of the library that goes on while the process ends may use what is gone already.
    private static let patience = Duration.seconds(2)

    private static func tryConsumer(_ properties: [String: String]) throws(KafkaError) {
        let consumer = try Consumer(
            properties: alone(properties),
            clientID: "drawdown",
            log: { _ in }
        )
        _ = consumer.close(timeout: patience)
    }

    private static func tryProducer(_ properties: [String: String]) throws(KafkaError) {
        let producer = try Producer(
            properties: alone(properties),
            clientID: "drawdown",
            log: { _ in }
        )
        _ = producer.close(timeout: patience)
    }

    /// The properties of a client that talks to nobody.
    private static func alone(_ properties: [String: String]) -> [String: String] {
        var properties = properties
        for name in ["bootstrap.servers", "metadata.broker.list"] { properties[name] = nil }
        let mechanism = properties["sasl.mechanisms"] ?? properties["sasl.mechanism"] ?? "GSSAPI"
        let isSASL = properties["security.protocol"]?.lowercased().hasPrefix("sasl_") == true
        if isSASL, mechanism.uppercased() == "GSSAPI" {
            // Else a client runs kinit, which asks for a ticket and may take longer than we wait.
            properties["sasl.kerberos.min.time.before.relogin"] = "0"
        }
        return properties
    }
}
