/// JSON as it is written: strings escaped per RFC 8259, commas in their places.
struct JSONText {
    private(set) var bytes: [UInt8] = []
    private var needsComma = false

    static func object(_ content: (inout JSONText) -> Void) -> [UInt8] {
        var json = JSONText()
        json.object(content)
        return json.bytes
    }

    mutating func object(_ content: (inout JSONText) -> Void) {
        open("{")
        content(&self)
        close("}")
    }

    mutating func array(_ content: (inout JSONText) -> Void) {
        open("[")
        content(&self)
        close("]")
    }

    /// Writes a member's name; the next value is its own.
    mutating func key(_ name: String) {
        separate()
        writeString(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    mutating func value(_ text: String?) {
        guard let text else { return literal("null") }
        separate()
        writeString(text)
    }

    mutating func value(_ number: some BinaryInteger) { literal(String(number)) }

    /// Writes text that is JSON already.
    mutating func literal(_ text: String) {
        separate()
        bytes.append(contentsOf: text.utf8)
    }

    mutating func member(_ name: String, _ text: String?) {
        key(name)
        value(text)
    }

    mutating func member(_ name: String, _ number: some BinaryInteger) {
        key(name)
        value(number)
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    private mutating func open(_ bracket: Unicode.Scalar) {
        separate()
        bytes.append(UInt8(ascii: bracket))
        needsComma = false
    }

    private mutating func close(_ bracket: Unicode.Scalar) {
        bytes.append(UInt8(ascii: bracket))
        needsComma = true
    }

    private mutating func writeString(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0..<0x20:
                let digits = Array("0123456789abcdef".utf8)
                bytes.append(contentsOf: "\\u00".utf8)
                bytes.append(digits[Int(byte >> 4)])
                bytes.append(digits[Int(byte & 15)])
            default:
                bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
