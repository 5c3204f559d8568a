internal import CLMDB
internal import Glibc
internal import LedgerStore

/// `data.mdb`, looked at before LMDB maps it.
enum DataFile {
    static let name = "data.mdb"

    /// Refuses a data file that LMDB would trap on or take for a new one.
    ///
    /// A file shorter than its meta pages say ends the process with SIGBUS at the first access; an
    /// empty one would silently become an empty store.
    static func check(_ path: String, pageSize: Int) throws(StoreError) {
        guard let first = try StoreFiles.byteCount(path), first > 0 else {
            throw StoreError(
                .damaged,
                "expected \(path) to hold the store's data: restore it from a backup"
            )
        }
        let file = try FileHandle(path, O_RDONLY)
        for page in 0..<2 {
            let bytes = try file.read(MetaPage.byteCount, at: page * pageSize)
            // Behind the page: a worker may commit meanwhile, and makes the file longer before it says so.
            let count = try StoreFiles.byteCount(path) ?? 0
            guard let meta = MetaPage(bytes) else {
                throw StoreError(.damaged, "expected page \(page) of \(path) to be a meta page")
            }
            let needed = meta.lastPage.addingReportingOverflow(1).partialValue
                .multipliedReportingOverflow(by: UInt64(pageSize))
            guard !needed.overflow, needed.partialValue <= UInt64(count),
                meta.pageSize == pageSize
            else {
                throw StoreError(
                    .damaged,
                    "expected \(path) to have \(needed.partialValue) bytes, got: \(count)"
                )
            }
        }
    }

    /// The page size that LMDB uses on this machine.
    static var systemPageSize: Int { sysconf(Int32(_SC_PAGESIZE)) }
}

/// What a meta page of LMDB 0.9 says on a 64-bit machine.
private struct MetaPage {
    static let byteCount = 152
    private static let magic: UInt64 = 0xbeef_c0de

    let pageSize: Int
    let lastPage: UInt64

    /// Nil where the bytes are not those of a meta page.
    init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.byteCount, Self.word(bytes, 16, 4) == Self.magic else {
            return nil
        }
        // The page's head is 16 bytes; magic, version, address and map size make 24 more.
        pageSize = Int(Self.word(bytes, 40, 4))
        lastPage = Self.word(bytes, 136, 8)
    }

    private static func word(_ bytes: [UInt8], _ start: Int, _ count: Int) -> UInt64 {
        bytes[start..<start + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
