/// CRC-32C (Castagnoli), which the store's small rows carry.
enum CRC32C {
    private static let table: [256 of UInt32] = {
        var table: [256 of UInt32] = .init(repeating: 0)
        for index in table.indices {
            var value = UInt32(index)
            for _ in 0..<8 { value = value & 1 == 0 ? value >> 1 : (value >> 1) ^ 0x82f6_3b78 }
            table[index] = value
        }
        return table
    }()

    static func checksum(_ bytes: Span<UInt8>) -> UInt32 {
        var value: UInt32 = 0xffff_ffff
        for index in bytes.indices {
            value = (value >> 8) ^ table[Int(UInt8(truncatingIfNeeded: value) ^ bytes[index])]
        }
        return ~value
    }
}
