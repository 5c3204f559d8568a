import Credits
import LedgerStore
import NIOPosix
import UsageCodec

extension API {
    /// `GET /v1/dead-letters`: the latest inputs that could not be applied, newest first.
    func deadLetters(_ call: Call) async throws -> Answer {
        let limit = try call.limit
        let position = try call.cursor { cursor -> DeadLetterPosition? in
            if case .deadLetter(let position) = cursor { position } else { nil }
        }
        let code = try call.refusalCode
        let page = try await deadLetters(before: position, code: code, limit: limit)
        return .json { json in
            json.arrayMember("dead_letters") { json in
                for letter in page.letters { json.write(letter) }
            }
            json.member("next_cursor", orNull: page.next.map { Cursor.deadLetter($0).text })
        }
    }

    /// A page of dead letters, and where the next begins; nil: there are no more.
    ///
    /// Decodes up to 200 whole commits, so it is not for the threads that serve.
    func deadLetters(
        before position: DeadLetterPosition?,
        code: RefusalCode?,
        limit: Int
    ) async throws -> (letters: [DeadLetterRecord], next: DeadLetterPosition?) {
        let reader = reader
        return try await NIOThreadPool.singleton.runIfActive {
            try Self.read(reader, before: position, code: code, limit: limit)
        }
    }

    private static func read(
        _ reader: any LedgerReader,
        before position: DeadLetterPosition?,
        code: RefusalCode?,
        limit: Int
    ) throws(StoreError) -> (letters: [DeadLetterRecord], next: DeadLetterPosition?) {
        var found: [DeadLetterRecord] = []
        let numbers = try reader.deadLetterCommits(
            through: position?.commit ?? .max,
            limit: commitsPerPage
        )
        for number in numbers {
            guard let sealed = try reader.commit(number: number) else { continue }
            for index in sealed.commit.deadLetters.indices.reversed() {
                let here = DeadLetterPosition(commit: number, index: UInt32(index))
                if let position, position <= here { continue }
                let letter = DeadLetterRecord(position: here, sealed: sealed)
                guard code == nil || letter.letter.refusal.code == code else { continue }
                guard found.count < limit else { return (found, found.last?.position) }
                found.append(letter)
            }
        }
        // A rare code may not be in the commits that one call looks at: then go on behind them.
        guard numbers.count == commitsPerPage, let last = numbers.last else {
            return (found, nil)
        }
        return (found, DeadLetterPosition(commit: last, index: 0))
    }

    /// Commits are read whole; a call must not read thousands.
    private static let commitsPerPage = 200
}

/// Where a dead letter stands in the journal.
struct DeadLetterPosition: Hashable, Comparable, Sendable {
    let commit: UInt64
    let index: UInt32

    static func < (left: DeadLetterPosition, right: DeadLetterPosition) -> Bool {
        (left.commit, left.index) < (right.commit, right.index)
    }
}

/// A dead letter in the commit that owes it.
struct DeadLetterRecord: Sendable {
    let position: DeadLetterPosition
    let sealed: SealedCommit

    var letter: DeadLetter { sealed.commit.deadLetters[Int(position.index)] }
    var message: ReceivedMessage { letter.message }
    /// Where the input stood.
    var source: PartitionProgress? {
        let partition = Int(message.origin.partition)
        let partitions = sealed.commit.partitions
        return partitions.indices.contains(partition) ? partitions[partition] : nil
    }

    /// Longer values are cut: they are whole in their topic.
    static let valueLimit = 16_384

    func bytes(_ slice: ByteSlice) -> ArraySlice<UInt8> {
        let bytes = sealed.commit.bytes
        guard slice.range.upperBound <= bytes.count else { return [] }
        return bytes[slice.range].prefix(Self.valueLimit)
    }

    var headers: [MessageHeader] {
        let headers = sealed.commit.headers
        return headers.indices.contains(Int(message.headers)) ? headers[Int(message.headers)] : []
    }
}

extension Call {
    var refusalCode: RefusalCode? {
        get throws(Problem) {
            guard let text = try target.parameter("code") else { return nil }
            guard let code = RefusalCode.allCases.first(where: { $0.name == text }) else {
                throw .invalid("code", "to be a code of a refusal", got: text)
            }
            return code
        }
    }
}

extension JSONWriter {
    fileprivate mutating func write(_ record: DeadLetterRecord) {
        let (letter, message) = (record.letter, record.message)
        object { json in
            json.member("code", letter.refusal.code.name)
            json.member("field", orNull: letter.refusal.field)
            json.member("message", letter.refusal.message)
            json.member("topic", orNull: record.source?.topic)
            json.key("partition")
            if let source = record.source { json.integer(source.partition) } else { json.null() }
            json.member("offset", message.origin.offset)
            json.member("timestamp", message.timestamp)
            json.member("recorded_at", record.sealed.commit.recordedAt)
            json.write("key", message.hasKey ? record.bytes(message.key) : nil)
            json.write("value", message.hasValue ? record.bytes(message.value) : nil)
            json.member("value_bytes", Int(message.value.count))
            json.arrayMember("headers") { json in
                for header in record.headers {
                    json.object { json in
                        json.member("name", header.name)
                        json.write("value", header.value?[...])
                    }
                }
            }
        }
    }

    /// Bytes as text, repaired where they are none; null where there are none.
    private mutating func write(_ name: StaticString, _ bytes: ArraySlice<UInt8>?) {
        member(name, orNull: bytes.map { String(decoding: $0, as: UTF8.self) })
    }
}
