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

    /// Makes room for so many more bytes.
    mutating func reserve(_ count: Int) {
        bytes.reserveCapacity(bytes.count + count)
    }

    /// Forgets what was written after so many bytes, and begins a value of its own there.
    mutating func restart(at count: Int) {
        bytes.removeLast(bytes.count - count)
        needsComma = false
    }

    /// Begins a value of its own after what was written.
    mutating func restart() { needsComma = false }

    /// Appends bytes as they are, which need be no JSON.
    mutating func append(_ bytes: Span<UInt8>) { self.bytes.append(bytes) }

    /// Appends what `write` does, which has room for so many bytes; no commas are added.
    @inline(__always)
    mutating func append(addingCapacity count: Int, _ write: (inout OutputSpan<UInt8>) -> Void) {
        bytes.append(addingCapacity: count, initializingWith: write)
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
            output.append(name)
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

    /// Writes text that may need escapes.
    mutating func string(_ text: Span<UInt8>) {
        value { $0.append(quoted: text) }
    }

    /// Writes ASCII text that needs no escapes.
    mutating func string(_ id: TriggerIDs.ID) {
        quoted { text in
            text.append(addingCapacity: TriggerIDs.ID.count) { id.write(to: &$0) }
        }
    }

    /// Writes bytes that are a JSON value already.
    mutating func raw(_ json: Span<UInt8>) {
        value { $0.bytes.append(json) }
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
        append(quoted: text.span)
    }

    private mutating func append(quoted text: Span<UInt8>) {
        bytes.append(addingCapacity: text.quotedCapacity) { $0.append(quoted: text) }
    }

    /// Appends digits without a text of their own, for triggers carry many numbers.
    private mutating func append(_ number: some BinaryInteger) {
        guard let small = UInt64(exactly: number) else {
            bytes.append(contentsOf: "\(number)".utf8)
            return
        }
        bytes.append(digitsOf: small)
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
