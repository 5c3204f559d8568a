extension Consumer {
    /// What a property is that nobody gave, where that is not the library's own default.
    public static var defaultProperties: [String: String] { defaults }

    /// The defaults beside a version of librdkafka, as `rd_kafka_version()` tells it.
    static func defaults(ofVersion version: Int32) -> [String: String] {
        var values = [
            "partition.assignment.strategy": "range",
            "socket.keepalive.enable": "true",
            // A full queue is noticed only when the next fetch has come. The library's own 50 MB, packed
            // as they are, took 130 MiB more and made nothing faster.
            "fetch.max.bytes": "4000000",
        ]
        if version >= 0x0202_00ff {
            // A queue that was full is filled again after milliseconds, so a small one does.
            values["queued.min.messages"] = "50000"
            values["queued.max.messages.kbytes"] = "16384"
            values["fetch.queue.backoff.ms"] = "5"
        } else {
            // When a queue is full, librdkafka before 2.2 stops fetching that partition for a whole
            // second. 64 MiB and what is on its way last for about as long as that. Twice as much
            // took 150 MiB of memory more, for a message takes more than its bytes, and made nothing
            // faster; 16 MiB halved what a worker reads.
            values["queued.min.messages"] = "1000000"
            values["queued.max.messages.kbytes"] = "65536"
        }
        return values
    }

    /// The defaults for a client with these properties: the library refuses a fetch that brings less
    /// than a message may have.
    static func defaults(beside properties: [String: String]) -> [String: String] {
        guard let fetch = defaults["fetch.max.bytes"].flatMap({ Int($0) }),
            let message = properties["message.max.bytes"].flatMap({ Int($0) }), message > fetch
        else { return defaults }
        return defaults.merging(["fetch.max.bytes": "\(message)"]) { $1 }
    }
}
