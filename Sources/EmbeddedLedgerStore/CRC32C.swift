internal import CChecksum

/// CRC-32C (Castagnoli), which the store's rows and sealed files carry.
enum CRC32C {
    static func checksum(_ bytes: Span<UInt8>) -> UInt32 {
        unsafe bytes.withUnsafeBytes { unsafe checksum($0) }
    }

    static func checksum(_ words: Span<UInt64>) -> UInt32 {
        unsafe words.withUnsafeBytes { unsafe checksum($0) }
    }

    static func checksum(_ bytes: UnsafeRawBufferPointer, after value: UInt32 = 0) -> UInt32 {
        unsafe checksum_crc32c(value, bytes.baseAddress, bytes.count)
    }
}
