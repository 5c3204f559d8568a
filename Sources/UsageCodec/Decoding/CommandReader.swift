import Credits

/// Reads commands (contract §2.2).
struct CommandReader {
    let hashKey: HashKey
    func read(
        _ document: borrowing JSONDocument, _ message: ReceivedMessage,
        accounts: inout AccountDirectory, into batch: inout InputBatch
    ) throws(Refusal) {}
}
