import LedgerStore

/// Where a page of a list ended, as opaque text: base64url over a version, the list and the position.
///
/// Opaque so that the content may change; versioned so that an old one is refused and not misread.
enum Cursor: Equatable, Sendable {
    /// After this customer id.
    case customer(String)
    /// Below this entry.
    case entry(EntryPosition)
    /// Older than this dead letter.
    case deadLetter(DeadLetterPosition)
    /// After the grants up to this place.
    case grant(GrantPosition)

    private static let version: UInt8 = 1

    private var kind: UInt8 {
        switch self {
        case .customer: UInt8(ascii: "c")
        case .entry: UInt8(ascii: "e")
        case .deadLetter: UInt8(ascii: "d")
        case .grant: UInt8(ascii: "g")
        }
    }

    /// The cursor as answers show it.
    var text: String {
        var bytes = [Self.version, kind]
        switch self {
        case .customer(let id): bytes += Array(id.utf8)
        case .entry(let position):
            bytes += Self.bigEndian(position.sequence) + Self.bigEndian(position.commit)
        case .deadLetter(let position):
            bytes += Self.bigEndian(position.commit) + Self.bigEndian(position.index)
        case .grant(let position):
            bytes += [position.section.rawValue] + Self.bigEndian(position.priority)
            bytes += Self.bigEndian(position.expiresAt) + [position.category]
            bytes += Self.bigEndian(position.effectiveAt) + Self.bigEndian(position.ordinal)
        }
        return Base64URL.encode(bytes)
    }

    /// Reads a cursor; nil where it was never made by this version.
    init?(_ text: String) {
        guard let bytes = Base64URL.decode(text), bytes.count > 2, bytes[0] == Self.version else {
            return nil
        }
        let content = bytes[2...]
        switch bytes[1] {
        case UInt8(ascii: "c"):
            guard let id = String(validating: content, as: UTF8.self) else { return nil }
            self = .customer(id)
        case UInt8(ascii: "e"):
            guard let sequence = Self.integer(content.prefix(8), as: UInt64.self),
                let commit = Self.integer(content.dropFirst(8), as: UInt64.self)
            else { return nil }
            self = .entry(EntryPosition(sequence: sequence, commit: commit))
        case UInt8(ascii: "d"):
            guard let commit = Self.integer(content.prefix(8), as: UInt64.self),
                let index = Self.integer(content.dropFirst(8), as: UInt32.self)
            else { return nil }
            self = .deadLetter(DeadLetterPosition(commit: commit, index: index))
        case UInt8(ascii: "g"):
            guard let position = Self.grantPosition(content) else { return nil }
            self = .grant(position)
        default:
            return nil
        }
    }

    private static func grantPosition(_ content: ArraySlice<UInt8>) -> GrantPosition? {
        var rest = content
        guard
            let section = take(UInt8.self, from: &rest)
                .flatMap(GrantPosition.Section.init(rawValue:)),
            let priority = take(UInt16.self, from: &rest),
            let expiresAt = take(Int64.self, from: &rest),
            let category = take(UInt8.self, from: &rest),
            let effectiveAt = take(Int64.self, from: &rest),
            let ordinal = take(UInt32.self, from: &rest), rest.isEmpty
        else { return nil }
        return GrantPosition(
            section: section,
            priority: priority,
            expiresAt: expiresAt,
            category: category,
            effectiveAt: effectiveAt,
            ordinal: ordinal
        )
    }

    private static func bigEndian<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
        stride(from: Value.bitWidth - 8, through: 0, by: -8).map {
            UInt8(truncatingIfNeeded: value >> Value($0))
        }
    }

    private static func integer<Value: FixedWidthInteger>(
        _ bytes: ArraySlice<UInt8>,
        as type: Value.Type
    ) -> Value? {
        guard bytes.count == Value.bitWidth / 8 else { return nil }
        return bytes.reduce(0) { $0 << 8 | Value($1) }
    }

    /// Takes a number off the front; nil where there are too few bytes for it.
    private static func take<Value: FixedWidthInteger>(
        _ type: Value.Type,
        from bytes: inout ArraySlice<UInt8>
    ) -> Value? {
        let size = Value.bitWidth / 8
        defer { bytes = bytes.dropFirst(size) }
        return integer(bytes.prefix(size), as: type)
    }
}

/// RFC 4648 §5 without padding.
enum Base64URL {
    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8
    )

    static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        var buffer: UInt32 = 0
        var bits = 0
        for byte in bytes {
            buffer = buffer << 8 | UInt32(byte)
            bits += 8
            while bits >= 6 {
                bits -= 6
                text.append(alphabet[Int(buffer >> UInt32(bits) & 63)])
            }
        }
        if bits > 0 { text.append(alphabet[Int(buffer << UInt32(6 - bits) & 63)]) }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes; nil where the text has other characters, a length that no bytes have, or stray bits.
    static func decode(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        var buffer: UInt32 = 0
        var bits = 0
        for character in text.utf8 {
            guard let value = alphabet.firstIndex(of: character) else { return nil }
            buffer = buffer << 6 | UInt32(value)
            bits += 6
            guard bits >= 8 else { continue }
            bits -= 8
            bytes.append(UInt8(truncatingIfNeeded: buffer >> UInt32(bits)))
        }
        guard bits < 6, buffer & (1 << UInt32(bits) - 1) == 0 else { return nil }
        return bytes
    }
}
