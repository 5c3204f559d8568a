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
    /// Decodes up to 200 whole commits, so it is not for the threads that serve. Looks at `limit`
    /// letters with that code, and gives those of them whose value holds `needle`.
    func deadLetters(
        before position: DeadLetterPosition?,
        code: RefusalCode?,
        naming needle: [UInt8] = [],
        limit: Int
    ) async throws -> (letters: [DeadLetterRecord], next: DeadLetterPosition?) {
        let reader = reader
        return try await NIOThreadPool.singleton.runIfActive {
            try Self.read(reader, before: position, code: code, naming: needle, limit: limit)
        }
    }

    private static func read(
        _ reader: any LedgerReader,
        before position: DeadLetterPosition?,
        code: RefusalCode?,
        naming needle: [UInt8],
        limit: Int
    ) throws(StoreError) -> (letters: [DeadLetterRecord], next: DeadLetterPosition?) {
        var found: [DeadLetterRecord] = []
        var (seen, size) = (0, 0)
        var reached = position
        let numbers = try reader.deadLetterCommits(
            through: position?.commit ?? .max,
            limit: commitsPerPage
        )
        for number in numbers {
            guard let commit = try reader.commit(number: number)?.commit else { continue }
            for index in commit.deadLetters.indices.reversed() {
                let here = DeadLetterPosition(commit: number, index: UInt32(index))
                let letter = commit.deadLetters[index]
                if let position, position <= here { continue }
                guard code == nil || letter.refusal.code == code else { continue }
                guard seen < limit, size < bytesPerPage else { return (found, reached) }
                seen += 1
                reached = here
                let record = DeadLetterRecord(letter, at: here, of: commit)
                guard needle.isEmpty || record.value?.bytes.contains(needle) == true else {
                    continue
                }
                size += record.size
                found.append(record)
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
    /// Behind so many bytes a page ends, however many letters may still stand on it: answers are
    /// made whole in memory.
    private static let bytesPerPage = 4 << 20
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
    fileprivate mutating func write(_ letter: DeadLetterRecord) {
        object { json in
            json.member("code", letter.refusal.code.name)
            json.member("field", orNull: letter.refusal.field)
            json.member("message", letter.refusal.message)
            json.member("topic", orNull: letter.source?.topic)
            json.key("partition")
            if let source = letter.source { json.integer(source.partition) } else { json.null() }
            json.member("offset", letter.offset)
            json.member("timestamp", letter.timestamp)
            json.member("recorded_at", letter.recordedAt)
            json.member("key", orNull: letter.key?.text)
            json.writeValue(letter.value)
            json.arrayMember("headers") { json in
                for header in letter.headers {
                    json.object { json in
                        json.member("name", header.name)
                        json.writeValue(header.value)
                    }
                }
            }
        }
    }

    /// Writes a value, null where there is none, and the length by which one sees that it is cut.
    private mutating func writeValue(_ value: DeadLetterRecord.Excerpt?) {
        member("value", orNull: value?.text)
        member("value_bytes", value?.count ?? 0)
    }
}
