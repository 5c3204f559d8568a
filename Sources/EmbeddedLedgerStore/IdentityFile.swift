internal import Credits
internal import LedgerStore

/// `IDENTITY`: who a store is, beside its data, so that missing data is never an empty store.
///
/// It is written last when a store is made. `IDENTITY.new` without `IDENTITY` says that making the
/// store was interrupted: nothing can have been committed to it.
struct IdentityFile: Equatable {
    /// Raised with the format of whatever is in the store, such as that of its commits or accounts: it is
    /// looked at before anything is written.
    static let format = 4
    static let name = "IDENTITY"
    static let unfinishedName = "IDENTITY.new"

    let uuid: String
    let pageSize: Int
    let hashKey: HashKey

    /// Draws a new identity.
    static func drawn(pageSize: Int) -> IdentityFile {
        var random = SystemRandomNumberGenerator()
        let (high, low) = (random.next() as UInt64, random.next() as UInt64)
        return IdentityFile(
            uuid: high.hexadecimal + low.hexadecimal,
            pageSize: pageSize,
            hashKey: HashKey(first: random.next(), second: random.next())
        )
    }

    private var lines: String {
        """
        drawdown-store \(Self.format)
        uuid \(uuid)
        page-size \(pageSize)
        hash-key \(hashKey.first.hexadecimal)\(hashKey.second.hexadecimal)

        """
    }

    var bytes: [UInt8] {
        let text = Array(lines.utf8)
        return text + Array("checksum \(UInt64(CRC32C.checksum(text.span)).hexadecimal)\n".utf8)
    }

    init(uuid: String, pageSize: Int, hashKey: HashKey) {
        self.uuid = uuid
        self.pageSize = pageSize
        self.hashKey = hashKey
    }

    /// - Throws: ``StoreError/Code/damaged``, or ``StoreError/Code/unusable`` for another format.
    init(_ bytes: [UInt8], path: String) throws(StoreError) {
        let fields = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
            .map { $0.split(separator: " ") }
        guard fields.first?.first == "drawdown-store" else {
            throw StoreError(.damaged, "expected \(path) to be a store's identity")
        }
        guard fields.first?.last == "\(Self.format)" else {
            throw StoreError(
                .unusable,
                "expected the store's format to be \(Self.format), got: "
                    + "\(fields.first?.last ?? "")"
            )
        }
        guard fields.count == 5, fields.allSatisfy({ $0.count == 2 }),
            let pageSize = Int(fields[2][1]), fields[3][1].count == 32,
            let first = UInt64(fields[3][1].prefix(16), radix: 16),
            let second = UInt64(fields[3][1].suffix(16), radix: 16)
        else { throw StoreError(.damaged, "expected \(path) to be a store's identity") }
        self.init(
            uuid: String(fields[1][1]),
            pageSize: pageSize,
            hashKey: HashKey(first: first, second: second)
        )
        guard self.bytes == bytes else {
            throw StoreError(.damaged, "expected \(path) to be as it was written")
        }
    }

    /// Reads a store's identity; nil: there is none.
    static func read(in directory: String) throws(StoreError) -> IdentityFile? {
        let path = directory + "/" + name
        guard StoreFiles.exists(path) else { return nil }
        let file = try FileHandle(path, 0)
        return try IdentityFile(try file.read(4096, at: 0), path: path)
    }
}
