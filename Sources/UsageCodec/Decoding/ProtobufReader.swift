import Credits
import SwiftProtobuf

/// Reads usage events in Protocol Buffers (`schemas/usage_event.proto`), by the rules of JSON.
///
/// `Generated/usage_event.pb.swift` was made by protoc 3.21.12 and the protoc-gen-swift of
/// swift-protobuf 1.39.0, from the folder `schemas`, and is made anew where the schema changes:
///
///     protoc --swift_out=../Sources/UsageCodec/Generated --swift_opt=Visibility=Internal \
///         --swift_opt=UseAccessLevelOnImports=true usage_event.proto
struct ProtobufReader: Sendable {
    private typealias Field = UsageField

    /// What a message says, field by field in the contract's order.
    ///
    /// - Parameters:
    ///   - message: as it was received; its key stands in for the customer.
    ///   - arena: holds its value, and gets the texts.
    /// - Returns: the fields, checked.
    /// - Throws: ``Refusal``: the first field at fault, or none where the bytes are no message.
    func fields(
        of message: ReceivedMessage,
        in arena: inout [UInt8]
    ) throws(Refusal) -> UsageFields {
        let event = try Self.event(in: message, arena)
        var fields = UsageFields()
        guard let usageID = try Self.name(event.usageID, .usageID, 256, &arena) else {
            throw .missing(Field.usageID.name)
        }
        fields.usageID = usageID
        fields.source = try Self.name(event.source, .source, 256, &arena) ?? .empty
        if let customerID = try Self.name(event.customerID, .customerID, 128, &arena) {
            fields.customerID = customerID
        } else {
            fields.customerID = try AccountDirectory.customer(of: message, in: arena)
        }
        fields.creditType = try Self.name(event.creditType, .creditType, 64, &arena)
        let action = try Self.name(event.action, .action, 256, &arena)
        fields.action = action ?? .empty
        if let quantity = try Self.amount(event.quantity, .quantity) { fields.quantity = quantity }
        fields.credits = try Self.amount(event.credits, .credits)
        guard action != nil || fields.credits != nil else { throw UsageFields.missingPrice() }
        fields.occurredAt = try Self.moment(event) ?? message.timestamp
        fields.dimensions = try Self.dimensions(event.dimensions, in: &arena)
        fields.holdID = try Self.name(event.holdID, .holdID, 256, &arena) ?? .empty
        return fields
    }

    private static func event(
        in message: ReceivedMessage,
        _ arena: borrowing [UInt8]
    ) throws(Refusal) -> Drawdown_V1_UsageEvent {
        let name = Drawdown_V1_UsageEvent.protoMessageName
        guard message.hasValue else {
            throw .expectedMessage(.invalidField, "a \(name)", got: "nothing (a tombstone)")
        }
        var options = BinaryDecodingOptions()
        options.discardUnknownFields = true
        do {
            let bytes = Array(arena[message.value.range])
            return try Drawdown_V1_UsageEvent(serializedBytes: bytes, options: options)
        } catch {
            throw .expectedMessage(
                .invalidField,
                "a \(name) in Protocol Buffers",
                got: "\(message.value.count) bytes that are none"
            )
        }
    }

    /// A text without control characters, copied to the arena; nil where it is empty, which in
    /// Protocol Buffers is absent.
    private static func name(
        _ text: String,
        _ field: Field,
        _ maximumLength: Int,
        _ arena: inout [UInt8]
    ) throws(Refusal) -> ByteSlice? {
        guard !text.isEmpty else { return nil }
        let slice = arena.appendSlice(text.utf8)
        try NameRules.check(arena.view(slice), as: field.name, lengths: 1...maximumLength)
        return slice
    }

    /// A decimal that is not below 0; nil where it is absent.
    private static func amount(_ text: String, _ field: Field) throws(Refusal) -> Amount? {
        guard !text.isEmpty else { return nil }
        let amount = try decimal(text, field.name)
        guard !amount.isNegative else {
            throw .expected(
                .invalidField,
                field.name,
                "0 or more",
                got: "\"\(Excerpt.text(text))\""
            )
        }
        return amount
    }

    private static func decimal(_ text: String, _ field: String) throws(Refusal) -> Amount {
        do throws(AmountFault) {
            return try Amount(text)
        } catch {
            throw .malformedAmount(error, field, got: "\"\(Excerpt.text(text))\"")
        }
    }

    private static func moment(_ event: Drawdown_V1_UsageEvent) throws(Refusal) -> Timestamp? {
        guard event.hasOccurredAt else { return nil }
        let (seconds, nanos) = (event.occurredAt.seconds, event.occurredAt.nanos)
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        // Whole seconds leave room for their parts: a moment's range ends with a second.
        guard !overflow, (0..<1_000_000_000).contains(nanos),
            let second = Timestamp(microseconds: whole),
            let moment = Timestamp(microseconds: second.microseconds + Int64(nanos / 1000))
        else {
            throw .expected(
                .invalidField,
                Field.occurredAt.name,
                "a time in the years 0001 to 9999, of 0 to 999999999 nanoseconds",
                got: "\(seconds) s and \(nanos) ns"
            )
        }
        return moment
    }
}

// Dimensions.
extension ProtobufReader {
    /// The canonical dimensions, appended to the arena.
    private static func dimensions(
        _ members: [String: Drawdown_V1_DimensionValue],
        in arena: inout [UInt8]
    ) throws(Refusal) -> ByteSlice {
        guard !members.isEmpty else { return .empty }
        var canonical: [UInt8] = []
        let sorted = members.map { (name: Array($0.key.utf8), value: $0.value) }
            .sorted { $0.name.lexicographicallyPrecedes($1.name) }
        for (name, value) in sorted {
            guard let value = value.value else { continue }
            try append(name, value, to: &canonical)
        }
        return canonical.isEmpty ? .empty : arena.appendSlice(canonical)
    }

    private static func append(
        _ name: [UInt8],
        _ value: Drawdown_V1_DimensionValue.OneOf_Value,
        to canonical: inout [UInt8]
    ) throws(Refusal) {
        let path = "\(Field.dimensions.name).\(Excerpt.text(name.span))"
        guard 1...Dimensions.maximumNameLength ~= name.count,
            !NameRules.hasControlCharacters(name.span)
        else { throw .unnamedDimension(path, got: Excerpt.text(name.span)) }
        switch value {
        case .text(let text):
            let bytes = Array(text.utf8)
            guard bytes.count <= Dimensions.maximumValueLength else {
                let excerpt = "\"\(Excerpt.text(text))\""
                throw .expected(.invalidField, path, "at most 65535 bytes", got: excerpt)
            }
            Dimensions.append(name: name, kind: .text, value: bytes, to: &canonical)
        case .number(let text):
            let number = "\(try decimal(text, path))"
            Dimensions.append(name: name, kind: .number, value: number.utf8, to: &canonical)
        }
    }
}
