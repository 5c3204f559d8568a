import CRdKafka

/// Builds the library's configuration object, and the client from it.
@safe
struct ClientConfiguration: ~Copyable {
    private var pointer: OpaquePointer?

    /// The library's defaults, but for one.
    ///
    /// Nagle's algorithm keeps the end of a request until everything before it is acknowledged, which
    /// the other side's kernel may put off for 40 ms: requests come whole, so it can only cost.
    init() {
        unsafe pointer = rd_kafka_conf_new()
        _ = unsafe setProperty(pointer, "socket.nagle.disable", "true")
    }

    deinit {
        if let pointer = unsafe pointer { unsafe rd_kafka_conf_destroy(pointer) }
    }

    borrowing func set(_ key: String, _ value: String) throws(KafkaError) {
        let (result, reason) = unsafe setProperty(pointer, key, value)
        guard result == RD_KAFKA_CONF_OK else { throw .configuration(reason) }
    }

    /// Sets the defaults, then the caller's properties, then what is not his to choose.
    ///
    /// One after the other, for a property can have two names: `compression.codec` of the caller must
    /// win over `compression.type` of the defaults, and of two that are the same the library keeps
    /// the one that was set last.
    borrowing func set(
        _ properties: [String: String],
        defaults: [String: String],
        owned: [String: String]
    ) throws(KafkaError) {
        if let fault = KafkaProperties.validate(properties).first {
            throw .configuration(fault.message)
        }
        for values in [defaults, properties, owned] {
            // In an order that is the same each time, should the caller use both names.
            for (key, value) in values.sorted(by: { $0.key < $1.key }) { try set(key, value) }
        }
    }

    /// What a property is set to, under either of its names; nil: the library knows none of that name.
    borrowing func value(of key: String) -> String? { unsafe propertyValue(pointer, key) }

    /// Hands every callback to the context.
    borrowing func connect(_ context: ClientContext) {
        unsafe rd_kafka_conf_set_opaque(pointer, Unmanaged.passUnretained(context).toOpaque())
        unsafe rd_kafka_conf_set_log_cb(pointer, forwardLog)
        unsafe rd_kafka_conf_set_error_cb(pointer, forwardError)
        unsafe rd_kafka_conf_set_stats_cb(pointer, forwardStatistics)
        guard context.rebalancing != nil else { return }
        unsafe rd_kafka_conf_set_rebalance_cb(pointer, forwardRebalance)
        unsafe rd_kafka_conf_set_offset_commit_cb(pointer, forwardAcknowledgement)
    }

    /// Has each of the library's threads step back behind those of other clients and of the process.
    ///
    /// - Parameter niceness: as in `nice(2)`, from 0, nothing, to 19.
    borrowing func setNiceness(_ niceness: Int) {
        guard niceness > 0 else { return }
        // The number itself goes where the library takes a pointer: nothing to keep or to free.
        let opaque = unsafe UnsafeMutableRawPointer(bitPattern: niceness)
        unsafe rd_kafka_conf_interceptor_add_on_new(pointer, niceName, askToStepBack, opaque)
    }

    borrowing func enableEvents(_ events: Int32) {
        unsafe rd_kafka_conf_set_events(pointer, events)
    }

    /// Starts the client.
    ///
    /// The library takes the configuration over only if that succeeds.
    mutating func makeClient(_ type: rd_kafka_type_t) throws(KafkaError) -> OpaquePointer {
        var text = [CChar](repeating: 0, count: 512)
        guard let client = unsafe rd_kafka_new(type, pointer, &text, text.count) else {
            let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            throw .configuration(String(decoding: bytes, as: UTF8.self))
        }
        unsafe pointer = nil
        return unsafe client
    }
}
