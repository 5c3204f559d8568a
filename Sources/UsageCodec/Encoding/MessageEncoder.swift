public import Credits

/// Writes what a commit owes to the world.
public struct MessageEncoder: Sendable {
    private let names: EntryNames

    /// - Parameter grantID: the id of an account's grant, by the account's number and the grant's
    ///   ordinal.
    public init(
        grantID: @escaping @Sendable (_ account: UInt32, _ ordinal: UInt32) -> String?
    ) {
        names = EntryNames(grantID: grantID)
    }

    /// The messages of a commit: triggers in their order, then dead letters.
    ///
    /// The same commit has the same messages, byte for byte, whenever it is encoded.
    /// - Parameters:
    ///   - commit: as the store made it durable.
    ///   - hash: the commit's hash.
    /// - Returns: what is to be produced, in this order.
    public func messages(of commit: Commit, hash: [UInt8]) -> [OutgoingMessage] {
        guard commit.owesMessages else { return [] }
        var messages: [OutgoingMessage] = []
        messages.reserveCapacity(commit.triggers.count + commit.deadLetters.count)
        if !commit.triggers.isEmpty {
            var triggers = TriggerEncoder(commit: commit, hash: hash, names: names)
            for trigger in commit.triggers { messages.append(triggers.message(of: trigger)) }
        }
        messages.append(contentsOf: commit.deadLetters.map { Self.message(of: $0, in: commit) })
        return messages
    }

    /// A dead letter: the input byte for byte, and why it is one (contract §2.6).
    private static func message(of letter: DeadLetter, in commit: Commit) -> OutgoingMessage {
        let message = letter.message
        var headers =
            commit.headers.indices.contains(Int(message.headers))
            ? commit.headers[Int(message.headers)] : []
        let partition = Int(message.origin.partition)
        if commit.partitions.indices.contains(partition) {
            let source = commit.partitions[partition]
            headers.append(MessageHeader("__connect.errors.topic", source.topic))
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
        return OutgoingMessage(
            kind: .deadLetter,
            key: message.hasKey ? Array(commit.bytes[message.key.range]) : nil,
            value: message.hasValue ? Array(commit.bytes[message.value.range]) : nil,
            headers: headers
        )
    }
}

extension MessageHeader {
    init(_ name: String, _ text: String) {
        self.init(name: name, value: Array(text.utf8))
    }
}
