import Credits

/// A CloudEvent's attributes in binary mode: headers that are called `ce_` and the attribute.
enum CloudEventHeaders {
    /// Copies the attributes to the arena, after the rules of the fields that they are.
    static func attributes(
        in headers: [MessageHeader],
        _ arena: inout [UInt8]
    ) throws(Refusal) -> CloudEventAttributes {
        let version = value("ce_specversion", headers) ?? []
        try CloudEventVersion.check(version.span)
        guard let id = try name("ce_id", .usageID, 1...256, headers, &arena) else {
            throw .missing(UsageField.usageID.name)
        }
        guard let source = try name("ce_source", .source, 0...256, headers, &arena) else {
            throw .missing(UsageField.source.name)
        }
        let subject = try name("ce_subject", .customerID, 1...128, headers, &arena)
        guard let type = try name("ce_type", .action, 1...256, headers, &arena) else {
            throw .missing(UsageField.action.name)
        }
        return CloudEventAttributes(
            id: id,
            source: source,
            subject: subject,
            type: type,
            time: try time(headers)
        )
    }

    /// How an event in binary mode spells a field; its data is the value, and spells it as we do.
    static func spelling(_ field: UsageField) -> String? {
        let name = CloudEventReader.spelling(field)
        return name.flatMap { $0.hasPrefix("data.") ? nil : "ce_\($0)" }
    }

    /// The last header of that name, as Kafka's own clients take it.
    private static func value(_ header: String, _ headers: [MessageHeader]) -> [UInt8]? {
        headers.last { $0.name == header }?.value
    }

    private static func name(
        _ header: String,
        _ field: UsageField,
        _ lengths: ClosedRange<Int>,
        _ headers: [MessageHeader],
        _ arena: inout [UInt8]
    ) throws(Refusal) -> ByteSlice? {
        guard let value = value(header, headers) else { return nil }
        guard NameRules.isText(value.span) else {
            throw .expected(.invalidField, field.name, "UTF-8", got: Excerpt.text(value.span))
        }
        try NameRules.check(value.span, as: field.name, lengths: lengths)
        return arena.appendSlice(value.span)
    }

    private static func time(_ headers: [MessageHeader]) throws(Refusal) -> Timestamp? {
        guard let value = value("ce_time", headers) else { return nil }
        guard let time = Timestamp(text: value.span) else {
            throw .expected(
                .invalidField,
                UsageField.occurredAt.name,
                "an RFC 3339 time in the years 0001 to 9999",
                got: Excerpt.text(value.span)
            )
        }
        return time
    }
}
