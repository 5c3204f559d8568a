public import Credits

/// Writes JSON (RFC 8259) into one array of bytes, without white space.
///
/// Amounts and times are strings, as the contract has them. Members and elements are separated by
/// the writer; that keys and values alternate within an object is up to the caller.
public struct JSONWriter: Sendable {
    /// What was written so far.
    public private(set) var bytes: [UInt8] = []
    private var needsComma = false

    public init() {}

    /// - Parameter capacity: bytes to make room for.
    init(capacity: Int) {
        bytes.reserveCapacity(capacity)
    }

    /// What was written, in an array of its own that is no longer than it.
    func copy() -> [UInt8] {
        unsafe bytes.withUnsafeBufferPointer { unsafe Array($0) }
    }

    /// Forgets what was written, and keeps the memory.
    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        needsComma = false
    }

    /// Writes `{`, what `body` writes, and `}`.
    public mutating func object(_ body: (inout JSONWriter) -> Void) {
        enclosed(UInt8(ascii: "{"), UInt8(ascii: "}"), body)
    }

    /// Writes `[`, what `body` writes, and `]`.
    public mutating func array(_ body: (inout JSONWriter) -> Void) {
        enclosed(UInt8(ascii: "["), UInt8(ascii: "]"), body)
    }

    /// Writes the name of a member, which needs no escapes; its value must follow.
    public mutating func key(_ name: StaticString) {
        let count = name.utf8CodeUnitCount
        // Names are most of what is written: each goes in one step.
        bytes.append(addingCapacity: count + 4) { output in
            if needsComma { output.append(UInt8(ascii: ",")) }
            output.append(UInt8(ascii: "\""))
            // Safe: a static string's bytes outlive the program.
            output.append(
                unsafe Span(_unsafeStart: name.utf8Start, count: count)
            )
            output.append(UInt8(ascii: "\""))
            output.append(UInt8(ascii: ":"))
        }
        needsComma = false
    }

    /// Writes the name of a member that somebody else chose; its value must follow.
    public mutating func key(named name: String) {
        separate()
        appendQuoted(name.utf8)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    public mutating func string(_ text: String) {
        value { $0.appendQuoted(text.utf8) }
    }

    public mutating func amount(_ amount: Amount) {
        quoted { amount.write(to: &$0) }
    }

    public mutating func timestamp(_ timestamp: Timestamp) {
        quoted { timestamp.write(to: &$0) }
    }

    public mutating func integer(_ number: some BinaryInteger) {
        value { $0.append(number) }
    }

    public mutating func bool(_ flag: Bool) {
        value { $0.bytes.append(contentsOf: (flag ? "true" : "false").utf8) }
    }

    public mutating func null() {
        value { $0.bytes.append(contentsOf: "null".utf8) }
    }

    /// Writes ASCII text that needs no escapes.
    mutating func string(ascii text: [UInt8]) {
        quoted { $0.append(contentsOf: text) }
    }

    /// Writes bytes that are a JSON value already.
    mutating func raw(_ json: [UInt8]) {
        value { $0.bytes.append(contentsOf: json) }
    }

    /// Writes text that is a JSON number already.
    public mutating func number(text: String) {
        value { $0.bytes.append(contentsOf: text.utf8) }
    }

    private mutating func enclosed(
        _ opening: UInt8,
        _ closing: UInt8,
        _ body: (inout JSONWriter) -> Void
    ) {
        separate()
        bytes.append(opening)
        needsComma = false
        body(&self)
        bytes.append(closing)
        needsComma = true
    }

    private mutating func value(_ write: (inout JSONWriter) -> Void) {
        separate()
        write(&self)
        needsComma = true
    }

    /// Writes text that needs no escapes.
    private mutating func quoted(_ write: (inout [UInt8]) -> Void) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        write(&bytes)
        bytes.append(UInt8(ascii: "\""))
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
    }

    private mutating func appendQuoted(_ text: String.UTF8View) {
        bytes.append(UInt8(ascii: "\""))
        // Nearly all texts go as they are, in one piece.
        let isDone = unsafe text.withContiguousStorageIfAvailable { text in
            let text = unsafe text.span
            guard !Self.needsEscape(text) else { return false }
            bytes.append(text)
            return true
        }
        if isDone != true {
            for byte in text { appendEscaped(byte) }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Whether any byte may not stand in a string as it is; eight are looked at in one go.
    private static func needsEscape(_ text: Span<UInt8>) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        // Safe to view raw: a UInt8 has no padding.
        let raw = unsafe text.bytes
        var strange: UInt64 = 0
        var position = 0
        while position + 8 <= text.count {
            // Safe: the eight bytes lie within the text, and any bit pattern is a UInt64.
            let word = unsafe raw.unsafeLoadUnaligned(fromByteOffset: position, as: UInt64.self)
            let quotes = word ^ ones &* UInt64(UInt8(ascii: "\""))
            let slashes = word ^ ones &* UInt64(UInt8(ascii: "\\"))
            strange |= (quotes &- ones) & ~quotes
            strange |= (slashes &- ones) & ~slashes
            strange |= (word &- ones &* 0x20) & ~word
            position += 8
        }
        var isStrange = strange & (ones &* 0x80) != 0
        for index in position..<text.count where needsEscape(text[index]) { isStrange = true }
        return isStrange
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    /// Appends digits without a text of their own, for triggers carry many numbers.
    private mutating func append(_ number: some BinaryInteger) {
        guard let small = UInt64(exactly: number) else {
            bytes.append(contentsOf: "\(number)".utf8)
            return
        }
        bytes.append(digitsOf: small)
    }

    private mutating func appendEscaped(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            bytes.append(UInt8(ascii: "\\"))
            bytes.append(byte)
        case 0x0A: bytes.append(contentsOf: "\\n".utf8)
        case 0x0D: bytes.append(contentsOf: "\\r".utf8)
        case 0x09: bytes.append(contentsOf: "\\t".utf8)
        case ..<0x20:
            bytes.append(contentsOf: "\\u00".utf8)
            bytes.append(Hexadecimal.digit(byte >> 4))
            bytes.append(Hexadecimal.digit(byte & 15))
        default: bytes.append(byte)
        }
    }
}

