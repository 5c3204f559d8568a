/// `store.embedded`: the directory that holds the ledger.
struct EmbeddedStoreSettings: Equatable, Sendable {
    /// Made when it is missing; relative to the working directory.
    var path = "./data"
    /// What must stay free on the disk: intake stops before it is touched.
    var reserve = ByteCount.mebibytes(1024)

    mutating func read(_ reader: inout YAMLReader) {
        reader.section("embedded") { embedded in
            if let name = embedded.value("path")?.name(maximumLength: 4096) { path = name }
            embedded.read(
                "reserve",
                into: &reserve,
                in: ByteCount(bytes: 0)...ByteCount.mebibytes(1 << 20)
            )
        }
        reader.refuse("postgresql")
    }
}
