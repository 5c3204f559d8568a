/// A number of bytes, written as `1048576`, `512MiB` or `1GiB`.
struct ByteCount: Hashable, Comparable, Sendable {
    let bytes: Int

    private static let units = ["B": 0, "KiB": 10, "MiB": 20, "GiB": 30, "TiB": 40]

    init(bytes: Int) {
        self.bytes = bytes
    }

    /// Reads a whole number with or without a unit; nil for anything else.
    init?(_ text: String) {
        let digits = text.prefix { ("0"..."9").contains($0) }
        let unit = String(text.dropFirst(digits.count))
        guard let number = Int(digits), let shift = Self.units[unit.isEmpty ? "B" : unit] else {
            return nil
        }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: 1 << shift)
        guard !overflow else { return nil }
        self.bytes = bytes
    }

    static func mebibytes(_ count: Int) -> ByteCount { ByteCount(bytes: count << 20) }

    static func < (left: ByteCount, right: ByteCount) -> Bool { left.bytes < right.bytes }
}

extension ByteCount: CustomStringConvertible {
    /// In the largest unit that leaves a whole number.
    var description: String {
        guard bytes > 0 else { return "0" }
        for (unit, shift) in [("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10)]
        where bytes & (1 << shift - 1) == 0 {
            return "\(bytes >> shift)\(unit)"
        }
        return "\(bytes)"
    }
}
