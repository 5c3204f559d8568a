extension UInt64 {
    /// 16 lowercase hexadecimal digits.
    package var hexadecimal: String {
        let digits = String(self, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

extension [UInt8] {
    /// Two lowercase hexadecimal digits a byte.
    package var hexadecimal: String {
        let names = Array("0123456789abcdef".utf8)
        var digits: [UInt8] = []
        digits.reserveCapacity(2 * count)
        for byte in self {
            digits.append(names[Int(byte >> 4)])
            digits.append(names[Int(byte & 15)])
        }
        return String(decoding: digits, as: UTF8.self)
    }
}
