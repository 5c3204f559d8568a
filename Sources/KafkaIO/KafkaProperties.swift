import CRdKafka

/// A property that cannot be used, and why.
public struct PropertyFault: Equatable, Sendable {
    public let key: String
    /// In the form `expected kafka.<key> to be <constraint>, got: <value>`.
    public let message: String
}

/// librdkafka's properties, as they stand in the configuration.
public struct KafkaProperties {
    /// Those that are ours, because each could let messages be lost or taken twice without a word.
    public static let owned: Set<String> = Set(ownedValues.keys)

    static let ownedValues = [
        "enable.auto.commit": "false",
        "enable.auto.offset.store": "false",
        "auto.offset.reset": "error",
        "isolation.level": "read_committed",
        "check.crcs": "true",
    ]

    /// Of properties that have two names: one, and the one that the library goes by.
    static let aliases = [
        "acks": "request.required.acks",
        "bootstrap.servers": "metadata.broker.list",
        "compression.type": "compression.codec",
        "delivery.timeout.ms": "message.timeout.ms",
        "linger.ms": "queue.buffering.max.ms",
        "max.in.flight": "max.in.flight.requests.per.connection",
        "max.partition.fetch.bytes": "fetch.message.max.bytes",
        "retries": "message.send.max.retries",
        "sasl.mechanism": "sasl.mechanisms",
    ]

    /// The library's other name for the same property; nil: there is none.
    public static func otherName(of key: String) -> String? {
        aliases[key] ?? aliases.first { $0.value == key }?.key
    }

    /// Values under these keys are never repeated in a message.
    private static let secretKeyParts = ["password", "secret", "key.pem", "oauthbearer", "jaas"]

    private static func hasSecretName(_ key: String) -> Bool {
        secretKeyParts.contains { key.contains($0) }
    }

    /// Whether a value under this key, or a part of it, is not to be repeated; a name that the library
    /// does not know may be a mistyped password's.
    public static func mayBeSecret(_ key: String) -> Bool {
        if hasSecretName(key) { return true }
        let scratch = unsafe rd_kafka_conf_new()
        defer { unsafe rd_kafka_conf_destroy(scratch) }
        let (result, _) = unsafe setProperty(scratch, key, "")
        return result == RD_KAFKA_CONF_UNKNOWN
    }

    /// Checks each property for itself, without IO.
    ///
    /// - Returns: one fault for each property that is ours, unknown, refused by the library, or
    ///   known to be broken in the version that is linked; ordered by key.
    public static func validate(_ properties: [String: String]) -> [PropertyFault] {
        validate(properties, linkedVersion: rd_kafka_version())
    }

    static func validate(
        _ properties: [String: String],
        linkedVersion: Int32
    ) -> [PropertyFault] {
        properties.sorted { $0.key < $1.key }.compactMap { key, value in
            constraint(on: key, value, linkedVersion: linkedVersion).map { constraint in
                let shown = value.isEmpty ? "nothing" : hasSecretName(key) ? "(hidden)" : value
                return PropertyFault(
                    key: key,
                    message: "expected kafka.\(key) to be \(constraint), got: \(shown)"
                )
            }
        }
    }

    /// What the property must be and is not, or nil if it may stand.
    private static func constraint(
        on key: String,
        _ value: String,
        linkedVersion: Int32
    ) -> String? {
        if let ours = ownedValues[key] {
            return "left out (it is always \(ours))"
        }
        if key == "delivery.report.only.error", value != "false" {
            return "left out (without reports of success nothing would count as published)"
        }
        if key == "partitioner", value == "random" {
            return "one that keeps a key in its partition (triggers stay in order by their key)"
        }
        if key == "transactional.id" {
            return "left out (the producer is idempotent, not transactional)"
        }
        if key == "group.id", value.isEmpty {
            return "the name of a group (without one nothing would be read)"
        }
        if key == "log.queue" {
            return "left out (log lines are handed on as they come)"
        }
        if key == "enable.idempotence" || key == "enable.partition.eof", value != "true" {
            return "true or left out"
        }
        if key == "partition.assignment.strategy", value.contains("cooperative-sticky"),
            linkedVersion < 0x020a_01ff
        {
            return "range or roundrobin (cooperative-sticky needs librdkafka 2.10.1, linked is "
                + "\(name(ofVersion: linkedVersion)))"
        }
        if key == "client.rack", !value.isEmpty, linkedVersion < 0x0201_01ff {
            return "left out (it needs librdkafka 2.1.1, linked is "
                + "\(name(ofVersion: linkedVersion)))"
        }
        return libraryConstraint(on: key, value)
    }

    private static func libraryConstraint(on key: String, _ value: String) -> String? {
        let scratch = unsafe rd_kafka_conf_new()
        defer { unsafe rd_kafka_conf_destroy(scratch) }
        let (result, _) = unsafe setProperty(scratch, key, value)
        switch result {
        case RD_KAFKA_CONF_OK: return nil
        case RD_KAFKA_CONF_UNKNOWN: return "a property of librdkafka"
        default: return unsafe "\(constraintText(of: scratch, key))"
        }
    }

    /// The library names no range in its refusal; its default shows at least the form.
    private static func constraintText(of configuration: OpaquePointer?, _ key: String) -> String {
        guard let value = unsafe propertyValue(configuration, key), !value.isEmpty else {
            return "a value that librdkafka accepts"
        }
        return "a value that librdkafka accepts, such as \(value)"
    }

    /// Such as `2.0.2`.
    static func name(ofVersion version: Int32) -> String {
        "\(version >> 24 & 0xff).\(version >> 16 & 0xff).\(version >> 8 & 0xff)"
    }

    /// The version of librdkafka that is linked, such as `2.0.2`.
    public static var linkedVersion: String { name(ofVersion: rd_kafka_version()) }
}

/// Sets one property; on refusal the text says why, in the library's words.
func setProperty(
    _ configuration: OpaquePointer?,
    _ key: String,
    _ value: String
) -> (result: rd_kafka_conf_res_t, reason: String) {
    var text = [CChar](repeating: 0, count: 512)
    let result = unsafe rd_kafka_conf_set(configuration, key, value, &text, text.count)
    guard result != RD_KAFKA_CONF_OK else { return (result, "") }
    let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    return (result, String(decoding: bytes, as: UTF8.self))
}

/// What one property is set to, up to its first 255 bytes; nil: there is none of that name.
func propertyValue(_ configuration: OpaquePointer?, _ key: String) -> String? {
    var size = 256
    var text = [CChar](repeating: 0, count: size)
    let result = unsafe rd_kafka_conf_get(configuration, key, &text, &size)
    guard result == RD_KAFKA_CONF_OK else { return nil }
    let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    return String(decoding: bytes, as: UTF8.self)
}
