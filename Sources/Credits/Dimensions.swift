/// The value of a dimension.
public enum DimensionValue: Hashable, Sendable {
    case text(String)
    /// A JSON number, as canonical text: without exponent and trailing zeros where it is an
    /// ``Amount``, else as it was written.
    case number(String)

    init(_ kind: Dimensions.Kind, _ value: Span<UInt8>) {
        let text = String(span: value)
        self = kind == .text ? .text(text) : .number(text)
    }
}

/// Dimensions in their canonical bytes: sorted by name, each `length name kind length value`.
///
/// Equal dimensions have equal bytes, whatever order and spelling they came in, so they can be
/// hashed, compared and kept as one slice. Lengths are one byte for names and two (little endian)
/// for values.
public enum Dimensions {
    /// Bytes in a dimension's name, at most.
    public static let maximumNameLength = 255
    /// Bytes in a dimension's value, at most.
    public static let maximumValueLength = 65_535

    public enum Kind: UInt8, Sendable, BitwiseCopyable {
        case text = 1
        case number = 2
    }

    /// Appends one dimension; the caller appends them in ascending order of their names' bytes.
    public static func append(
        name: some Collection<UInt8>,
        kind: Kind,
        value: some Collection<UInt8>,
        to output: inout [UInt8]
    ) {
        output.append(UInt8(name.count))
        output.append(contentsOf: name)
        output.append(kind.rawValue)
        output.append(UInt8(truncatingIfNeeded: value.count))
        output.append(UInt8(truncatingIfNeeded: value.count >> 8))
        output.append(contentsOf: value)
    }

    /// Calls `body` for each dimension until it returns false; false if the bytes are damaged.
    @discardableResult
    public static func forEach(
        in bytes: Span<UInt8>,
        _ body: (_ name: Span<UInt8>, _ kind: Kind, _ value: Span<UInt8>) -> Bool
    ) -> Bool {
        var position = 0
        while position < bytes.count {
            guard let place = place(at: position, in: bytes) else { return false }
            let isWanted = body(
                bytes.extracting(place.name),
                place.kind,
                bytes.extracting(place.value)
            )
            guard isWanted else { return true }
            position = place.value.upperBound
        }
        return true
    }

    /// Where one dimension stands in the canonical bytes.
    struct Place {
        let name: Range<Int>
        let kind: Kind
        let value: Range<Int>
    }

    /// The dimension of that name; nil where there is none, or the bytes before it are damaged.
    static func find(_ name: Span<UInt8>, in bytes: Span<UInt8>) -> Place? {
        var position = 0
        while position < bytes.count, let place = place(at: position, in: bytes) {
            if bytes.extracting(place.name).hasSameBytes(as: name) { return place }
            position = place.value.upperBound
        }
        return nil
    }

    /// The dimension that begins at a position; nil: the bytes are damaged.
    private static func place(at position: Int, in bytes: Span<UInt8>) -> Place? {
        let nameStart = position + 1
        let nameEnd = nameStart + Int(bytes[position])
        guard nameEnd + 3 <= bytes.count, let kind = Kind(rawValue: bytes[nameEnd]) else {
            return nil
        }
        let count = Int(bytes[nameEnd + 1]) | Int(bytes[nameEnd + 2]) << 8
        let valueStart = nameEnd + 3
        guard valueStart + count <= bytes.count else { return nil }
        return Place(
            name: nameStart..<nameEnd,
            kind: kind,
            value: valueStart..<valueStart + count
        )
    }

    /// The dimensions as names and values, in ascending order of names.
    public static func list(in bytes: Span<UInt8>) -> [(name: String, value: DimensionValue)] {
        var list: [(name: String, value: DimensionValue)] = []
        forEach(in: bytes) { name, kind, value in
            list.append((String(span: name), DimensionValue(kind, value)))
            return true
        }
        return list
    }
}

extension String {
    /// Text from borrowed bytes; what is not UTF-8 is repaired.
    public init(span bytes: Span<UInt8>) {
        // Safe: the pointer does not leave the closure.
        self = unsafe bytes.withUnsafeBufferPointer {
            unsafe String(decoding: $0, as: UTF8.self)
        }
    }
}