/// Members of an object: a name and its value.
extension JSONWriter {
    public mutating func member(_ name: StaticString, _ text: String) {
        key(name)
        string(text)
    }

    /// A member whose name somebody else chose.
    public mutating func member(named name: String, _ text: String) {
        key(named: name)
        string(text)
    }

    public mutating func member(_ name: StaticString, _ amount: Amount) {
        key(name)
        self.amount(amount)
    }

    public mutating func member(_ name: StaticString, _ timestamp: Timestamp) {
        key(name)
        self.timestamp(timestamp)
    }

    public mutating func member(_ name: StaticString, _ number: some BinaryInteger) {
        key(name)
        integer(number)
    }

    public mutating func member(_ name: StaticString, _ flag: Bool) {
        key(name)
        bool(flag)
    }

    /// A text, or null.
    public mutating func member(_ name: StaticString, orNull text: String?) {
        key(name)
        if let text { string(text) } else { null() }
    }

    /// An amount, or null.
    public mutating func member(_ name: StaticString, orNull amount: Amount?) {
        key(name)
        if let amount { self.amount(amount) } else { null() }
    }

    /// A time, or null.
    public mutating func member(_ name: StaticString, orNull timestamp: Timestamp?) {
        key(name)
        if let timestamp { self.timestamp(timestamp) } else { null() }
    }

    public mutating func objectMember(_ name: StaticString, _ body: (inout JSONWriter) -> Void) {
        key(name)
        object(body)
    }

    public mutating func arrayMember(_ name: StaticString, _ body: (inout JSONWriter) -> Void) {
        key(name)
        array(body)
    }
}

/// Lowercase hexadecimal text.
enum Hexadecimal {
    static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    static func text(_ bytes: some Collection<UInt8>) -> String {
        var text: [UInt8] = []
        append(bytes, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    static func append(_ bytes: some Collection<UInt8>, to text: inout [UInt8]) {
        text.append(addingCapacity: 2 * bytes.count) { output in
            for byte in bytes {
                output.append(digit(byte >> 4))
                output.append(digit(byte & 15))
            }
        }
    }
}
