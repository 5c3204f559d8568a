internal import Credits
internal import LedgerStore

/// `BACKUP`: what a backup was when it was finished; a directory without it is no backup.
///
/// It is written last, and a store's directory has none: a worker must not change a backup.
struct BackupFile: Equatable {
    static let format = 1
    static let name = "BACKUP"

    let uuid: String
    let head: CommitHead

    private var lines: String {
        """
        drawdown-backup \(Self.format)
        uuid \(uuid)
        commit \(head.number)
        hash \(head.hash.hexadecimal)

        """
    }

    var bytes: [UInt8] {
        let text = Array(lines.utf8)
        return text + Array("checksum \(UInt64(CRC32C.checksum(text.span)).hexadecimal)\n".utf8)
    }

    init(uuid: String, head: CommitHead) {
        self.uuid = uuid
        self.head = head
    }

    /// Looks whether a directory holds the backup of this store at this commit.
    ///
    /// - Throws: ``StoreError/Code/unusable`` where it is no finished backup,
    ///   ``StoreError/Code/damaged`` where it is one of something else.
    func check(in directory: String) throws(StoreError) {
        let path = directory + "/" + Self.name
        guard StoreFiles.exists(path) else { throw Self.missing(directory) }
        let file = try FileHandle(path, 0)
        guard try file.read(4096, at: 0) == bytes else {
            throw StoreError(
                .damaged,
                "expected \(path) to speak of store \(uuid) at commit \(head.number)"
            )
        }
    }

    static func missing(_ directory: String) -> StoreError {
        StoreError(.unusable, "expected \(directory) to be a backup: it has no file \(name)")
    }

    /// - Throws: ``StoreError/Code/unusable`` where a directory is a backup.
    static func refuse(_ directory: String) throws(StoreError) {
        guard !StoreFiles.exists(directory + "/" + name) else {
            throw StoreError(
                .unusable,
                "expected \(directory) to be a store, got: a backup, which stays as it is; restore "
                    + "it to another directory"
            )
        }
    }
}
