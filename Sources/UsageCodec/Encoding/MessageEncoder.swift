public import Credits

/// Writes what a commit owes to the world.
public struct MessageEncoder: Sendable {
    private let names: EntryNames
    /// Of what is added to a dead letter's headers, behind those of the input, the first.
    public static let firstErrorHeader = "__connect.errors.topic"

    /// - Parameter grantID: the id of an account's grant, by the account's number and the grant's
    ///   ordinal.
    public init(
        grantID: @escaping @Sendable (_ account: UInt32, _ ordinal: UInt32) -> String?
    ) {
        names = EntryNames(grantID: grantID)
    }

    /// The messages of a commit; see ``write(_:hash:to:)``.
    public func messages(of commit: Commit, hash: [UInt8]) -> OutgoingMessages {
        var messages = OutgoingMessages()
        write(commit, hash: hash, to: &messages)
        return messages
    }

    /// Writes the messages of a commit: triggers in their order, then dead letters.
    ///
    /// The same commit has the same messages, byte for byte, whenever it is encoded.
    /// - Parameters:
    ///   - commit: as the store made it durable.
    ///   - hash: the commit's hash.
    ///   - messages: gets what is to be produced in place of what it had, whose memory it uses
    ///     again.
    public func write(
        _ commit: Commit,
        hash: [UInt8],
        to messages: inout OutgoingMessages
    ) {
        messages.removeAll()
        guard commit.owesMessages else { return }
        if !commit.triggers.isEmpty {
            var encoder = TriggerEncoder(of: commit, hash: hash, names: names, to: &messages)
            let triggers = commit.triggers.span
            for index in triggers.indices {
                encoder.write(triggers[index], of: commit, to: &messages)
            }
        }
        for letter in commit.deadLetters { Self.write(letter, of: commit, to: &messages) }
    }

    /// A dead letter: the input byte for byte, and why it is one (contract §2.6).
    private static func write(
        _ letter: DeadLetter,
        of commit: Commit,
        to messages: inout OutgoingMessages
    ) {
        let message = letter.message
        var headers =
            commit.headers.indices.contains(Int(message.headers))
            ? commit.headers[Int(message.headers)] : []
        let partition = Int(message.origin.partition)
        if commit.partitions.indices.contains(partition) {
            let source = commit.partitions[partition]
            headers.append(MessageHeader(Self.firstErrorHeader, source.topic))
            headers.append(MessageHeader("__connect.errors.partition", "\(source.partition)"))
            headers.append(MessageHeader("__connect.errors.offset", "\(message.origin.offset)"))
        }
        headers.append(
            MessageHeader("__connect.errors.exception.message", letter.refusal.message)
        )
        headers.append(MessageHeader("drawdown.error.code", letter.refusal.code.name))
        if let field = letter.refusal.field {
            headers.append(MessageHeader("drawdown.error.field", field))
        }
        for header in headers { messages.append(header) }
        messages.append(
            .deadLetter,
            key: message.hasKey ? messages.place(of: commit.bytes.span(of: message.key)) : .null,
            value: message.hasValue
                ? messages.place(of: commit.bytes.span(of: message.value)) : .null,
            headers: headers.count
        )
    }
}

extension MessageHeader {
    fileprivate init(_ name: String, _ text: String) {
        self.init(name: name, value: Array(text.utf8))
    }
}
