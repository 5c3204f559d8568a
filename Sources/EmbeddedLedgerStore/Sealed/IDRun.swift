internal import Credits
internal import Glibc
internal import LedgerStore

/// A file of ids, open for reading what is known of them; it never changes.
///
/// The fences only lead to the block; what is known of an id is always read from there. A file that
/// was removed stays readable for those who look into it.
final class IDRun: Sendable {
    let header: IDRunHeader
    /// How many times it was merged.
    let tier: Int
    let path: String
    private let file: FileHandle
    private let fences: [UInt64]

    /// Of what leads to the blocks.
    var memoryByteCount: Int { fences.count * 8 }

    /// Opens a file whole in size, and reads its fences.
    ///
    /// - Throws: ``StoreError/Code/damaged`` where it is not the file that the manifest names, or
    ///   ``StoreError/Code/unusable`` for another format.
    init(directory: String, row: RunRow, store: StoreWords) throws(StoreError) {
        path = directory + "/" + IDRunFormat.fileName(row.id)
        tier = row.tier
        guard let byteCount = try StoreFiles.byteCount(path) else {
            throw StoreError(.damaged, "expected \(path) to be there: restore it from a backup")
        }
        file = try FileHandle(path, O_RDONLY)
        let words = try file.readWords(IDRunFormat.wordsPerBlock, at: 0)
        if let other = IDRunHeader.otherVersion(words) {
            throw StoreError(
                .unusable,
                "expected \(path) to be of format \(IDRunFormat.version), got: \(other)"
            )
        }
        guard let header = IDRunHeader(words), header.store == store, header.id == row.id,
            header.commits == row.commits, header.content == row.content
        else { throw StoreError(.damaged, "expected \(path) to be the ids that were sealed there") }
        guard header.fileByteCount == byteCount, byteCount == row.byteCount else {
            throw StoreError(.damaged, "expected \(path) to have \(row.byteCount) bytes")
        }
        self.header = header
        let fences = try file.readWords(header.blockCount, at: header.fencesAt)
        self.fences = fences
        guard UInt64(CRC32C.checksum(fences.span)) == header.fencesChecksum else {
            throw Self.damagedIndex(path)
        }
        file.expectRandomReads()
    }

    private static func damagedIndex(_ path: String) -> StoreError {
        StoreError(.damaged, "expected the index of \(path) to be as it was written")
    }

    /// Reads a part of a filter into memory.
    func readPart(_ index: Int, of filter: RunFilter) throws(StoreError) -> FilterPart {
        let lines = filter.lines(ofPart: index)
        let position = header.filterAt + RunFilter.byteCount(lines: lines.lowerBound)
        return try unsafe FilterPart(lineCount: lines.count) { memory throws(StoreError) in
            unsafe try file.read(into: memory, at: position)
        }
    }

    /// Reads the filter part by part, and checks it.
    ///
    /// - Throws: ``StoreError/Code/damaged`` where it is not as it was written.
    func readFilter(_ keep: (FilterPart, Int) -> Void) throws(StoreError) {
        let filter = RunFilter(lineCount: header.filterLineCount)
        var checksum: UInt32 = 0
        for index in 0..<filter.partCount {
            let part = try readPart(index, of: filter)
            checksum = part.checksum(after: checksum)
            keep(part, index)
        }
        guard UInt64(checksum) == header.filterChecksum else { throw Self.damagedIndex(path) }
    }

    /// What is known of an id here, read from its block.
    func known(_ key: IDKey) throws(StoreError) -> KnownID? {
        var number = max(0, firstFence(from: key.high) - 1)
        var isFirst = true
        // Nearly always one block: the next one only where keys share all their high bits.
        while number < fences.count, isFirst || fences[number] <= key.high {
            let block = try IDBlock(file, number: number, of: self)
            if let known = block.known(key, firstCommit: header.commits.lowerBound) { return known }
            number += 1
            isFirst = false
        }
        return nil
    }

    /// Whether looking for an id would come to the block that holds it.
    func leads(to key: IDKey, inBlock number: Int) -> Bool {
        guard fences[number] <= key.high else { return false }
        return number + 1 == fences.count || key.high <= fences[number + 1]
    }

    /// The first block that begins with this high word or a later one.
    private func firstFence(from high: UInt64) -> Int {
        var low = 0
        var end = fences.count
        // Keys are spread evenly, so the place is known but for a few blocks; where that is wrong,
        // all of them are searched.
        let guess = Int(high.multipliedFullWidth(by: UInt64(fences.count)).high)
        let reach = 64
        let (before, after) = (guess - reach, guess + reach)
        if before > 0, fences[before] < high { low = before }
        if after < fences.count, fences[after] >= high { end = after }
        while low < end {
            let middle = (low + end) / 2
            if fences[middle] < high { low = middle + 1 } else { end = middle }
        }
        return low
    }

    func read(blocks: Range<Int>, into buffer: UnsafeMutableRawBufferPointer) throws(StoreError) {
        unsafe try file.read(into: buffer, at: IDRunFormat.blockByteCount * (1 + blocks.lowerBound))
    }

    /// - Throws: ``StoreError/Code/damaged`` where words are not those of a block of this run.
    func check(_ words: Span<UInt64>, number: Int) throws(StoreError) {
        guard words[IDRunFormat.checksumWord] == IDRunFormat.checksum(ofBlock: words),
            words[IDRunFormat.runWord] == header.id,
            words[IDRunFormat.numberWord] == UInt64(number),
            words[IDRunFormat.countWord] <= IDRunFormat.idsPerBlock
        else {
            throw StoreError(
                .damaged,
                "expected block \(number) of \(path) to be as it was written: restore the file "
                    + "from a backup"
            )
        }
    }
}

/// One block of ids, read and checked.
private struct IDBlock {
    private var words: [256 of UInt64] = .init(repeating: 0)

    init(_ file: borrowing FileHandle, number: Int, of run: IDRun) throws(StoreError) {
        let position = IDRunFormat.blockByteCount * (1 + number)
        var span = words.mutableSpan
        try unsafe span.withUnsafeMutableBytes { buffer throws(StoreError) in
            unsafe try file.read(into: buffer, at: position)
        }
        try run.check(words.span, number: number)
    }

    func known(_ key: IDKey, firstCommit: UInt64) -> KnownID? {
        var low = 0
        var end = Int(words[IDRunFormat.countWord])
        while low < end {
            let middle = (low + end) / 2
            let word = middle * IDRunFormat.wordsPerID
            let found = IDKey(high: words[word], low: words[word + 1])
            if found == key {
                let distance = IDRunFormat.distance(
                    of: middle,
                    in: words[IDRunFormat.commitsWord + middle / 2]
                )
                return KnownID(fingerprint: words[word + 2], commit: firstCommit &+ distance)
            }
            if found < key { low = middle + 1 } else { end = middle }
        }
        return nil
    }
}
