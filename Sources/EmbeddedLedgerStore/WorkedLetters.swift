public import Credits
internal import Glibc
public import LedgerStore

/// Where the input of a dead letter stood.
public struct LetterPlace: Hashable, Sendable {
    public let cluster: String
    public let partition: PartitionKey
    public let offset: Int64

    public init(cluster: String, partition: PartitionKey, offset: Int64) {
        self.cluster = cluster
        self.partition = partition
        self.offset = offset
    }
}

/// What a person did about a dead letter.
public enum LetterWork: String, Sendable {
    /// It was sent back to its topic.
    case requeued
    /// It was looked at, and needs nothing more.
    case discarded
}

/// `dead-letters.log`: the dead letters of a store that somebody worked through, a line each.
///
/// The ledger is not touched, and the worker does not read it: it is a notebook beside them, for
/// people. A line that was not written to its end does not count.
public struct WorkedLetters: Sendable {
    static let name = "dead-letters.log"
    private let path: String

    /// - Parameter store: the store's directory.
    public init(inStore store: String) {
        path = store + "/" + Self.name
    }

    /// The last word on each.
    ///
    /// - Throws: ``StoreError/Code/failed`` where the file cannot be read.
    public func read() throws(StoreError) -> [LetterPlace: LetterWork] {
        guard let bytes = try StoreFiles.contents(path) else { return [:] }
        var work: [LetterPlace: LetterWork] = [:]
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            guard let (place, what) = Self.entry(line) else { continue }
            work[place] = what
        }
        return work
    }

    /// Writes down what was done, durably.
    ///
    /// - Throws: ``StoreError``: `inUse` where another process writes to it, `failed`, `diskFull`.
    public func append(
        _ work: LetterWork,
        _ places: [LetterPlace],
        at now: Timestamp
    ) throws(StoreError) {
        guard !places.isEmpty else { return }
        let file = try FileHandle(path, O_RDWR | O_CREAT | O_APPEND)
        guard try file.tryLock() else {
            throw StoreError(.inUse, "\(path) is being written by another process")
        }
        // Ends a line that a process did not get to end.
        var bytes = [UInt8(ascii: "\n")]
        for place in places { bytes += Self.line(work, place, at: now) }
        try file.write(bytes)
        try file.sync()
        // It may have been made just now.
        try StoreFiles.syncDirectory(StoreFiles.parent(of: path))
    }

    // MARK: Lines

    private static func line(_ work: LetterWork, _ place: LetterPlace, at now: Timestamp) -> [UInt8]
    {
        let text = [
            work.rawValue, now.description, escaped(place.cluster),
            escaped(place.partition.topic), "\(place.partition.partition)", "\(place.offset)",
        ].joined(separator: " ")
        let checksum = UInt64(CRC32C.checksum(Array(text.utf8).span)).hexadecimal
        return Array("\(text) \(checksum)\n".utf8)
    }

    private static func entry(_ line: ArraySlice<UInt8>) -> (LetterPlace, LetterWork)? {
        guard let space = line.lastIndex(of: UInt8(ascii: " ")) else { return nil }
        let checksum = UInt64(CRC32C.checksum(Array(line[..<space]).span)).hexadecimal
        guard line[(space + 1)...].elementsEqual(checksum.utf8) else { return nil }
        let words = String(decoding: line[..<space], as: UTF8.self).split(separator: " ")
        guard words.count == 6, let work = LetterWork(rawValue: String(words[0])),
            let cluster = plain(words[2]), let topic = plain(words[3]),
            let partition = Int32(words[4]), let offset = Int64(words[5])
        else { return nil }
        let key = PartitionKey(topic: topic, partition: partition)
        return (LetterPlace(cluster: cluster, partition: key, offset: offset), work)
    }

    /// A word of a line: whatever could end it is written as `%` and two digits.
    private static func escaped(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if byte > 0x20, byte < 0x7F, byte != UInt8(ascii: "%") {
                bytes.append(byte)
            } else {
                let digits = String(byte, radix: 16)
                bytes += Array(("%" + (digits.count == 1 ? "0" : "") + digits).utf8)
            }
        }
        // An empty word would not be one.
        return text.isEmpty ? "%" : String(decoding: bytes, as: UTF8.self)
    }

    private static func plain(_ word: Substring) -> String? {
        guard word != "%" else { return "" }
        var bytes: [UInt8] = []
        var rest = Array(word.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            guard digits.utf8.count == 2, let value = UInt8(digits, radix: 16) else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
