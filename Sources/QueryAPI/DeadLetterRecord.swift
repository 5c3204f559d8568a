import Credits

/// Where a dead letter stands in the journal.
struct DeadLetterPosition: Hashable, Comparable, Sendable {
    let commit: UInt64
    let index: UInt32

    static func < (left: DeadLetterPosition, right: DeadLetterPosition) -> Bool {
        (left.commit, left.index) < (right.commit, right.index)
    }
}

/// How much of a dead letter is shown.
package enum DeadLetterExcerpt {
    /// Bytes of its key, value or of one header, at most; the rest is cut off.
    package static let byteCount = 16_384
}

/// What is shown of a dead letter.
///
/// Copied out of its commit: letters that kept theirs would keep some megabytes each.
struct DeadLetterRecord: Sendable {
    /// The first bytes of a key or value, which is whole in its topic.
    struct Excerpt: Sendable {
        let bytes: [UInt8]
        /// How many there are, with those that are cut off.
        let count: Int

        init(_ all: ArraySlice<UInt8>) {
            bytes = Array(all.prefix(DeadLetterExcerpt.byteCount))
            count = all.count
        }

        /// The bytes as text, repaired where they are none.
        var text: String { String(decoding: bytes, as: UTF8.self) }
    }

    struct Header: Sendable {
        let name: String
        let value: Excerpt?
    }

    let position: DeadLetterPosition
    let refusal: Refusal
    /// Where the input stood; nil where the commit does not say it.
    let source: PartitionProgress?
    let offset: Int64
    let timestamp: Timestamp
    let recordedAt: Timestamp
    let key: Excerpt?
    /// Nil for a tombstone.
    let value: Excerpt?
    let headers: [Header]

    init(_ letter: DeadLetter, at position: DeadLetterPosition, of commit: Commit) {
        let message = letter.message
        self.position = position
        refusal = letter.refusal
        let partition = Int(message.origin.partition)
        source =
            commit.partitions.indices.contains(partition) ? commit.partitions[partition] : nil
        offset = message.origin.offset
        timestamp = message.timestamp
        recordedAt = commit.recordedAt
        key = message.hasKey ? Self.excerpt(message.key, of: commit) : nil
        value = message.hasValue ? Self.excerpt(message.value, of: commit) : nil
        let index = Int(message.headers)
        headers =
            commit.headers.indices.contains(index)
            ? commit.headers[index].map { header in
                Header(name: header.name, value: header.value.map { Excerpt($0[...]) })
            } : []
    }

    private static func excerpt(_ slice: ByteSlice, of commit: Commit) -> Excerpt {
        guard slice.range.upperBound <= commit.bytes.count else { return Excerpt([]) }
        return Excerpt(commit.bytes[slice.range])
    }

    /// Bytes of what came from outside, as far as they are kept.
    var size: Int {
        headers.reduce((key?.bytes.count ?? 0) + (value?.bytes.count ?? 0)) { sum, header in
            sum + header.name.utf8.count + (header.value?.bytes.count ?? 0)
        }
    }
}
